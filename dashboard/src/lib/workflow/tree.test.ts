import { describe, expect, test } from "vitest";
import type { Document, Step } from "./document";
import { newStep } from "./kinds";
import { aDocument } from "./testing";
import {
  allSteps,
  change,
  duplicate,
  find,
  fresh,
  idsOf,
  insert,
  isClosed,
  laneOf,
  move,
  nudge,
  remove,
  rename,
  stepsOf,
  TOP,
  withOwnIds,
  wrap,
} from "./tree";

const ids = (document: Document) => idsOf(document.steps).join(" ");
const YES = laneOf("answer", "/wait_for_reply/cases/0/steps");
const SILENT = laneOf("answer", "/wait_for_reply/on_timeout");
const NONE = laneOf("answer", "/wait_for_reply/no_match/steps");
const note: Step = { id: "note", note: "Called" };

test("every step is found with its place, each before those inside of it", () => {
  expect(allSteps(aDocument()).map(({ step, pointer, depth }) => `${step.id} ${pointer} ${depth}`)).toEqual([
    "ask /steps/0 0",
    "answer /steps/1 0",
    "thanks /steps/1/wait_for_reply/cases/0/steps/0 1",
    "over /steps/1/wait_for_reply/cases/1/steps/0 1",
    "again /steps/1/wait_for_reply/on_timeout/0 1",
    "keep /steps/2 0",
  ]);
});

describe("putting in", () => {
  test.each([
    [TOP, 0, "note ask answer thanks over again keep"],
    [TOP, 3, "ask answer thanks over again keep note"],
    [YES, 1, "ask answer thanks note over again keep"],
    [NONE, 0, "ask answer thanks over note again keep"],
    [SILENT, 0, "ask answer thanks over note again keep"],
  ])("into %s at %d", (lane, at, expected) => {
    const before = aDocument();
    const after = insert(before, { lane, at }, [note]);
    expect(ids(after)).toBe(expected);
    expect(before, "what was before stays").toEqual(aDocument());
    expect(stepsOf(after, lane)?.[at]?.id).toBe("note");
  });

  test("a way that does not stand in the document yet is written", () => {
    const after = insert(aDocument(), { lane: NONE, at: 0 }, [note]);
    expect(find(after, "answer")?.step.wait_for_reply?.no_match).toEqual({ steps: [note] });
  });
});

describe("moving", () => {
  test("within a lane a place is told as it is before the move", () => {
    expect(ids(move(aDocument(), "ask", { lane: TOP, at: 3 }))).toBe("answer thanks over again keep ask");
    expect(ids(move(aDocument(), "keep", { lane: TOP, at: 0 }))).toBe("keep ask answer thanks over again");
    expect(ids(move(aDocument(), "ask", { lane: TOP, at: 1 })), "behind itself").toBe(ids(aDocument()));
  });
  test("into a way, and never into itself", () => {
    expect(ids(move(aDocument(), "keep", { lane: YES, at: 0 }))).toBe("ask answer keep thanks over again");
    const document = aDocument();
    expect(move(document, "answer", { lane: YES, at: 0 })).toBe(document);
  });
  test("one place up or down, at the end of a way out of it", () => {
    const nudged = (id: string, by: -1 | 1) => {
      const moved = nudge(aDocument(), id, by);
      return moved && ids(moved);
    };
    expect(nudged("ask", 1)).toBe("answer thanks over again ask keep");
    expect(nudged("keep", -1)).toBe("ask keep answer thanks over again");
    expect(nudged("thanks", -1)).toBe("ask thanks answer over again keep");
    expect(nudged("thanks", 1)).toBe("ask answer over again thanks keep");
    expect(nudged("ask", -1)).toBeNull();
    expect(nudged("keep", 1)).toBeNull();
  });
});

test("a step is taken out with all inside of it", () => {
  expect(ids(remove(aDocument(), "answer"))).toBe("ask keep");
  expect(ids(remove(aDocument(), "over"))).toBe("ask answer thanks again keep");
});

test("a change leaves the id and shares what stays", () => {
  const before = aDocument();
  const after = change(before, "thanks", () => ({ id: "other", note: "x" }));
  expect(find(after, "thanks")?.step).toEqual({ id: "thanks", note: "x" });
  expect(after.steps[0]).toBe(before.steps[0]);
  expect(after.steps[2]).toBe(before.steps[2]);
});

test("a twin has ids of its own, and what it says of itself goes with it", () => {
  const inner: Step = {
    id: "loop",
    branch: {
      cases: [
        {
          when: "score > 1",
          steps: [
            { id: "in", go_to: "loop" },
            { id: "out", go_to: "ask" },
          ],
        },
      ],
    },
  };
  const twin = duplicate({ name: "x", steps: [...aDocument().steps, inner] }, "loop");
  expect(twin?.id).toBe("loop_2");
  const made = twin && find(twin.document, "loop_2")?.step.branch?.cases[0]?.steps;
  expect(made).toEqual([
    { id: "in_2", go_to: "loop_2" },
    { id: "out_2", go_to: "ask" },
  ]);
});

test("pasted steps get ids that are free", () => {
  const made = fresh(aDocument(), [
    { id: "ask", note: "a" },
    { id: "new", note: "b" },
    { id: "ask_2", note: "c" },
  ]);
  expect(made.map(({ id }) => id)).toEqual(["ask_2", "new", "ask_3"]);
});

test("a name changes wherever it is named", () => {
  const after = rename(aDocument(), "ask", "question");
  expect(ids(after)).toBe("question answer thanks over again keep");
  expect(find(after, "again")?.step.go_to).toBe("question");
  expect(find(after, "keep")?.step.save?.on_invalid).toEqual({ ask_again: { step: "question" } });
});

test("a conversation that is kept is expected at a step by its new name", () => {
  const golden = { name: "Waits", at: "2026-11-30T15:00:00Z", expect: { stands_at: "answer" } };
  const after = rename({ ...aDocument(), goldens: [golden, 1, null] }, "answer", "reply");
  expect(after.goldens).toEqual([{ ...golden, expect: { stands_at: "reply" } }, 1, null]);
});

test("a step is put into the first way of a new one", () => {
  const after = wrap(aDocument(), "keep", { ...newStep("split"), id: "test" });
  expect(ids(after)).toBe("ask answer thanks over again test keep");
  expect(find(after, "keep")?.pointer).toBe("/steps/2/split/paths/0/steps/0");
});

test("of two steps that are called the same the later one is called otherwise", () => {
  const document: Document = {
    name: "x",
    steps: [
      { id: "a", note: "1" },
      { id: "b", split: { paths: [{ name: "A", steps: [{ id: "a", note: "2" }] }, { name: "B" }] } },
      { id: "a", note: "3" },
    ],
  };
  expect(ids(withOwnIds(document))).toBe("a b a_2 a_3");
  const fine = aDocument();
  expect(withOwnIds(fine)).toBe(fine);
});

test("behind an end nobody comes, unless it is for some only", () => {
  expect(isClosed([{ id: "a", end: "done" }])).toBe(true);
  expect(isClosed([{ id: "a", go_to: "b" }])).toBe(true);
  expect(isClosed([{ id: "a", only_if: "x = 1", end: "done" }])).toBe(false);
  expect(isClosed([{ id: "a", end: "done" }, note])).toBe(false);
  expect(isClosed([])).toBe(false);
});
