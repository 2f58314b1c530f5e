import { expect, test } from "vitest";
import { Funnel } from "$lib/enrolment/funnel";
import { someFigures } from "../../../test/samples-workflows";
import { deadEnds, funnelOf, unseen } from "./forecast";

test("those who are made up are counted as people are", () => {
  const funnel = new Funnel(funnelOf(someFigures()));
  expect([funnel.counts.entered, funnel.counts.inside]).toEqual([100, 10]);
  expect([funnel.of("ask")?.came, funnel.of("ask")?.here, funnel.share("answer")]).toEqual([100, 0, 0.8]);
  expect(funnel.ends.map(({ outcome, times }) => [outcome, times])).toEqual([
    ["confirmed", 70],
    ["opted_out", 20],
  ]);
});

test("where somebody stands still for good, and where nobody comes, is found", () => {
  expect(deadEnds(someFigures())).toEqual([{ step: "answer", stuck: 3 }]);
  expect(unseen(someFigures())).toEqual(["never"]);
});
