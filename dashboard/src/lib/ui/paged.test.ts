import { expect, it } from "vitest";
import type { Page } from "$lib/api/types";
import { Paged } from "./paged.svelte";

type One = { id: string; name?: string };
const PAGES: Record<string, Page<One>> = {
  first: { data: [{ id: "3" }, { id: "2" }], next_cursor: "second" },
  second: { data: [{ id: "2" }, { id: "1" }] },
};

it("goes on where it stopped, and shows nobody twice", async () => {
  const paged = new Paged(async (cursor = "first") => PAGES[cursor] ?? { data: [] });
  await paged.load();
  expect(paged.hasMore).toBe(true);
  await paged.more();
  expect(paged.all?.map(({ id }) => id)).toEqual(["3", "2", "1"]);
  expect(paged.hasMore).toBe(false);
  paged.put({ id: "2", name: "Ann" });
  expect(paged.all?.[1]?.name).toBe("Ann");
  await paged.load();
  expect(paged.all).toHaveLength(2);
});

it("counts only the last of what overlaps", async () => {
  const answers: ((page: Page<One>) => void)[] = [];
  const paged = new Paged<One>(() => new Promise((answer) => answers.push(answer)));
  const both = [paged.load(), paged.load()];
  answers[1]?.({ data: [{ id: "new" }] });
  answers[0]?.({ data: [{ id: "old" }] });
  await Promise.all(both);
  expect(paged.all).toEqual([{ id: "new" }]);
});

it("keeps what is here when the next page does not come", async () => {
  let isDown = false;
  const paged = new Paged<One>(async () => {
    if (isDown) throw new Error("The network is down.");
    return { data: [{ id: "1" }], next_cursor: "c" };
  });
  await paged.load();
  isDown = true;
  await paged.more();
  expect([paged.error, paged.all?.length, paged.hasMore]).toEqual(["The network is down.", 1, true]);
});
