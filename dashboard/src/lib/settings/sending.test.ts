import { expect, it } from "vitest";
import { capFormOf, capOf, wordsFormOf, wordsOf } from "./sending";

it("has one word on each line, and none on an empty one", () => {
  expect(wordsOf({ stop: " ende \n\nno more texts\n", help: "", start: "weiter" })).toEqual({
    stop: ["ende", "no more texts"],
    help: [],
    start: ["weiter"],
  });
  const kept = { stop: ["ende", "raus"], help: ["hilfe"], start: [] };
  expect(wordsOf(wordsFormOf(kept))).toEqual(kept);
});

it("has no cap unless it is switched on", () => {
  const cap = { texts: 2, days: 7, otherwise: "skip" as const };
  expect(capOf(capFormOf(cap))).toEqual(cap);
  expect(capOf({ ...capFormOf(cap), isOn: false })).toBeNull();
  expect(capFormOf(null).isOn).toBe(false);
  // The server says what it allows.
  expect(capOf({ ...capFormOf(cap), texts: null })?.texts).toBe(0);
});
