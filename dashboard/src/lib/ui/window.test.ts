import { describe, expect, it } from "vitest";
import { drawn, held, seen } from "./window";

describe("of many rows only those near the view are drawn", () => {
  it.each([
    [0, 0, [0, 0]],
    [5, 0, [0, 5]],
    [100_000, 0, [0, 18]],
    [100_000, 50_000 * 80, [49_992, 50_018]],
    [100_000, 100_000 * 80 - 800, [99_982, 100_000]],
    // It was scrolled further than a list goes that has become shorter.
    [3, 8_000, [2, 3]],
  ])("%i rows, scrolled to %i", (count, top, rows) => {
    expect(drawn(count, 80, top, 800)).toEqual(rows);
  });
});

describe("the view stays where it is", () => {
  it("when rows come above it", () => expect(held(800, 80, 10, 12)).toBe(960));
  it("when rows go above it", () => expect(held(800, 80, 10, 9)).toBe(720));
  it("but not at the beginning, where one waits for what comes", () => expect(held(0, 80, 0, 1)).toBe(0));
  it("and not by what is gone", () => expect(held(800, 80, 10, -1)).toBe(800));
});

describe("a row that is gone to is seen whole", () => {
  it("from above", () => expect(seen(2, 80, 400, 800)).toBe(160));
  it("from below", () => expect(seen(20, 80, 400, 800)).toBe(880));
  it("without moving what is seen already", () => expect(seen(8, 80, 400, 800)).toBe(400));
});
