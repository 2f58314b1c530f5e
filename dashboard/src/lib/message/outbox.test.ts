import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { aMedia, aMessage } from "../../../test/samples";
import { Outbox } from "./outbox.svelte";

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
  outbox = new Outbox();
  keys = [];
  answer = accepts;
  vi.stubGlobal("fetch", (_: string, init: RequestInit) => {
    keys.push((init.headers as Record<string, string>)["Idempotency-Key"] ?? "none");
    return answer();
  });
});

afterEach(() => {
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
