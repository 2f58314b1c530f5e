import { expect, test } from "vitest";
import type { StepCount } from "$lib/api/types";
import { waysOf, type Step } from "$lib/workflow/document";
import { aFunnel, anEnrolment } from "../../../test/samples-workflows";
import { Funnel } from "./funnel";
import { lasting, ordersOf, standsWords } from "./words";

const count = (step: string, over: Partial<StepCount>): StepCount => ({
  step,
  came: 0,
  here: 0,
  seconds: 0,
  median_seconds: 0,
  ended: 0,
  answered: 0,
  timed_out: 0,
  asked_again: 0,
  left_out: 0,
  failed: 0,
  took: {},
  ...over,
});

test("a way is counted by what was taken there", () => {
  const wait: Step = {
    id: "hear",
    wait_for_reply: {
      timeout: "1d",
      cases: [
        { when: "yes" },
        { when: { keywords: ["later", "not now"] } },
        { when: { number: { min: 1 } } },
        { when: "any" },
      ],
    },
  };
  const branch: Step = { id: "who", branch: { cases: [{ when: "x = 1" }] } };
  const split: Step = { id: "lot", split: { paths: [{ name: "A" }, { name: "B" }] } };
  const funnel = new Funnel(
    aFunnel({
      steps: [
        count("hear", { took: { "case 1": 5, "case 2": 3, "case 3": 4, timeout: 7, no_match: 3 } }),
        count("who", { took: { "case 1": 8, otherwise: 2 } }),
        count("lot", { took: { "path 2": 6 } }),
      ],
    }),
  );
  const told = (step: Step) => waysOf(step).map((way) => funnel.took(step, way));
  expect(told(wait)).toEqual([5, 3, 4, 0, 3, 7]);
  expect(told(branch)).toEqual([8, 2]);
  expect(told(split)).toEqual([0, 6]);
});

test("two cases that hear the same are told apart", () => {
  const wait: Step = {
    id: "hear",
    wait_for_reply: {
      timeout: "1d",
      cases: [{ when: { number: { max: 5 } } }, { when: { number: { min: 6 } } }],
    },
  };
  const funnel = new Funnel(aFunnel({ steps: [count("hear", { took: { "case 2": 4 } })] }));
  expect(waysOf(wait).map((way) => funnel.took(wait, way))).toEqual([0, 4, 0, 0]);
});

test("shares are of all who entered, and never more than all", () => {
  const funnel = new Funnel(
    aFunnel({ entered: 10, steps: [count("a", { came: 4 }), count("b", { came: 25 })] }),
  );
  expect([funnel.share("a"), funnel.share("b"), funnel.share("c")]).toEqual([0.4, 1, 0]);
  expect(new Funnel(aFunnel({ entered: 0 })).share("a")).toBe(0);
});

test("what came of it comes with the most frequent first", () => {
  const funnel = new Funnel(
    aFunnel({ ended: { lost: { times: 1, seconds: 5 }, won: { times: 3, seconds: 9 } } }),
  );
  expect(funnel.ends.map(({ outcome, share }) => [outcome, share])).toEqual([
    ["won", 0.75],
    ["lost", 0.25],
  ]);
});

test("where somebody stands, and what can be asked of it", () => {
  expect(standsWords(anEnrolment())).toBe("Waits for a reply");
  expect(standsWords(anEnrolment({ status: "ended", outcome: "opted_out" }))).toBe("Opted out");
  expect(standsWords(anEnrolment({ status: "ended", outcome: "no_answer" }))).toBe("no answer");
  expect(standsWords(anEnrolment({ status: "failed", failure: "the system did not answer: 500" }))).toContain(
    "500",
  );
  expect(ordersOf(anEnrolment({ status: "failed" }))).toEqual(["retry", "cancel"]);
  expect(ordersOf(anEnrolment({ status: "ended" }))).toEqual([]);
});

test.each([
  [0, "0 s"],
  [12, "12 s"],
  [60, "1 min"],
  [3_700, "1 h 1 min"],
  [90_000, "1 d 1 h"],
  [86_400 * 3, "3 d"],
])("%d seconds last %s", (seconds, words) => expect(lasting(seconds)).toBe(words));
