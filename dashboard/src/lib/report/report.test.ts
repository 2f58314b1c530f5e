import { expect, it } from "vitest";
import {
  arrived,
  changeOf,
  columnsOf,
  costName,
  daysOf,
  exactness,
  niceTop,
  span,
  stepName,
  totals,
  waitChange,
} from "./report";

it("says how something stands to the period before", () => {
  for (const [now, before, words] of [
    [12, 10, "20% more"],
    [5, 10, "50% less"],
    [7, 7, "as before"],
    [0, 0, "none before either"],
    [3, 0, "none before"],
    [0, 4, "100% less"],
    [5_000, 4, "far more"],
    [1_000, 1_001, "a little less"],
  ] as const)
    expect(changeOf(now, before).words).toBe(words);
  expect(waitChange(60, null)).toBeNull();
  expect(waitChange(420, 600)).toEqual({ words: "10 min before", way: "down" });
  expect(waitChange(421, 420)?.way).toBe("same");
});

it("tells how long in few words", () => {
  for (const [seconds, words] of [
    [0, "0 s"],
    [59, "59 s"],
    [420, "7 min"],
    [479, "7 min"],
    [3_600, "1 h"],
    [7_500, "2 h 5 min"],
    [90_000, "1 d 1 h"],
    [172_800, "2 d"],
  ] as const)
    expect(span(seconds)).toBe(words);
  expect(exactness({ seconds: 420, from_seconds: 416, until_seconds: 432 })).toBe("between 6 min and 7 min");
  expect(exactness({ seconds: 7, from_seconds: 7, until_seconds: 8 })).toBe("7 s");
});

it("names days and hours", () => {
  expect(daysOf("2026-11-29", "2026-11-29", "en")).toBe("Nov 29");
  expect(daysOf("2026-11-23", "2026-11-29", "en")).toMatch(/^Nov 23\s–\s29$/);
  expect(stepName("2026-11-29", "en")).toBe("Sun, Nov 29");
  expect(stepName("2026-11-29T09:00", "en")).toBe("09:00");
});

it("draws both periods on one scale", () => {
  const none = { texts_in: 0, texts_out: 0, opened: 0, closed: 0, opt_outs: 0 };
  const step = (at: string, now: number, before: number) => ({
    at,
    now: { ...none, texts_in: now },
    before: { ...none, texts_in: before },
  });
  const { columns, top } = columnsOf([step("2026-11-28", 30, 10), step("2026-11-29", 0, 40)], "texts_in");
  expect(top).toBe(40);
  expect(columns.map(({ height, heightBefore }) => [height, heightBefore])).toEqual([
    [0.75, 0.25],
    [0, 1],
  ]);
  expect(columnsOf([], "closed").top).toBeGreaterThan(0);
  for (const [most, wanted] of [
    [0, 2],
    [1, 2],
    [3, 4],
    [9, 10],
    [11, 20],
    [100, 100],
    [101, 200],
    [7_300, 8_000],
  ] as const)
    expect(niceTop(most)).toBe(wanted);
});

it("knows how much arrived of what is settled", () => {
  const none = { delivered: 0, unconfirmed: 0, on_its_way: 0, unknown: 0, failed: 0, not_sent: 0 };
  expect(arrived({ ...none, delivered: 8, unconfirmed: 1, failed: 1, on_its_way: 50 })).toBe(0.9);
  expect(arrived({ ...none, on_its_way: 3 })).toBeNull();
});

it("adds money up by currency, the dearest first", () => {
  const sum = (billed_micros: number, estimated_micros = 0) => ({
    billed_micros,
    estimated_micros,
    count: 1,
    estimated_segments: 0,
  });
  const cost = (purpose: string, currency: string, now: number, estimated = 0) => ({
    what: "texts",
    purpose,
    currency,
    now: sum(now, estimated),
    before: sum(1),
  });
  const found = totals([
    cost("conversation", "EUR", 2),
    cost("campaign", "USD", 5, 4),
    cost("workflow", "USD", 1),
  ]);
  expect(found).toEqual([
    { currency: "USD", billed: 6, estimated: 4, before: 2 },
    { currency: "EUR", billed: 2, estimated: 0, before: 1 },
  ]);
  expect(costName({ what: "models", purpose: "workflow" })).toBe("Workflows, models");
});
