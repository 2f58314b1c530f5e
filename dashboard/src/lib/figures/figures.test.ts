import { expect, it } from "vitest";
import type { AssistantFigures } from "$lib/api/types";
import { acceptance, draftParts, percent, runParts, short, sinceOf } from "./figures";

const figures: AssistantFigures = {
  runs: {
    total: 12,
    replied: 4,
    suggested: 3,
    refused: 0,
    handed_off: 1,
    silent: 1,
    outdated: 0,
    approval: 1,
    for_workflows: 2,
  },
  drafts: { total: 8, open: 1, accepted: 3, edited: 1, rejected: 1, superseded: 2 },
  tokens: 12_400,
  cost: [],
};
const none: AssistantFigures = {
  runs: {
    total: 0,
    replied: 0,
    suggested: 0,
    refused: 0,
    handed_off: 0,
    silent: 0,
    outdated: 0,
    approval: 0,
    for_workflows: 0,
  },
  drafts: { total: 0, open: 0, accepted: 0, edited: 0, rejected: 0, superseded: 0 },
  tokens: 0,
  cost: [],
};

it("parts add up to their whole", () => {
  for (const [parts, total] of [
    [runParts(figures), figures.runs.total],
    [draftParts(figures), figures.drafts.total],
  ] as const) {
    expect(parts.reduce((sum, part) => sum + part.count, 0)).toBe(total);
    expect(parts.reduce((sum, part) => sum + part.share, 0)).toBeCloseTo(1);
  }
});

it("what was not decided on does not count for acceptance", () =>
  expect(acceptance(figures)).toEqual({ sent: 0.8, unchanged: 0.6, decided: 5 }));

it("nothing is no share of nothing", () => {
  expect(acceptance(none)).toBeNull();
  expect(runParts(none).every((part) => part.share === 0)).toBe(true);
});

it.each([
  [0, "0%"],
  [0.001, "1%"],
  [0.5, "50%"],
  [0.999, "99%"],
  [1, "100%"],
])("a share of %d is %s", (share, then) => expect(percent(share)).toBe(then));

it.each([
  [812, "812"],
  [9_999, "9,999"],
  [12_400, "12.4k"],
  [240_000, "240k"],
  [3_140_000, "3.1M"],
])("%d is %s", (count, then) => expect(short(count)).toBe(then));

it("a period begins so many days back", () =>
  expect(sinceOf("7", Date.parse("2026-11-27T12:00:00Z"))).toBe("2026-11-20T12:00:00.000Z"));
