/** Joins the stream to the desk: what arrives is applied, what was missed is fetched. */
import { conversations as api } from "$lib/api";
import type { Conversation, LiveEvent, TypingSignal, WritingSignal } from "$lib/api/types";
import { isHandedToTeam } from "$lib/conversation/handed";
import { nameOf } from "$lib/conversation/words";
import { outbox } from "$lib/message/outbox.svelte";
import { directory } from "$lib/session/directory.svelte";
import { session } from "$lib/session/session.svelte";
import { toasts } from "$lib/ui/toasts.svelte";
import { router } from "$routes/router";
import { desk } from "./desk.svelte";
import { LiveStream } from "./stream.svelte";

const refreshers = new Set<() => void>();

/** Registers what must be fetched again after a gap; returns its removal. */
export function onMissed(refresh: () => void): () => void {
  refreshers.add(refresh);
  return () => refreshers.delete(refresh);
}

const listeners = new Set<(event: LiveEvent) => void>();

/** Every event, after it was applied; returns the removal. */
export function onEvent(listener: (event: LiveEvent) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function refreshAll(): void {
  for (const refresh of refreshers) refresh();
  if (desk.viewing) void desk.thread(desk.viewing).load(true);
}

/** A member of the team hears of what is theirs to answer now, wherever in the dashboard they are. */
function tellTeam(before: Conversation | undefined, now: Conversation): void {
  if (!isHandedToTeam(before, now) || !directory.isMine(now.team_id) || desk.viewing === now.id) return;
  const text = `For ${directory.teamName(now.team_id)}: ${nameOf(now)}`;
  desk.announcement = text;
  toasts.show(text, "info", { label: "Open", run: () => router.go(`/inbox/${now.id}`) });
}

export const stream = new LiveStream({
  event(event) {
    if (event.type === "message.created") outbox.seen(event.data.message, session.me?.user.id);
    const before =
      event.type === "conversation.updated" ? desk.conversations.get(event.data.conversation.id) : undefined;
    desk.apply(event);
    directory.apply(event);
    if (event.type === "conversation.updated") tellTeam(before, event.data.conversation);
    for (const listener of listeners) listener(event);
  },
  typing(signal: TypingSignal) {
    if (signal.user_id === null || signal.user_id !== session.me?.user.id) desk.typing.signal(signal);
  },
  writing(signal: WritingSignal) {
    desk.writing.signal(signal);
  },
  following: refreshAll,
  snapshotNeeded() {
    api
      .list({ status: "all" })
      .then((page) => desk.reset(page.data))
      .catch(() => {})
      .finally(refreshAll);
  },
  suspectSignedOut: () => void session.verify(),
});
