import { expect, it } from "vitest";
import { Problem } from "$lib/api";
import { Action } from "./action.svelte";

it("keeps its key while no answer came, and never uses it for a second thing", async () => {
  const action = new Action();
  const keys: string[] = [];
  const fails = (problem: Problem) => async (key: string) => {
    keys.push(key);
    throw problem;
  };
  await action.once(fails(new Problem(0, "unreachable", "No answer.")));
  await action.once(fails(new Problem(422, "invalid", "Not so.")));
  expect(await action.once(async (key) => keys.push(key))).toBe(true);
  await action.once(async (key) => keys.push(key));
  expect(keys[1]).toBe(keys[0]);
  expect(new Set(keys).size).toBe(3);
});

it("keeps the key of what is on its way when it is asked again meanwhile", async () => {
  const action = new Action();
  const keys: string[] = [];
  let lose: (problem: Problem) => void = () => {};
  const first = action.once((key) => {
    keys.push(key);
    return new Promise((_, failed) => (lose = failed));
  });
  expect(await action.once(async (key) => keys.push(key))).toBe(false);
  lose(new Problem(0, "unreachable", "No answer."));
  await first;
  await action.once(async (key) => keys.push(key));
  expect(keys).toEqual([keys[0], keys[0]]);
});
