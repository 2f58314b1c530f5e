import { expect, test } from "vitest";
import { aPlayed } from "../../../test/samples-workflows";
import { expectWords, goldenOf, goldensOf } from "./golden";

const at = "2026-11-28T10:00:00Z";
const seen = (what: "we_say" | "they_say" | "happens", text: string) => ({ at, what, step: null, text });

test("what was played is what must come of it", () => {
  const played = aPlayed({
    seen: [
      seen("happens", "enters"),
      seen("we_say", "Coming?"),
      seen("they_say", "yes"),
      seen("we_say", "Fine!"),
    ],
    outcome: "confirmed",
    variables: { day: "2026-12-02" },
  });
  const golden = goldenOf("Comes", {
    at,
    contact: null,
    variables: { day: "2026-12-02", guests: 2, vip: true },
    plays: ["skips", { says: "yes" }],
    answers: { models: [{ chose: 1 }] },
    played,
  });
  expect(golden).toEqual({
    name: "Comes",
    at,
    variables: { day: "2026-12-02", guests: "2", vip: "yes" },
    answers: { models: [{ chose: 1 }] },
    plays: ["skips", { says: "yes" }],
    expect: { texts: ["Coming?", "Fine!"], outcome: "confirmed", saved: { day: "2026-12-02" } },
  });
  expect(expectWords(golden)).toBe("2 texts, ends as confirmed");
});

test("of one that is not over, where it stands is expected", () => {
  const golden = goldenOf("Waits", {
    at,
    contact: null,
    variables: {},
    plays: [],
    answers: {},
    played: aPlayed(),
  });
  expect(golden).toEqual({ name: "Waits", at, expect: { texts: [], stands_at: "answer" } });
});

test("what is no conversation is not shown", () => {
  expect(goldensOf({ goldens: [1, null, { name: "x" }, { name: "x", at, expect: {} }] })).toHaveLength(1);
  expect(goldensOf({})).toEqual([]);
});
