import { describe, expect, it } from "vitest";
import { counts } from "../../../test/samples";
import {
  lasting,
  lookedAt,
  pace,
  partsOf,
  rateOf,
  secondsLeft,
  sumOf,
  waitingOf,
  type Sample,
} from "./progress";
import { STANDINGS } from "./words";

describe("the parts of a campaign", () => {
  it("make the whole, whoever stands where", () => {
    for (const [i, standing] of STANDINGS.entries()) {
      const some = counts({ [standing]: i + 1, pending: 3, failed: 2 });
      expect(partsOf(some).reduce((sum, part) => sum + part.count, 0)).toBe(sumOf(some));
    }
  });

  it("are each standing once", () => expect(new Set(STANDINGS).size).toBe(Object.keys(counts()).length));

  it("leave out what is rare and empty", () => {
    expect(partsOf(counts()).map((part) => part.id)).toEqual([
      "delivered",
      "sent",
      "pending",
      "failed",
      "skipped",
    ]);
    expect(partsOf(counts({ unknown: 1 })).map((part) => part.id)).toContain("unknown");
    expect(partsOf(counts()).every((part) => part.share === 0)).toBe(true);
  });

  it("count who waits", () =>
    expect(waitingOf(counts({ pending: 4, deferred: 2, queued: 1, sending: 9 }))).toBe(7));
});

describe("how fast it goes", () => {
  const looks = (...samples: [second: number, through: number][]): Sample[] =>
    samples.reduce<Sample[]>((all, [second, through]) => lookedAt(all, { at: second * 1_000, through }), []);

  it.each([
    ["nothing was seen", looks(), 0, null],
    ["one look says nothing", looks([0, 5]), 0, null],
    ["a short look says nothing", looks([0, 0], [2, 20]), 2, null],
    ["two looks", looks([0, 0], [10, 50]), 10, 5],
    ["a stall slows it down", looks([0, 0], [10, 50]), 50, 1],
    ["only the last minute counts", looks([0, 0], [100, 100], [130, 400], [160, 700]), 160, 10],
    ["fewer than before is a new beginning", looks([0, 50], [10, 90], [20, 5]), 20, null],
  ])("%s", (_, samples, now, rate) => expect(rateOf(samples, now * 1_000)).toBe(rate));

  it("does not keep more than it needs", () => {
    const all = looks(...Array.from({ length: 1_000 }, (_, i): [number, number] => [i, i]));
    expect(all.length).toBeLessThan(70);
    expect(rateOf(all, 999_000)).toBe(1);
    const fast = looks(...Array.from({ length: 9_000 }, (_, i): [number, number] => [i / 100, i]));
    expect(fast.length).toBeGreaterThan(200);
    expect(fast.length).toBeLessThan(260);
    expect(rateOf(fast, 89_990)).toBe(100);
  });

  it.each([
    [counts({ pending: 100 }), 2.5, 40],
    [counts({ pending: 99, queued: 2, deferred: 500 }), 2, 51],
    [counts({ deferred: 500 }), 2, 0],
    [counts({ pending: 1 }), 0, null],
    [counts({ pending: 1 }), null, null],
  ])("%j at %s", (some, rate, seconds) => expect(secondsLeft(some, rate)).toBe(seconds));

  it("is said in words", () => {
    expect([40.4, 2.54, 1, 0.2].map(pace)).toEqual([
      "40 a second",
      "2.5 a second",
      "1 a second",
      "12 a minute",
    ]);
    expect([59, 60, 89 * 60, 2 * 3_600, 72 * 3_600].map(lasting)).toEqual([
      "less than a minute",
      "about 1 minute",
      "about 89 minutes",
      "about 2 hours",
      "about 3 days",
    ]);
  });
});
