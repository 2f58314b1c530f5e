import { expect, it, vi } from "vitest";
import { Problem } from "$lib/api";
import { aSuppression } from "../../../test/samples";
import { SuppressionList } from "./list.svelte";

const calls = () => ({
  list: vi.fn(async () => ({ data: [aSuppression()], next_cursor: null })),
  add: vi.fn(async () => ({ added: 2, known: 0, rejected_lines: [] as number[] })),
  addFile: vi.fn(async () => ({ added: 7, known: 1, rejected_lines: [4] })),
  takeOff: vi.fn(async () => aSuppression({ ended_at: "2026-11-23T11:00:00Z" })),
});
const adding = { phones: "+12125550101\n212 555 0102", file: null, reason: "They called", until: "" };

it("looks for one number, and for those that count no more", async () => {
  const api = calls();
  const list = new SuppressionList(api);
  await list.look(" 212 555 0101 ");
  expect(api.list).toHaveBeenLastCalledWith({ phone: "212 555 0101", past: undefined, cursor: undefined });
  await list.showPast(true);
  expect(api.list).toHaveBeenLastCalledWith({ phone: "212 555 0101", past: true, cursor: undefined });
});

it("adds what is written, or a file in its place, and fetches the list anew", async () => {
  const api = calls();
  const list = new SuppressionList(api);
  expect(await list.add(adding)).toBe(true);
  const asked = { phones: ["+12125550101", "212 555 0102"], reason: "They called", until: null };
  expect(api.add).toHaveBeenCalledWith(asked, expect.any(String));
  const file = new File(["+12125550101"], "no-texts.csv");
  expect(await list.add({ ...adding, file })).toBe(true);
  expect(api.addFile).toHaveBeenCalledWith(file, "They called", null);
  expect(list.added?.rejected_lines).toEqual([4]);
  expect(api.list).toHaveBeenCalledTimes(2);
});

it("keeps the list as it is when nothing was done, and says why", async () => {
  const api = calls();
  api.takeOff.mockRejectedValueOnce(new Problem(409, "ended_already", "It was taken off already."));
  const list = new SuppressionList(api);
  expect(await list.takeOff("sup_1", "They called")).toBe(false);
  expect(list.removal.error).toBe("It was taken off already.");
  expect(api.list).not.toHaveBeenCalled();
});
