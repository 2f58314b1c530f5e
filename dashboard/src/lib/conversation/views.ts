/** What the inbox is looked at by. Pure: what a view shows is decided here as the server decides it. */
import type { Conversation, ConversationFilter } from "$lib/api/types";
import { compareConversations } from "$lib/live/merge";

export interface View {
  /** Of one's own: its id. */
  key: string;
  name: string;
  filter: ConversationFilter;
  /** Fields of the filter that name what is gone. */
  missing?: readonly string[];
}

/** Who looks. */
export interface Reader {
  id: string | undefined;
  isMine: (team: string | null) => boolean;
  /** The conversation on screen. */
  viewing: string | null;
}

export const OPEN: View = { key: "open", name: "All open", filter: {} };

/** Those that everybody has; the server counts them by these keys. */
export const VIEWS: readonly View[] = [
  { key: "mine", name: "Mine", filter: { assignee: "me" } },
  { key: "unassigned", name: "Unassigned", filter: { assignee: "none" } },
  OPEN,
  { key: "waiting", name: "Needs reply", filter: { order: "waiting" } },
  { key: "assistant", name: "With an assistant", filter: { holder: "assistant" } },
  { key: "snoozed", name: "Snoozed", filter: { status: "snoozed" } },
  { key: "closed", name: "Closed", filter: { status: "closed" } },
  { key: "failed", name: "Not delivered", filter: { status: "all", failed: true } },
];

export function fits(c: Conversation, filter: ConversationFilter, reader: Reader): boolean {
  const { status = "open", assignee, team } = filter;
  if (status !== "all" && c.status !== status) return false;
  if (filter.holder && c.holder.kind !== filter.holder) return false;
  if (assignee && c.assignee_id !== (named(assignee) ?? (assignee === "me" ? reader.id : null))) return false;
  if (team === "mine" ? !reader.isMine(c.team_id) : team && c.team_id !== named(team)) return false;
  if ((filter.waiting || filter.order === "waiting") && !c.waiting_since) return false;
  if (filter.failed && !c.send_failed) return false;
  if (filter.number_id && c.number.id !== filter.number_id) return false;
  if (filter.tag && !c.tags.includes(filter.tag)) return false;
  // The one on screen was just read; it must not slip away under the reader's eyes.
  return !filter.unread || !!c.unread || c.id === reader.viewing;
}

/** An id; `null` for nobody and for words. */
const named = (of: string): string | null => (of.includes("_") ? of : null);

/** Only the server knows what it shows. */
export const isAsked = (filter: ConversationFilter): boolean => !!filter.q || !!filter.campaign_id;

/** In the order of the filter. */
export const comparing = (filter: ConversationFilter): typeof compareConversations =>
  filter.order === "waiting" ? compareWaits : compareConversations;

function compareWaits(a: Conversation, b: Conversation): number {
  const apart = waitsSince(a) - waitsSince(b);
  return apart !== 0 ? apart : a.id < b.id ? -1 : 1;
}

const waitsSince = (c: Conversation): number => Date.parse(c.waiting_since ?? "");
