import { describe, expect, it, vi } from "vitest";
import type { Message, MessagePage, MessagePart } from "$lib/api/types";
import { Thread } from "./thread.svelte";

const message = (n: number) =>
  ({ id: `m${n}`, created_at: new Date(n * 1_000).toISOString(), status: "sent" }) as Message;
const page = (ns: number[], next: string | null, newer: string | null = null): MessagePage => ({
  data: ns.map(message),
  next_cursor: next,
  newer_than: newer,
});
const shown = (thread: Thread) => thread.messages.map(({ id }) => id).join(" ");

function opened(pages: Record<string, MessagePage | Error>) {
  const fetchPage = vi.fn(async (_: string, part: MessagePart = {}) => {
    const found = pages[part.around ?? part.newer_than ?? part.cursor ?? "end"];
    if (!found || found instanceof Error) throw found ?? new Error("not found");
    return found;
  });
  return { thread: new Thread("cnv_1", fetchPage), fetchPage };
}

describe("a thread", () => {
  it("goes to a message that is not here, and back to the end", async () => {
    const { thread } = opened({
      end: page([9, 8], "c8"),
      m3: page([4, 3, 2], "c2", "m4"),
      m4: page([6, 5], null, "m6"),
      m6: page([7, 8, 9], null),
      c2: page([1], null),
    });
    await thread.load();
    await thread.around("m3");
    // What stood at the end does not stand beside it.
    expect([shown(thread), thread.hasNewer, thread.hasOlder]).toEqual(["m2 m3 m4", true, true]);
    thread.merge([message(10), { ...message(3), status: "delivered" }]);
    expect([shown(thread), thread.messages[1]?.status]).toEqual(["m2 m3 m4", "delivered"]);
    await thread.newer();
    expect([shown(thread), thread.hasNewer]).toEqual(["m2 m3 m4 m5 m6", true]);
    await thread.older();
    expect([shown(thread), thread.hasOlder]).toEqual(["m1 m2 m3 m4 m5 m6", false]);
    await thread.newer();
    expect([shown(thread), thread.hasNewer]).toEqual(["m1 m2 m3 m4 m5 m6 m7 m8 m9", false]);
    thread.merge([message(10)]);
    expect(shown(thread).endsWith("m9 m10")).toBe(true);
  });

  it("comes back to the end at once, with a way further up", async () => {
    const { thread, fetchPage } = opened({ end: page([9, 8], "c8"), m3: page([3], null, "m3") });
    await thread.around("m3");
    await thread.load(true);
    expect(shown(thread)).toBe("m3");
    await thread.latest();
    expect([shown(thread), thread.hasNewer, thread.hasOlder]).toEqual(["m8 m9", false, true]);
    await thread.latest();
    await thread.around("m9");
    expect(fetchPage).toHaveBeenCalledTimes(2);
  });

  it("shows its end when what is looked for is gone", async () => {
    const { thread } = opened({ end: page([9], null), m3: new Error("gone") });
    expect(await thread.around("m3")).toBe(false);
    expect([shown(thread), thread.isLoaded, thread.error]).toEqual(["m9", true, null]);
  });
});
