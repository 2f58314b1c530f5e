import { expect, test, vi } from "vitest";
import type { EnrolmentTrace, EnrolmentTurn } from "$lib/api/types";
import { anEnrolment } from "../../../test/samples-workflows";
import { Path } from "./path.svelte";

const turn = (seq: number, step: string | null): EnrolmentTurn => ({
  seq,
  at: "2026-11-28T10:00:00Z",
  event: "timer",
  lines: [{ step, says: "comes here", what: {} }],
});
const traceOf = (turns: EnrolmentTurn[]): EnrolmentTrace => ({
  enrolment: anEnrolment(),
  turns,
  more: false,
  texts: [],
  runs: [],
});

test("only turns that are not here yet are asked for", async () => {
  const trace = vi
    .fn<(id: string, after?: number) => Promise<EnrolmentTrace>>()
    .mockResolvedValueOnce(traceOf([turn(1, null), turn(2, "ask")]))
    .mockResolvedValueOnce(traceOf([turn(3, "answer")]));
  const order = vi.fn(() => Promise.resolve(anEnrolment()));
  const path = new Path("enr_1", { trace, order });
  await path.load();
  await path.order("pause");
  expect(trace.mock.calls).toEqual([
    ["enr_1", undefined],
    ["enr_1", 2],
  ]);
  expect(path.trace?.turns.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect([...path.visited]).toEqual(["ask", "answer"]);
});

test("what somebody else does with them is looked at, and nobody else's way", async () => {
  const trace = vi.fn(() => Promise.resolve(traceOf([])));
  const path = new Path("enr_1", { trace, order: vi.fn() });
  path.apply({ type: "enrolment.updated", data: { id: "enr_2" } });
  expect(trace).not.toHaveBeenCalled();
  path.apply({ type: "enrolment.updated", data: { id: "enr_1" } });
  expect(trace).toHaveBeenCalledTimes(1);
});
