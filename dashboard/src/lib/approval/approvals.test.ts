import { expect, it, vi } from "vitest";
import type { Approval } from "$lib/api/types";
import { Problem } from "$lib/api";
import { Approvals } from "./approvals.svelte";
import { argumentsOf, deciderOf, mergeApproval, toolName, waitsFor } from "./words";

const one = (over: Partial<Approval> = {}): Approval => ({
  id: "apr_1",
  conversation_id: "cnv_1",
  assistant_id: "ast_1",
  assistant_version: 1,
  run_id: "run_1",
  tool: "refund",
  arguments: { order: "7" },
  asks: "person",
  state: "waiting",
  decided_by: null,
  decided_by_kind: null,
  decided_at: null,
  result: null,
  expires_at: "2026-11-28T09:00:00Z",
  created_at: "2026-11-27T09:00:00Z",
  ...over,
});

const calls = (listed: Approval[]) => ({
  list: vi.fn(async () => ({ data: listed, next_cursor: null })),
  ofConversation: vi.fn(async () => ({ data: [one({ state: "rejected" })] })),
  approve: vi.fn(async () => one({ state: "approved" })),
  reject: vi.fn(async () => one({ state: "rejected", result: "No" })),
});

it("says whose word it waits for", () => {
  expect(waitsFor(one())).toContain("when approved");
  expect(waitsFor(one({ asks: "contact" }))).toContain("code");
});

it("says who decided", () => {
  const name = () => "Mia";
  expect(deciderOf(one({ decided_by_kind: "member", decided_by: "usr_1" }), name)).toBe("Mia");
  expect(deciderOf(one({ decided_by_kind: "contact" }), name)).toBe("The contact, by the code");
  expect(deciderOf(one(), name)).toBe("");
});

it("what waits for the contact is nobody's task", async () => {
  const approvals = new Approvals(calls([one(), one({ id: "apr_2", asks: "contact" })]));
  await approvals.load();
  expect(approvals.waiting).toHaveLength(2);
  expect(approvals.forPeople.map((a) => a.id)).toEqual(["apr_1"]);
});

it("keeps what arrives while it loads", async () => {
  const api = calls([]);
  const approvals = new Approvals(api);
  approvals.put(one());
  api.list.mockImplementation(async () => {
    approvals.put(one({ id: "apr_2" }));
    return { data: [], next_cursor: null };
  });
  await approvals.load();
  expect(approvals.waiting.map((a) => a.id)).toEqual(["apr_2"]);
});

it("what was decided never waits again", () => {
  const done = one({ state: "done" });
  expect(mergeApproval(done, one())).toBe(done);
  expect(mergeApproval(one(), done)).toBe(done);
  expect(mergeApproval(one({ state: "approved" }), done)).toBe(done);
});

it("counts what waits, the oldest first", async () => {
  const later = one({ id: "apr_2", created_at: "2026-11-27T10:00:00Z" });
  const approvals = new Approvals(calls([later, one()]));
  await approvals.load();
  expect(approvals.waiting.map((a) => a.id)).toEqual(["apr_1", "apr_2"]);
  approvals.put(one({ state: "done" }));
  expect(approvals.waiting.map((a) => a.id)).toEqual(["apr_2"]);
  expect(approvals.shownIn("cnv_1").map((a) => a.id)).toEqual(["apr_2"]);
});

it("forgets what waited before a gap and does not any more", async () => {
  const approvals = new Approvals(calls([]));
  approvals.put(one());
  await approvals.load();
  expect(approvals.waiting).toEqual([]);
});

it("shows what stands when somebody else was quicker", async () => {
  const api = calls([]);
  api.approve.mockRejectedValue(new Problem(409, "approval_not_waiting", "It was decided already."));
  const approvals = new Approvals(api);
  approvals.put(one());
  await approvals.approve(one());
  expect(approvals.all.get("apr_1")?.state).toBe("rejected");
});

it.each([
  [
    { order: "7", paid: true, note: "" },
    [
      ["Order", "7"],
      ["Paid", "Yes"],
      ["Note", "—"],
    ],
  ],
  [{ lines: [{ sku: "a" }] }, [["Lines", '[\n  {\n    "sku": "a"\n  }\n]']]],
  [null, []],
  ["x", [["", '"x"']]],
])("%j is read as its arguments", (value, then) =>
  expect(argumentsOf(value).map((a) => [a.name, a.value])).toEqual(then),
);

it("a tool's name is read as words", () => expect(toolName("book_a_table")).toBe("Book a table"));
