import { expect, it } from "vitest";
import {
  launchOf,
  lengthWords,
  scheduleWords,
  spreadFault,
  spreadOf,
  timeFault,
  type ScheduleForm,
} from "./schedule";

const NOW = Date.parse("2026-11-23T12:00:00Z");
const form = (over: Partial<ScheduleForm> = {}): ScheduleForm => ({
  when: "now",
  at: "2026-11-24T14:00:00Z",
  local: "2026-11-24T10:00",
  isSpread: false,
  spread: 2,
  unit: "hours",
  ...over,
});

it("says one time at most, and no spread that is switched off", () => {
  expect(launchOf(form(), null)).toEqual({});
  expect(launchOf(form({ when: "ours" }), 3)).toEqual({ at: "2026-11-24T14:00:00Z", check: 3 });
  expect(launchOf(form({ when: "theirs", isSpread: true }), null)).toEqual({
    at_local: "2026-11-24T10:00",
    spread_seconds: 7_200,
  });
});

it("finds the fault of a time, and of a spread", () => {
  expect(timeFault(form(), NOW)).toBeNull();
  expect(timeFault(form({ when: "ours", at: "2026-11-23T11:00:00Z" }), NOW)).toMatch(/passed/);
  expect(timeFault(form({ when: "ours", at: null }), NOW)).toMatch(/Choose/);
  expect(timeFault(form({ when: "theirs", local: "" }), NOW)).toMatch(/Choose/);
  // Somewhere it may still come: the server says so of the rest.
  expect(timeFault(form({ when: "theirs", local: "2026-11-23T10:00" }), NOW)).toBeNull();
  expect(spreadFault(form({ isSpread: true, spread: null }))).toMatch(/how long/);
  expect(spreadFault(form({ isSpread: true, spread: 31, unit: "days" }))).toMatch(/thirty/);
  expect(spreadOf(form({ isSpread: true, spread: 1.5 }))).toBe(5_400);
});

it.each([
  [5_400, "90 minutes"],
  [3_600, "1 hour"],
  [172_800, "2 days"],
])("%d seconds", (seconds, words) => expect(lengthWords(seconds)).toBe(words));

it("tells how it was scheduled", () => {
  expect(scheduleWords({ at_local: null, spread_seconds: 0 })).toBeNull();
  expect(scheduleWords({ at_local: "2026-12-01T10:00:00", spread_seconds: 3_600 })).toBe(
    "when everybody’s own clock shows 2026-12-01, 10:00, spread over 1 hour",
  );
});
