import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Session } from "$lib/api/types";
import { session } from "$lib/session/session.svelte";
import { kept } from "$lib/ui/kept";
import { aMedia, aMessage } from "../../../test/samples";
import { FRESH_MS, Outbox, TOO_LATE } from "./outbox.svelte";

type Answer = () => Promise<Response>;
let outbox: Outbox;
let keys: string[];
let answer: Answer;

const accepts: Answer = async () => Response.json({ message: aMessage({ body: "Hello" }) }, { status: 202 });
const refuses: Answer = async () =>
  Response.json(
    { code: "contact_opted_out", status: 422, title: "Refused", detail: "Ann opted out." },
    { status: 422 },
  );
const isAway: Answer = async () => Promise.reject(new TypeError("network"));

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  outbox = new Outbox();
  keys = [];
  answer = accepts;
  vi.stubGlobal("fetch", (_: string, init: RequestInit) => {
    keys.push((init.headers as Record<string, string>)["Idempotency-Key"] ?? "none");
    return answer();
  });
});

afterEach(() => {
  session.me = null;
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const send = (body = "Hello") => outbox.send("cnv_1", { kind: "text", message: { body }, media: [aMedia()] });
const bodies = () => outbox.of("cnv_1").map((o) => `${o.message.body}: ${o.state}`);

describe("a text on its way", () => {
  it("shows at once and leaves when it is accepted", async () => {
    const sent = send();
    expect(bodies()).toEqual(["Hello: posting"]);
    await sent;
    expect(bodies()).toEqual([]);
  });

  it("is taken back with the reason of a refusal", async () => {
    const told: unknown[] = [];
    outbox.refused = (item, reason) => !!told.push([item.message.body, item.media, reason]);
    answer = refuses;
    await send();
    expect(told).toEqual([["Hello", [aMedia()], "Ann opted out."]]);
    expect(bodies()).toEqual([]);
  });

  it("is kept with the reason when nobody can take it back, and holds up no other", async () => {
    answer = refuses;
    await send("first");
    expect(outbox.of("cnv_1").map((o) => [o.state, o.reason])).toEqual([["refused", "Ann opted out."]]);
    answer = accepts;
    await send("second");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(bodies()).toEqual(["first: refused"]);
  });

  it("waits for the network and is tried again under the same key", async () => {
    answer = isAway;
    await send();
    expect(bodies()).toEqual(["Hello: waiting"]);
    answer = accepts;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(bodies()).toEqual([]);
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
  });

  it("keeps its order behind one that waits", async () => {
    answer = isAway;
    await send("first");
    await send("second");
    const order: string[] = [];
    vi.stubGlobal("fetch", async (_: string, init: RequestInit) => {
      order.push(JSON.parse(init.body as string).body);
      return accepts();
    });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(order).toEqual(["first", "second"]);
  });

  it("does not overtake one that is stuck", async () => {
    answer = isAway;
    await send("first");
    const sent: string[] = [];
    vi.stubGlobal("fetch", async (_: string, init: RequestInit) => {
      const { body } = JSON.parse(init.body as string) as { body: string };
      if (body === "first") return isAway();
      sent.push(body);
      return accepts();
    });
    await send("second");
    await vi.advanceTimersByTimeAsync(20_000);
    expect([sent, bodies()]).toEqual([[], ["first: waiting", "second: waiting"]]);
  });

  it("is not lost when it is refused after all, nor is what comes behind it", async () => {
    answer = isAway;
    await send("first");
    await send("second");
    answer = async () => (outbox.of("cnv_1")[0]?.state === "posting" ? refuses() : accepts());
    await vi.advanceTimersByTimeAsync(5_000);
    expect(bodies()).toEqual(["first: refused"]);
  });

  it("waits for one that is on its way, and follows it whether that is accepted or refused", async () => {
    for (const then of [accepts, refuses]) {
      let settle: (answer: Response) => void = () => {};
      answer = () => new Promise((done) => (settle = done));
      const first = send("first");
      await send("second");
      expect(bodies()).toEqual(["first: posting", "second: waiting"]);
      answer = accepts;
      settle(await then());
      await first;
      await vi.advanceTimersByTimeAsync(0);
      expect(bodies()).toEqual(then === accepts ? [] : ["first: refused"]);
    }
  });

  it("goes with those that are tried again when it was written meanwhile", async () => {
    answer = isAway;
    await send("first");
    let settle: (answer: Response) => void = () => {};
    answer = () => new Promise((done) => (settle = done));
    await vi.advanceTimersByTimeAsync(5_000);
    await send("second");
    answer = accepts;
    settle(await accepts());
    await vi.advanceTimersByTimeAsync(0);
    expect(bodies()).toEqual([]);
  });

  it("is tried again though its time came while one of another conversation was on its way", async () => {
    session.me = { user: { id: "usr_1" }, tenant: { id: "ten_1" } } as Session;
    answer = isAway;
    await send("first");
    await outbox.send("cnv_2", { kind: "text", message: { body: "other" }, media: [] });
    let settle: (answer: Response) => void = () => {};
    answer = () => {
      answer = () => new Promise((done) => (settle = done));
      return isAway();
    };
    await vi.advanceTimersByTimeAsync(4_000);
    await vi.advanceTimersByTimeAsync(10_000);
    answer = accepts;
    settle(await accepts());
    await vi.advanceTimersByTimeAsync(5_000);
    expect(outbox.all).toEqual([]);
  });

  it("is not sent with a key that the server has forgotten, however long the page stays open", async () => {
    answer = isAway;
    await send();
    const tries = keys.length;
    vi.setSystemTime(Date.now() + FRESH_MS);
    answer = accepts;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(keys).toHaveLength(tries);
    expect(outbox.all.map((o) => [o.state, o.reason])).toEqual([["refused", TOO_LATE]]);
  });

  it("is given back to nobody once its writer has left", async () => {
    const told = vi.fn(() => true);
    outbox.refused = told;
    let settle: (answer: Response) => void = () => {};
    answer = () => new Promise((done) => (settle = done));
    const sent = send();
    outbox.clear();
    settle(await refuses());
    await sent;
    expect(told).not.toHaveBeenCalled();
    expect(outbox.all).toEqual([]);
  });

  it("is kept as it is when its writer has to sign in again", async () => {
    const told = vi.fn(() => true);
    outbox.refused = told;
    answer = async () => Response.json({ code: "unauthenticated" }, { status: 401 });
    await send();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(told).not.toHaveBeenCalled();
    expect([bodies(), keys.length]).toEqual([["Hello: waiting"], 1]);
  });

  it("never goes in the name of whoever another tab has become", async () => {
    vi.spyOn(session, "verify").mockResolvedValue();
    kept.set("who", "usr_2.ten_1");
    await send();
    expect([bodies(), keys]).toEqual([["Hello: waiting"], []]);
    expect(session.verify).toHaveBeenCalled();
  });

  it("has a key of its own", async () => {
    await send();
    await send();
    expect(new Set(keys).size).toBe(2);
  });

  it("gives way to its true self on the stream", () => {
    void send();
    outbox.seen(aMessage({ body: "Hello", author: { kind: "member", id: "usr_2", name: "Theo" } }), "usr_1");
    expect(bodies()).toHaveLength(1);
    outbox.seen(aMessage({ body: "Hello" }), "usr_1");
    expect(bodies()).toHaveLength(0);
  });
});
