/** What assistants want to do, over the fake desk. */
import type * as T from "../../src/lib/api/types";
import { Refusal, type FakeDesk } from "./desk";
import { byId, now, page, type Handler } from "./handler";

/** So long a tool takes. */
const TOOL_MS = 600;

export function wants(
  d: FakeDesk,
  over: Partial<T.Approval> & Pick<T.Approval, "conversation_id">,
): T.Approval {
  const approval: T.Approval = {
    id: d.id("apr"),
    assistant_id: d.assistants[0]?.id ?? "",
    assistant_version: d.assistants[0]?.version ?? 1,
    run_id: d.id("run"),
    tool: "pay_back",
    arguments: {},
    asks: "person",
    state: "waiting",
    decided_by_kind: null,
    decided_by: null,
    decided_at: null,
    result: null,
    expires_at: new Date(Date.now() + 23 * 3_600_000).toISOString(),
    created_at: now(),
    ...over,
  };
  d.approvals.unshift(approval);
  d.emit("approval.updated", { approval });
  return approval;
}

function moved(d: FakeDesk, id: string | undefined, change: Partial<T.Approval>): T.Approval {
  const at = d.approvals.findIndex((a) => a.id === id);
  const approval = { ...byId(d.approvals, id), ...change };
  d.approvals[at] = approval;
  d.emit("approval.updated", { approval });
  return approval;
}

function decided(d: FakeDesk, id: string | undefined, change: Partial<T.Approval>): T.Approval {
  if (byId(d.approvals, id).state !== "waiting")
    throw new Refusal(409, "approval_not_waiting", "Somebody has decided already.");
  const by = { decided_by_kind: "member", decided_by: d.me.user.id, decided_at: now() };
  return moved(d, id, { ...by, ...change });
}

export const approvalRoutes: Record<string, Handler> = {
  "GET /approvals": (d, _, __, query) =>
    page(d.approvals.filter((a) => !query.get("state") || a.state === query.get("state"))),
  "GET /conversations/:/approvals": (d, [id]) => page(d.approvals.filter((a) => a.conversation_id === id)),
  "POST /approvals/:/approve": (d, [id]) => {
    const approval = decided(d, id, { state: "approved" });
    setTimeout(() => moved(d, id, { state: "done", result: '{"payment":"P-1043"}' }), TOOL_MS);
    return approval;
  },
  "POST /approvals/:/reject": (d, [id], body) =>
    decided(d, id, { state: "rejected", result: (body["reason"] as string | undefined) ?? null }),
};
