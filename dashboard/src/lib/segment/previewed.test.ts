import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SegmentPreview, TryCondition } from "$lib/api/types";
import { placeOf, Previewed } from "./previewed.svelte";

const answered = (count: number): SegmentPreview => ({
  count,
  sample: [],
  condition: null,
  text: null,
  faults: [],
});

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("a condition that is being written", () => {
  it("is asked about once the writer has stopped, and an overtaken answer does not count", async () => {
    const answers: (() => void)[] = [];
    const preview = vi.fn(
      ({ text }: TryCondition) =>
        new Promise<SegmentPreview>((answer) => answers.push(() => answer(answered(text?.length ?? 0)))),
    );
    const previewed = new Previewed(preview);
    previewed.take("a");
    previewed.take("ab");
    await vi.runAllTimersAsync();
    expect(preview).toHaveBeenCalledTimes(1);
    previewed.take("abc");
    await vi.runAllTimersAsync();
    answers.reverse().forEach((answer) => answer());
    await vi.runAllTimersAsync();
    expect([previewed.result?.count, previewed.isAsking]).toEqual([3, false]);
    previewed.take(" ");
    expect([previewed.result, previewed.isAsking]).toEqual([null, false]);
  });

  it("says why nothing can be told", async () => {
    const previewed = new Previewed(async () => {
      throw new Error("The network is down.");
    });
    previewed.take("a");
    await vi.runAllTimersAsync();
    expect([previewed.result, previewed.error, previewed.isAsking]).toEqual([
      null,
      "The network is down.",
      false,
    ]);
  });
});

it.each([
  ['ctiy = "Oslo"', 1, 4, "ctiy"],
  ['name = "🙂🙂" and ctiy', 17, 4, "ctiy"],
  ["age >", 6, 0, ""],
  ["age", 1, null, "a"],
])("%s", (text, at, length, marked) => {
  const place = placeOf({ at, length }, text);
  expect(text.slice(place?.start, place?.end)).toBe(marked);
});

it("stands nowhere when it was no text", () => expect(placeOf({ at: null, length: null }, "a")).toBeNull());
