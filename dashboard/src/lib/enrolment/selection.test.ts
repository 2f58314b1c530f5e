import { expect, test, vi } from "vitest";
import type { NewSelection, Selection } from "$lib/api/types";
import { aWorkflow } from "../../../test/samples-workflows";
import { LettingIn, refusedOf, shareOf } from "./selection.svelte";

const aSelection = (over: Partial<Selection> = {}): Selection => ({
  id: "sel_1",
  dry_run: true,
  state: "running",
  per_minute: 6_000,
  looked: 0,
  to_look: null,
  entered: 0,
  refused: {},
  created_at: "2026-11-28T10:00:00Z",
  ended_at: null,
  ...over,
});
const done = aSelection({ state: "done", looked: 9, to_look: 9, entered: 7, refused: { inside: 2 } });
const calls = () => ({
  select: vi.fn((_: string, { dry_run }: NewSelection, _key: string) =>
    Promise.resolve(aSelection({ id: dry_run ? "sel_1" : "sel_2", dry_run })),
  ),
  selection: vi.fn((id: string) => Promise.resolve({ ...done, id })),
  selections: vi.fn(() => Promise.resolve({ data: [] as Selection[] })),
  stopSelection: vi.fn((id: string) => Promise.resolve(aSelection({ id, state: "cancelled" }))),
});

test("who would enter is counted before they do, and only those groups are named that are chosen", async () => {
  const own = calls();
  const many = new LettingIn("wfl_1", own);
  expect(many.isNobody).toBe(true);
  many.choose({ lists: ["lst_1"] });
  await many.count();
  expect(own.select.mock.calls[0]?.[1]).toEqual({ audience: { lists: ["lst_1"] }, dry_run: true });
  expect([many.isCounted, many.dry?.entered]).toEqual([true, 7]);
  many.perMinute = 50;
  await many.enter();
  expect(own.select.mock.calls[1]?.[1]).toEqual({
    audience: { lists: ["lst_1"] },
    per_minute: 50,
    dry_run: false,
  });
  expect([many.dry, many.going?.id]).toEqual([null, "sel_2"]);
});

test("what was counted counts no more once others are chosen", async () => {
  const many = new LettingIn("wfl_1", calls());
  many.choose({ tags: ["vip"] });
  await many.count();
  many.choose({ tags: [] });
  expect([many.dry, many.isCounted]).toEqual([null, false]);
});

test("it is followed by what is told of the workflow, and of no other", async () => {
  const own = calls();
  own.selection.mockResolvedValueOnce(aSelection({ looked: 3, to_look: 9 }));
  const many = new LettingIn("wfl_1", own);
  many.choose({ tags: ["vip"] });
  await many.count();
  expect(many.isCounted).toBe(false);
  await many.heard({ type: "workflow.updated", data: { workflow: aWorkflow({ id: "wfl_2" }) } });
  expect(many.isCounted).toBe(false);
  await many.heard({ type: "workflow.updated", data: { workflow: aWorkflow({ id: "wfl_1" }) } });
  expect(many.isCounted).toBe(true);
});

test("what goes on already is found, and stopped", async () => {
  const own = calls();
  const running = aSelection({ id: "sel_9", dry_run: false });
  own.selections.mockResolvedValue({ data: [aSelection(), running] });
  const many = new LettingIn("wfl_1", own);
  await many.find();
  expect(many.going?.id).toBe("sel_9");
  await many.stop();
  expect(many.going?.state).toBe("cancelled");
});

test("how far it is, and who is not let in", () => {
  expect(shareOf(aSelection())).toBeNull();
  expect(shareOf(aSelection({ looked: 1, to_look: 3 }))).toBe(33);
  expect(shareOf(aSelection({ to_look: 0 }))).toBe(100);
  expect(refusedOf(aSelection({ refused: { inside: 2, full: 0, opted_out: 5 } }))).toEqual([
    ["opted_out", 5],
    ["inside", 2],
  ]);
});
