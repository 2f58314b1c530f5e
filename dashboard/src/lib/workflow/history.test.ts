import { expect, test } from "vitest";
import { History } from "./history";

test("what was done is taken back one by one, and done again", () => {
  let history = History.empty<string>();
  expect(history.undo("a")).toBeNull();
  history = history.left("a", "Add", 0).left("b", "Move", 0);
  const once = history.undo("c");
  expect([once?.value, once?.did]).toEqual(["b", "Move"]);
  const twice = once?.history.undo("b");
  expect(twice?.value).toBe("a");
  expect(twice?.history.undoes).toBeNull();
  const forth = twice?.history.redo("a");
  expect([forth?.value, forth?.did]).toEqual(["b", "Add"]);
  expect(forth?.history.redo("b")?.value).toBe("c");
});

test("what is typed in one place is one change, unless somebody pauses", () => {
  const typed = History.empty<string>()
    .left("", "Edit", 0, "x")
    .left("a", "Edit", 500, "x")
    .left("ab", "Edit", 900, "x");
  expect(typed.past).toHaveLength(1);
  expect(typed.left("abc", "Edit", 5_000, "x").past).toHaveLength(2);
  expect(typed.left("abc", "Edit", 1_000, "y").past).toHaveLength(2);
  expect(typed.left("abc", "Add", 1_000).past).toHaveLength(2);
});

test("something new forgets what could be done again", () => {
  const back = History.empty<string>().left("a", "Add", 0).undo("b");
  expect(back?.history.redoes).toBe("Add");
  expect(back?.history.left("a", "Move", 0).redoes).toBeNull();
});

test("it keeps so much and no more", () => {
  let history = History.empty<number>();
  for (let i = 0; i < 500; i++) history = history.left(i, "Add", 0);
  expect(history.past).toHaveLength(200);
  expect(history.past.at(-1)?.value).toBe(499);
});
