import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "$lib/api";
import type { Campaign, LiveEvent, Page, Recipient } from "$lib/api/types";
import { aCampaign, aRecipient, counts } from "../../../test/samples";
import { CampaignList } from "./list.svelte";
import { REFRESH_MS, Recipients } from "./recipients.svelte";
import { WatchedCampaign } from "./watched.svelte";

const updated = (campaign: Campaign): LiveEvent => ({ type: "campaign.updated", data: { campaign } });
const gone = (id: string): LiveEvent => ({ type: "campaign.updated", data: { id } });

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("the list of campaigns", () => {
  const pages = (...all: Page<Campaign>[]) => {
    let nth = 0;
    return async () => all[nth++] ?? { data: [] };
  };
  const named = (...ids: string[]) => ids.map((id) => aCampaign({ id }));

  it("goes on as it is told, and takes in what is new where it belongs", async () => {
    const list = new CampaignList(
      pages({ data: named("cmp_5", "cmp_3"), next_cursor: "c" }, { data: named("cmp_2") }),
    );
    await list.load();
    list.apply(updated(aCampaign({ id: "cmp_3", name: "New name" })));
    list.apply(updated(aCampaign({ id: "cmp_6" })));
    list.apply(updated(aCampaign({ id: "cmp_4" })));
    // Older than what is here: its page comes later.
    list.apply(updated(aCampaign({ id: "cmp_1" })));
    expect(list.all?.map((c) => c.id)).toEqual(["cmp_6", "cmp_5", "cmp_4", "cmp_3"]);
    expect(list.all?.at(-1)?.name).toBe("New name");
    list.apply(gone("cmp_5"));
    await list.more();
    expect(list.all?.map((c) => c.id)).toEqual(["cmp_6", "cmp_4", "cmp_3", "cmp_2"]);
    expect(list.hasMore).toBe(false);
  });
});

describe("a campaign on screen", () => {
  const running = (through: number) =>
    aCampaign({
      state: "running",
      frozen: true,
      counts: counts({ delivered: through, pending: 100 - through }),
    });
  const never = () => Promise.reject(new Error("not asked"));

  it("is not set back by an answer that was asked for earlier", async () => {
    let answer: (c: Campaign) => void = () => {};
    const get = () => new Promise<Campaign>((told) => (answer = told));
    const watched = new WatchedCampaign("cmp_1", { get, order: never, launch: never, refuse: never });
    const loading = watched.load();
    watched.apply(updated(running(50)));
    answer(running(10));
    await loading;
    expect(watched.campaign?.counts.delivered).toBe(50);
  });

  it("knows how fast it goes only while it goes", () => {
    const watched = new WatchedCampaign("cmp_1", { get: never, order: never, launch: never, refuse: never });
    watched.put(running(10), 0);
    watched.put(running(30), 10_000);
    expect(watched.samples).toHaveLength(2);
    watched.put({ ...running(30), state: "paused" }, 20_000);
    expect(watched.samples).toEqual([]);
    // While the list is being made, more come in than get through.
    watched.put({ ...running(30), frozen: false }, 30_000);
    expect(watched.samples).toEqual([]);
  });

  it("is looked at again when an order came too late", async () => {
    const get = vi.fn(async () => running(100));
    const order = () => Promise.reject(new Problem(409, "not_now", "This cannot be done."));
    const watched = new WatchedCampaign("cmp_1", { get, order, launch: never, refuse: never });
    expect(await watched.order("undo")).toBe(false);
    expect(watched.orders.error).toBe("This cannot be done.");
    expect(get).toHaveBeenCalledOnce();
  });

  it("is launched with one key until an answer comes", async () => {
    const keys: string[] = [];
    const answers = [new Problem(0, "unreachable", "No answer."), new Problem(422, "invalid", "No."), null];
    const launch = async (_: string, __: object, key: string) => {
      keys.push(key);
      const refusal = answers.shift();
      if (refusal) throw refusal;
      return running(0);
    };
    const watched = new WatchedCampaign("cmp_1", { get: never, order: never, launch, refuse: never });
    for (let i = 0; i < 3; i++) await watched.launch(watched.orders, {});
    expect(keys[0]).toBe(keys[1]);
    expect(keys[1]).not.toBe(keys[2]);
  });

  it("says that it is gone", () => {
    const watched = new WatchedCampaign("cmp_1", { get: never, order: never, launch: never, refuse: never });
    watched.apply(gone("cmp_2"));
    expect(watched.isMissing).toBe(false);
    watched.apply(gone("cmp_1"));
    expect(watched.isMissing).toBe(true);
  });
});

/** Rows as the server pages them. */
function served(all: Recipient[]) {
  return vi.fn(async (_: string, query: { standing?: string; cursor?: string; limit?: number }) => {
    const rows = all.filter(
      (row) => (!query.standing || row.standing === query.standing) && row.id > (query.cursor ?? ""),
    );
    const data = rows.slice(0, query.limit);
    return { data, next_cursor: rows.length > data.length ? data.at(-1)?.id : null };
  });
}
const rows = (count: number, over: (nth: number) => Partial<Recipient> = () => ({})) =>
  Array.from({ length: count }, (_, n) =>
    aRecipient({ id: `rcp_${String(n).padStart(5, "0")}`, ...over(n) }),
  );

describe("everybody in a campaign", () => {
  it("comes page by page, and stays whole when it is fetched again", async () => {
    const all = rows(120);
    const recipients = new Recipients("cmp_1", served(all));
    await recipients.load();
    await recipients.more();
    expect([recipients.all?.length, recipients.hasMore]).toEqual([100, true]);
    all[99] = aRecipient({ id: all[99]?.id, standing: "delivered" });
    await recipients.load();
    expect(recipients.all?.[99]?.standing).toBe("delivered");
    await recipients.more();
    expect(recipients.all?.map((row) => row.id)).toEqual(all.map((row) => row.id));
    expect(recipients.hasMore).toBe(false);
  });

  it("keeps whoever is below the pages that are fetched again", async () => {
    const all = rows(320);
    const recipients = new Recipients("cmp_1", served(all));
    await recipients.load();
    for (let i = 0; i < 5; i++) await recipients.more();
    await recipients.load();
    expect(recipients.all?.map((row) => row.id)).toEqual(all.slice(0, 300).map((row) => row.id));
    await recipients.more();
    expect(recipients.all).toHaveLength(320);
  });

  it("is not fetched more often than every few seconds", async () => {
    const fetchPage = served(rows(3));
    const recipients = new Recipients("cmp_1", fetchPage);
    for (let i = 0; i < 20; i++) recipients.touch();
    await vi.advanceTimersByTimeAsync(REFRESH_MS);
    expect(fetchPage).toHaveBeenCalledOnce();
    recipients.touch();
    recipients.stop();
    await vi.advanceTimersByTimeAsync(REFRESH_MS);
    expect(fetchPage).toHaveBeenCalledOnce();
  });

  it("is narrowed to those who are sought", async () => {
    const fetchPage = served(rows(3));
    const recipients = new Recipients("cmp_1", fetchPage);
    recipients.choose({ replied: true });
    await vi.advanceTimersByTimeAsync(0);
    expect(fetchPage).toHaveBeenLastCalledWith("cmp_1", { replied: true, cursor: undefined, limit: 50 });
  });
});
