import { flushSync } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Session } from "$lib/api/types";
import { session } from "$lib/session/session.svelte";
import { kept } from "$lib/ui/kept";
import { aMessage } from "../../../test/samples";
import { FRESH_MS, Outbox, TOO_LATE } from "./outbox.svelte";
import { keepQueued } from "./queued.svelte";

const as = (user: string | null) => {
  session.me = user ? ({ user: { id: user }, tenant: { id: "ten_1" } } as Session) : null;
  flushSync();
};

let isOnline: boolean;
let keys: string[];
let stop: (() => void)[];

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-11-28T10:00:00Z") });
  localStorage.clear();
  [isOnline, keys, stop] = [false, [], []];
  vi.stubGlobal("fetch", async (_: string, init: RequestInit) => {
    if (!isOnline) throw new TypeError("network");
    keys.push((init.headers as Record<string, string>)["Idempotency-Key"] ?? "none");
    return Response.json({ message: aMessage() }, { status: 202 });
  });
  as("usr_1");
});

afterEach(() => {
  stop.forEach((end) => end());
  as(null);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A page as it starts: an empty outbox, and whatever was kept. */
function start(): Outbox {
  const box = new Outbox();
  stop.push(keepQueued(box));
  flushSync();
  return box;
}

/** The page goes, as a closed tab does: nothing is told. */
async function leave(box: Outbox): Promise<void> {
  flushSync();
  const before = { ...localStorage };
  stop.splice(0).forEach((end) => end());
  box.clear();
  localStorage.clear();
  for (const [key, value] of Object.entries(before)) localStorage.setItem(key, value as string);
}

const send = async (box: Outbox, body: string) => {
  await box.send("cnv_1", { kind: "text", message: { body }, media: [] });
  flushSync();
};
const shown = (box: Outbox) => box.of("cnv_1").map((o) => `${o.message.body}: ${o.state}`);

describe("a text that waits for the network", () => {
  it("outlives the page, in its order and under its key, and is forgotten when it is sent", async () => {
    const box = start();
    await send(box, "first");
    vi.advanceTimersByTime(1_000);
    await send(box, "second");
    const before = box.all.map((o) => o.key);
    await leave(box);
    const later = start();
    await vi.advanceTimersByTimeAsync(0);
    expect(shown(later)).toEqual(["first: waiting", "second: waiting"]);
    isOnline = true;
    await vi.advanceTimersByTimeAsync(10_000);
    flushSync();
    expect(keys).toEqual(before);
    expect(shown(later)).toEqual([]);
    expect(kept.keys("text.queued.")).toEqual([]);
  });

  it("was perhaps on its way: it is tried again under the same key", async () => {
    const box = start();
    vi.stubGlobal("fetch", () => new Promise(() => {}));
    void box.send("cnv_1", { kind: "text", message: { body: "on its way" }, media: [] });
    const [key] = box.all.map((o) => o.key);
    await leave(box);
    vi.stubGlobal("fetch", async () => {
      throw new TypeError("network");
    });
    const later = start();
    await vi.advanceTimersByTimeAsync(0);
    expect(later.all.map((o) => [o.key, o.state])).toEqual([[key, "waiting"]]);
  });

  it("is not sent by itself when the server may have forgotten its key", async () => {
    const box = start();
    await send(box, "stale");
    await leave(box);
    vi.setSystemTime(Date.now() + FRESH_MS);
    isOnline = true;
    const later = start();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(later.of("cnv_1").map((o) => [o.state, o.reason])).toEqual([["refused", TOO_LATE]]);
    expect(keys).toEqual([]);
  });

  it("is nobody else's", async () => {
    const box = start();
    await send(box, "mine");
    as(null);
    expect(shown(box)).toEqual([]);
    as("usr_2");
    expect(shown(box)).toEqual([]);
    as("usr_1");
    await vi.advanceTimersByTimeAsync(0);
    expect(shown(box)).toEqual(["mine: waiting"]);
    kept.removeAll("text.");
    expect(kept.keys("text.queued.")).toEqual([]);
  });

  it("stays what it is when its writer has to sign in again, and goes then, once", async () => {
    const box = start();
    const told = vi.fn(() => true);
    box.refused = told;
    await send(box, "mine");
    vi.stubGlobal("fetch", async () => Response.json({ code: "unauthenticated" }, { status: 401 }));
    await vi.advanceTimersByTimeAsync(5_000);
    flushSync();
    expect([session.me, box.all]).toEqual([null, []]);
    expect(told).not.toHaveBeenCalled();
    expect(kept.keys("text.queued.usr_1.")).toHaveLength(1);
  });

  it("is gone here when it was taken back in another tab, and only then", async () => {
    const box = start();
    await send(box, "first");
    await send(box, "second");
    const [one, two] = box.all.map((o) => `tidings.text.queued.usr_1.ten_1.${o.key}`);
    const elsewhere = (key: string | undefined, newValue: string | null) =>
      dispatchEvent(new StorageEvent("storage", { key, newValue }));
    elsewhere(one, null);
    elsewhere(two, "{}");
    elsewhere("tidings.text.queued.usr_2.ten_1.other", null);
    expect(shown(box)).toEqual(["second: waiting"]);
  });

  it("and what cannot be read is left alone", () => {
    kept.set("text.queued.usr_1.ten_1.broken", "{");
    expect(start().all).toEqual([]);
  });
});
