import { expect, test } from "vitest";
import { boxesOf, partsOf, spanWords } from "./span";

test.each([
  ["2h", "2 hours", { count: 2, unit: "h" }],
  ["1 day", "1 day", { count: 1, unit: "d" }],
  ["1w", "7 days", { count: 7, unit: "d" }],
  ["1d 12h", "1 day and 12 hours", { count: 36, unit: "h" }],
  ["90 min", "90 minutes", { count: 90, unit: "m" }],
  ["1h 30s", "1 hour and 30 seconds", { count: 3_630, unit: "s" }],
])("%s", (text, words, boxes) => {
  expect(spanWords(text)).toBe(words);
  expect(boxesOf(text)).toEqual(boxes);
});

test.each(["", "2", "h", "2 fortnights", "-2h"])("%s is no length of time", (text) => {
  expect(partsOf(text)).toBeNull();
  expect(boxesOf(text)).toBeNull();
});
