/**
 * How what is known and what arrives become one: pure, idempotent, and never backwards.
 * Snapshots and events meet in any order, so each function must give the same result for both.
 */
import type { Conversation, Draft, Message, MessageStatus } from "$lib/api/types";

/** How far along its life a status is; a smaller one that arrives later is old news. */
const RANK: Record<MessageStatus, number> = {
  held: 0,
  scheduled: 0,
  queued: 1,
  deferred: 1,
  sending: 2,
  unknown: 3,
  sent: 4,
  unconfirmed: 5,
  delivered: 6,
  failed: 6,
  skipped: 6,
  cancelled: 6,
  received: 6,
  noted: 6,
};

const SETTLED = RANK.delivered;

/** Nothing more will be heard of it. */
export const isSettled = (status: MessageStatus): boolean => RANK[status] === SETTLED;

/** A terminal status stays; otherwise the further one wins, and of equals the later arrival. */
export function mergeMessage(known: Message | undefined, arrived: Message): Message {
  if (!known) return arrived;
  if (isSettled(known.status) && arrived.status !== known.status) return known;
  return furtherOn(arrived, known) < 0 ? known : arrived;
}

/**
 * What the carrier did not take waits again, until a later time than before, so until the carrier has it the time comes
 * first and the status second.
 */
function furtherOn(a: Message, b: Message): number {
  const isBefore = RANK[a.status] <= RANK.sending && RANK[b.status] <= RANK.sending;
  const apart = isBefore ? waitsUntil(a) - waitsUntil(b) : 0;
  return apart !== 0 ? apart : RANK[a.status] - RANK[b.status];
}

const waitsUntil = (m: Message): number => (m.not_before ? Date.parse(m.not_before) : 0);

/** The higher version wins. Events carry no `unread`, which is each member's own: the known one stays. */
export function mergeConversation(known: Conversation | undefined, arrived: Conversation): Conversation {
  if (!known) return { ...arrived, unread: arrived.unread ?? 0 };
  const newest = arrived.version >= known.version ? arrived : known;
  return { ...newest, unread: arrived.unread ?? known.unread ?? 0 };
}

/** A draft that was decided is never open again. */
export function mergeDraft(known: Draft | undefined, arrived: Draft): Draft {
  return known && known.state !== "open" && arrived.state === "open" ? known : arrived;
}

/** Oldest first; ids are time-ordered, so they settle texts of the same instant. */
export function compareMessages(a: Message, b: Message): number {
  const apart = Date.parse(a.created_at) - Date.parse(b.created_at);
  return apart !== 0 ? apart : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** `messages` (oldest first) with `arrived` merged in. The same array when nothing changed. */
export function mergeMessages(messages: readonly Message[], arrived: readonly Message[]): readonly Message[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  let changed = false;
  for (const message of arrived) {
    const merged = mergeMessage(byId.get(message.id), message);
    if (merged !== byId.get(message.id)) {
      byId.set(message.id, merged);
      changed = true;
    }
  }
  return changed ? [...byId.values()].sort(compareMessages) : messages;
}

/** Newest activity first, as the server pages them. */
export function compareConversations(a: Conversation, b: Conversation): number {
  const apart = activityOf(b) - activityOf(a);
  return apart !== 0 ? apart : a.id < b.id ? 1 : -1;
}

const activityOf = (c: Conversation): number => Date.parse(c.last_message_at ?? c.created_at);
