/** Plain words for what a conversation is in. */
import type { Conversation, Holder } from "$lib/api/types";
import { apart } from "$lib/ui/apart";

export const nameOf = (conversation: Conversation): string =>
  apart(conversation.contact.name?.trim() || conversation.contact.phone_pretty);

export const HOLDER: Record<Holder["kind"], string> = {
  assistant: "Assistant",
  agents: "People",
  workflow: "Workflow",
  nobody: "Nobody",
};

/** Where a snooze may end, from `now` on the reader's own clock. */
export function snoozeChoices(now: Date): { label: string; until: Date }[] {
  const at = (days: number, hour: number) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
  const untilMonday = (8 - now.getDay()) % 7 || 7;
  return [
    { label: "In an hour", until: new Date(now.getTime() + 3_600_000) },
    { label: "Tomorrow, 9:00", until: at(1, 9) },
    { label: "Monday, 9:00", until: at(untilMonday, 9) },
    { label: "In a week", until: at(7, 9) },
  ];
}
