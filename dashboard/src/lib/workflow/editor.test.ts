import { beforeEach, expect, test } from "vitest";
import { Editor, START } from "./editor.svelte";
import { aDocument } from "./testing";
import { find, idsOf, laneOf, TOP } from "./tree";

let now = 0;
let editor: Editor;
const ids = () => idsOf(editor.document.steps).join(" ");
beforeEach(() => {
  now = 0;
  editor = new Editor(aDocument(), () => now);
});

test("a step is added, chosen, said aloud, and taken back", () => {
  const made = editor.add("send", { lane: TOP, at: 1 });
  expect([made, editor.selected, editor.announcement]).toEqual(["text", "text", "Send message was added."]);
  expect(editor.add("send", { lane: TOP, at: 2 })).toBe("text_2");
  editor.undo();
  editor.undo();
  expect(ids()).toBe("ask answer thanks over again keep");
  expect(editor.undoes).toBeNull();
  editor.redo();
  expect(editor.selected).toBe("text");
});

test("a new step gets its name from its words when it is left, and keeps it", () => {
  const made = editor.add("send", { lane: TOP, at: 0 });
  editor.write(made, "send", { text: "How was your visit?", purpose: "service" }, "/send/text");
  editor.select("ask");
  expect(ids()).toMatch(/^how_visit ask/);
  editor.write("how_visit", "send", { text: "Something else", purpose: "service" });
  editor.select("how_visit");
  editor.select(null);
  expect(ids()).toMatch(/^how_visit ask/);
});

test("what was not made here keeps its name, whatever it is called", () => {
  const fixed = new Editor({
    name: "x",
    steps: [{ id: "text", send: { text: "How was your visit?", purpose: "service" } }],
  });
  fixed.select("text");
  fixed.select(null);
  expect(fixed.document.steps[0]?.id).toBe("text");
});

test("what is typed is undone together", () => {
  for (const text of ["a", "ab", "abc"]) {
    editor.write("thanks", "send", { text, purpose: "reply" }, "/send/text");
    now += 200;
  }
  editor.undo();
  expect(editor.document).toEqual(aDocument());
});

test("after deleting the next step is looked at, or the one before it, or the start", () => {
  expect(editor.remove("answer")).toBe("keep");
  expect(editor.remove("keep")).toBe("ask");
  expect(editor.remove("ask")).toBe(START);
});

test("a step is moved, and where it is now is said", () => {
  editor.nudge("keep", -1);
  expect(ids()).toBe("ask keep answer thanks over again");
  expect(editor.announcement).toBe("Save response is step 2 of 3 here.");
  editor.nudge("ask", -1);
  expect(editor.announcement).toBe("It is the first step.");
});

test("a dragged step is not taken into itself, and not where it is", () => {
  editor.dragged = "answer";
  expect(editor.takes({ lane: TOP, at: 0 })).toBe(true);
  expect(editor.takes({ lane: TOP, at: 1 })).toBe(false);
  expect(editor.takes({ lane: TOP, at: 2 })).toBe(false);
  expect(editor.takes({ lane: laneOf("answer", "/wait_for_reply/on_timeout"), at: 0 })).toBe(false);
  editor.dragged = null;
  expect(editor.takes({ lane: TOP, at: 0 })).toBe(false);
});

test("a place is chosen for a step by keys, or it stays where it is", () => {
  const way = laneOf("answer", "/wait_for_reply/cases/0/steps");
  editor.carry("keep");
  expect(editor.takes({ lane: way, at: 0 })).toBe(true);
  editor.carry(null);
  expect(editor.takes({ lane: way, at: 0 })).toBe(false);
  expect(editor.announcement).toBe("It stays where it is.");
  editor.carry("keep");
  editor.move("keep", { lane: way, at: 0 });
  expect(editor.carried).toBeNull();
  expect(find(editor.document, "keep")?.lane).toBe(way);
});

test("the form begins anew with another step, and stays with one that is renamed", () => {
  editor.select("ask");
  const { chosen } = editor;
  editor.rename("ask", "question");
  expect(editor.chosen).toBe(chosen);
  editor.select("keep");
  expect(editor.chosen).not.toBe(chosen);
});

test("a name that another step has is refused", () => {
  editor.select("ask");
  expect(editor.rename("ask", "keep")).toBe(false);
  expect(editor.rename("ask", "question")).toBe(true);
  expect(editor.selected).toBe("question");
});

test("what says nothing above the steps is left out", () => {
  editor.set({ entry: { again: "always" } });
  expect(editor.document.entry).toEqual({ again: "always" });
  editor.set({ entry: undefined });
  expect("entry" in editor.document).toBe(false);
});

test("copies of several steps keep what they say of one another", () => {
  const made = editor.paste(
    [
      { id: "ask", note: "a" },
      { id: "back", go_to: "ask" },
    ],
    { lane: TOP, at: 3 },
  );
  expect(made).toBe("ask_2");
  expect(editor.document.steps.at(-1)).toEqual({ id: "back", go_to: "ask_2" });
});
