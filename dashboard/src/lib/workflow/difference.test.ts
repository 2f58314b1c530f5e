import { expect, test } from "vitest";
import { differences } from "./difference";
import type { Document } from "./document";
import { aDocument } from "./testing";
import { change, insert, laneOf, move, remove, TOP } from "./tree";

const said = (old: Document | null, now: Document) =>
  differences(old, now).map(({ step, change, places }) =>
    [step ?? "whole", change, ...places.map(({ at }) => at)].join(" "),
  );

test("the same differs in nothing", () => expect(said(aDocument(), aDocument())).toEqual([]));

test("what is new, gone, elsewhere or other is told step by step", () => {
  const old = aDocument();
  expect(said(old, insert(old, { lane: TOP, at: 0 }, [{ id: "first", note: "n" }]))).toEqual(["first added"]);
  expect(said(old, remove(old, "answer"))).toEqual([
    "answer removed",
    "thanks removed",
    "over removed",
    "again removed",
  ]);
  expect(said(old, move(old, "keep", { lane: TOP, at: 0 }))).toContain("keep moved");
  const inside = laneOf("answer", "/wait_for_reply/cases/0/steps");
  expect(said(old, move(old, "keep", { lane: inside, at: 1 }))).toEqual(["keep moved"]);
  const other = change(old, "thanks", (step) => ({ ...step, send: { text: "Great!", purpose: "reply" } }));
  expect(said(old, other)).toEqual(["thanks changed /send/text"]);
  expect(differences(old, other)[0]?.places[0]).toEqual({
    at: "/send/text",
    before: "Fine!",
    after: "Great!",
  });
});

test("what stands above the steps is told once, and a step that holds others only by itself", () => {
  const old = aDocument();
  const wait = change(old, "answer", (step) => ({
    ...step,
    wait_for_reply: { ...step.wait_for_reply, timeout: "2d" },
  }));
  expect(said(old, { ...wait, name: "Other" })).toEqual([
    "whole changed /name",
    "answer changed /wait_for_reply/timeout",
  ]);
});

test("without one before, all is new", () => {
  expect(said(null, aDocument()).filter((line) => line.endsWith("added"))).toHaveLength(6);
});
