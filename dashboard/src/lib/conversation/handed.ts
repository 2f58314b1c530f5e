/** Whether a conversation has just become one that a team must answer, and none of it has yet. */
import type { Conversation } from "$lib/api/types";

type Standing = Pick<Conversation, "holder" | "team_id" | "assignee_id" | "status">;

export function isHandedToTeam(before: Standing | undefined, now: Standing): boolean {
  // What was never seen here may have been the team's for long.
  if (!before || now.team_id === null || now.assignee_id !== null) return false;
  if (now.holder.kind !== "agents" || now.status !== "open") return false;
  return before.team_id !== now.team_id || before.holder.kind !== "agents";
}
