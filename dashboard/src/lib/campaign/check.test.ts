import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "$lib/api";
import type { CampaignCheck } from "$lib/api/types";
import { aCheck } from "../../../test/samples";
import { LaunchCheck } from "./check.svelte";
import { costWords, endWords, laterWords, lengthsOf, skippedOf } from "./check";
import { phonesIn } from "./testing";

const NOW = Date.parse("2026-11-23T10:00:00Z");
const later = (first: string, last: string) => ({
  code: "legal_hours",
  explanation: "It is night there.",
  mend: "",
  count: 2,
  samples: [],
  first,
  last,
});
const cost = (lowest_micros: number, highest_micros: number) => ({
  currency: "USD",
  lowest_micros,
  highest_micros,
  segments: 10,
});
const estimate = (over: Partial<NonNullable<CampaignCheck["estimate"]>>) =>
  aCheck({
    estimate: {
      costs: [],
      unpriced_segments: 0,
      unpriced_countries: [],
      finishes_at: null,
      segments_per_second: 1,
      ...over,
    },
  });

describe("what a launch would do, in words", () => {
  it("tells how long the texts are, the long ones together", () => {
    const parts = lengthsOf(aCheck({ segments: [6, 0, 1, 2, 1, 0, 0, 0, 0, 0] }));
    expect(parts.map(({ label, count, share }) => [label, count, share])).toEqual([
      ["1 segment", 6, 0.6],
      ["3 segments", 1, 0.1],
      ["4 segments or more", 3, 0.3],
    ]);
    expect(lengthsOf(aCheck({ segments: Array<number>(10).fill(0) }))).toEqual([]);
  });

  it.each([
    [{ costs: [cost(8_400_000, 16_800_000)] }, "$8.40 to $16.80"],
    [{ costs: [cost(8_400_000, 8_400_000)] }, "about $8.40"],
    [
      { unpriced_segments: 1, unpriced_countries: ["", "FR"] },
      "an unknown sum for 1 segment to FR: nothing was billed there lately",
    ],
    [
      { costs: [cost(1_000_000, 2_000_000)], unpriced_segments: 1_200 },
      "$1.00 to $2.00, and an unknown sum for 1,200 segments: nothing was billed there lately",
    ],
    [{}, "nothing"],
  ])("tells what it costs %#", (over, words) => expect(costWords(estimate(over), "en")).toBe(words));

  it("tells who must wait and when it ends", () => {
    const check = aCheck({
      later: [
        later("2026-11-23T13:00:00Z", "2026-11-23T16:00:00Z"),
        later("2026-11-23T12:00:00Z", "2026-11-23T13:00:00Z"),
      ],
      skipped: [{ code: "x", explanation: "", mend: "", count: 3, samples: [] }],
    });
    expect(laterWords(check, NOW, "UTC")).toMatch(/^4 people must wait: .* between Today, .* and Today, /u);
    expect(laterWords(aCheck(), NOW)).toBeNull();
    expect(skippedOf(check)).toBe(3);
    const ends = estimate({ finishes_at: "2026-11-23T16:00:00Z", segments_per_second: 2.5 });
    expect(endWords(ends, NOW, "UTC")).toMatch(/^Today, .* at 2\.5 segments a second/u);
    expect(endWords(estimate({}), NOW)).toBeNull();
  });

  it("reads the numbers of a test", () => {
    expect(phonesIn(" +1 212 555 0123, +4741234567;\n+1 212 555 0123,, ")).toEqual([
      "+1 212 555 0123",
      "+4741234567",
    ]);
  });
});

describe("a launch that is tried", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  const went = (id: string) => ({ type: "campaign.checked" as const, data: { id } });

  it("is followed by its events, and by looking when they are lost", async () => {
    const check = vi.fn(async () => aCheck({ state: "counting", progress: 0.5 }));
    const tried = new LaunchCheck("cmp_1", { tryLaunch: async () => aCheck({ state: "counting" }), check });
    tried.apply(went("cmp_1"));
    expect(check).not.toHaveBeenCalled();
    await tried.ask(null);
    expect(tried.isCounting).toBe(true);
    tried.apply(went("cmp_2"));
    expect(check).not.toHaveBeenCalled();
    tried.apply(went("cmp_1"));
    tried.apply(went("cmp_1"));
    await vi.advanceTimersByTimeAsync(0);
    expect(check).toHaveBeenCalledTimes(2);
    expect(tried.check?.progress).toBe(0.5);
    check.mockResolvedValue(aCheck({ state: "done" }));
    await vi.advanceTimersByTimeAsync(3_000);
    expect([tried.isCounting, check.mock.calls.length]).toEqual([false, 3]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(check).toHaveBeenCalledTimes(3);
  });

  it("is not set back by an older answer", async () => {
    const answers: ((check: CampaignCheck) => void)[] = [];
    const tryLaunch = () => new Promise<CampaignCheck>((told) => answers.push(told));
    const tried = new LaunchCheck("cmp_1", { tryLaunch, check: async () => aCheck({ run: 1 }) });
    const asked = [tried.ask(null), tried.ask("2026-11-24T09:00:00Z")];
    answers[1]?.(aCheck({ run: 2, total: 7 }));
    answers[0]?.(aCheck({ run: 1, total: 3 }));
    await Promise.all(asked);
    await tried.look();
    expect(tried.check?.total).toBe(7);
  });

  it("says why it cannot be told", async () => {
    const named = [{ field: "audience", code: "nobody", message: "Nobody would get it." }];
    const refused = new Problem(422, "invalid", "", named);
    const tried = new LaunchCheck("cmp_1", {
      tryLaunch: () => Promise.reject(refused),
      check: () => Promise.reject(refused),
    });
    await tried.ask(null);
    expect([tried.check, tried.error]).toEqual([null, "Nobody would get it."]);
  });
});
