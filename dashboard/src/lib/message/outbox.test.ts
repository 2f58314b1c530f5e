import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { aMessage } from "../../../test/samples";
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

const send = (body = "Hello") => outbox.send("cnv_1", "text", { body });
const bodies = () => outbox.of("cnv_1").map((o) => `${o.message.body}: ${o.state}`);

describe("a text on its way", () => {
  it("shows at once and leaves when it is accepted", async () => {
    const sent = send();
    expect(bodies()).toEqual(["Hello: posting"]);
    expect(await sent).toBeNull();
    expect(bodies()).toEqual([]);
  });

  it("is taken back with the reason of a refusal", async () => {
    answer = refuses;
    expect(await send()).toBe("Ann opted out.");
    expect(bodies()).toEqual([]);
  });

  it("waits for the network and is tried again under the same key", async () => {
    answer = isAway;
    expect(await send()).toBeNull();
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

  it("tells when it is refused after all", async () => {
    const told: string[] = [];
    outbox.refused = (reason) => told.push(reason);
    answer = isAway;
    await send();
    answer = refuses;
    await vi.advanceTimersByTimeAsync(5_000);
    expect([told, bodies()]).toEqual([["Ann opted out."], []]);
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
