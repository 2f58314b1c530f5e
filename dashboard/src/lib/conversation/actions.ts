/** What a person does to a conversation: shown at once, taken back with the reason if the server refuses. */
import { cases, contacts, conversations as api, reasonOf } from "$lib/api";
import type { Conversation, ConversationPatch, Handoff, Holder } from "$lib/api/types";
import { desk } from "$lib/live/desk.svelte";
import { session } from "$lib/session/session.svelte";
import { toasts } from "$lib/ui/toasts.svelte";
import { router } from "$routes/router";
import { list } from "./list.svelte";

/** Whether the server took it. */
async function assumed(
  id: string,
  change: Partial<Conversation>,
  ask: () => Promise<Conversation>,
): Promise<boolean> {
  const takeBack = desk.assume(id, change);
  try {
    desk.putConversation(await ask());
    return true;
  } catch (error) {
    takeBack();
    toasts.bad(reasonOf(error));
    return false;
  }
}

export function patch(conversation: Conversation, change: ConversationPatch): Promise<boolean> {
  const { name, company, ...own } = change;
  const contact = { ...conversation.contact };
  if (name !== undefined) contact.name = name;
  if (company !== undefined) contact.company = company;
  return assumed(conversation.id, { ...own, contact }, () => api.update(conversation.id, change));
}

export async function setStatus(conversation: Conversation, status: Conversation["status"], until?: string) {
  const before = conversation.status;
  const change: ConversationPatch = { status, snoozed_until: status === "snoozed" ? (until ?? null) : null };
  const words = { open: "Opened again", snoozed: "Snoozed", closed: "Closed" };
  if (!(await patch(conversation, change))) return;
  if (before === "open")
    toasts.show(words[status], "info", { label: "Undo", run: () => void reopen(conversation.id) });
}

/** The one that is done gives way to the next in the list. */
export function closeAndGoOn(conversation: Conversation): void {
  const { id } = conversation;
  const next = list.neighbour(id, 1) ?? list.neighbour(id, -1);
  void setStatus(conversation, "closed");
  if (next && next !== id) router.go(`/inbox/${next}`, true);
}

async function reopen(id: string) {
  const conversation = desk.conversations.get(id);
  if (conversation) await patch(conversation, { status: "open", snoozed_until: null });
}

export function setGuide(conversation: Conversation, guide: string): Promise<boolean> {
  return assumed(conversation.id, { guide }, () => api.setGuide(conversation.id, guide));
}

export function handOff(conversation: Conversation, to: Handoff): Promise<boolean> {
  const id = to.to === "assistant" ? (to.assistant_id ?? null) : null;
  const holder: Holder = { kind: to.to, id };
  const assignee_id = to.to === "agents" ? (to.assignee_id ?? null) : null;
  const team_id = to.team_id ?? conversation.team_id;
  return assumed(conversation.id, { holder, team_id, assignee_id }, () => api.handOff(conversation.id, to));
}

/** The person at the keyboard answers from here on. */
export const takeOver = (conversation: Conversation) =>
  handOff(conversation, { to: "agents", assignee_id: session.me?.user.id });

export async function setBlocked(conversation: Conversation, blocked: boolean): Promise<void> {
  try {
    desk.putContact(await contacts.update(conversation.contact.id, { blocked }));
  } catch (error) {
    toasts.bad(reasonOf(error));
  }
}

/** Makes a test of the assistant's out of this conversation, up to the contact's last text. */
export async function makeTest(conversation: Conversation, assistant: string): Promise<void> {
  try {
    const made = await cases.fromConversation(assistant, conversation.id);
    toasts.show(`“${made.name}” is a test now. Read over what it expects.`);
  } catch (error) {
    toasts.bad(reasonOf(error));
  }
}
