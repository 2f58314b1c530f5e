import { expect, test } from "vitest";
import { aPlayed } from "../../../test/samples-workflows";
import { answersIn, asKept, fitting, openQuestion, waiting, type Move } from "./script";

const does = (step: string, deed: string) => ({ seq: 1, step, what: "does", text: `does ${deed}` });
const trace = [does("pay", "http"), does("hi", "send"), does("sort", "ask"), does("pay", "http")];
const PAID = { answered: { status: 200, body: { paid: true } } };
const moves: Move[] = [
  "skips",
  { who: "models", nth: 0, step: "sort", answer: { chose: 1 } },
  { says: "yes" },
  { who: "http", nth: 1, step: "pay", answer: PAID },
];

test("in a play nobody answers before it is said what", () => {
  const { http = [], models = [], sends } = waiting(moves);
  expect(http.slice(0, 3)).toEqual(["sent", PAID, "sent"]);
  expect(models.slice(0, 2)).toEqual([{ chose: 1 }, "sent"]);
  expect(http.length).toBe(50);
  expect(sends).toBeUndefined();
});

test("what is kept has an answer, or silence, for each question that was asked, and no more", () => {
  expect(answersIn(moves, { trace })).toEqual({ http: ["sent", PAID], models: [{ chose: 1 }] });
  expect(answersIn([], { trace: [] })).toEqual({});
});

test("a kept conversation keeps what it says of texts, and answers as it says", () => {
  const base = { sends: [{ blocked: "no_consent" }], http: ["sent" as const, "sent" as const] };
  expect(asKept([], base)).toEqual(base);
  expect(asKept(moves, base)).toEqual({ ...base, http: ["sent", PAID], models: [{ chose: 1 }] });
});

test("an answer to what another step asks now is no answer", () => {
  expect(fitting(moves, { trace })).toBe(moves);
  const changed = [does("pay", "http"), does("other", "ask"), does("pay", "http")];
  expect(fitting(moves, { trace: changed })).toEqual([moves[0], moves[2], moves[3]]);
  expect(fitting(moves, { trace: [] })).toEqual(["skips", { says: "yes" }]);
});

test("who is asked is who stands there and waits", () => {
  const standing = { trace, stands_at: "pay", waits_for: "effect" as const };
  expect(openQuestion(aPlayed(standing))).toEqual({ who: "http", nth: 1, step: "pay" });
  expect(openQuestion(aPlayed({ ...standing, waits_for: "reply" }))).toBeNull();
  expect(openQuestion(aPlayed({ ...standing, status: "paused" }))).toBeNull();
  expect(openQuestion(aPlayed({ ...standing, stands_at: "hi" }))).toBeNull();
  const meant = { trace: [does("answer", "ask")], stands_at: "answer", waits_for: "intent" as const };
  expect(openQuestion(aPlayed(meant))).toEqual({ who: "models", nth: 0, step: "answer" });
});
