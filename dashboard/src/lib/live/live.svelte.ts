/** Joins the stream to the desk: what arrives is applied, what was missed is fetched. */
import { conversations as api } from "$lib/api";
import type { LiveEvent, TypingSignal, WritingSignal } from "$lib/api/types";
import { outbox } from "$lib/message/outbox.svelte";
import { session } from "$lib/session/session.svelte";
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

export const stream = new LiveStream({
  event(event) {
    if (event.type === "message.created") outbox.seen(event.data.message, session.me?.user.id);
    desk.apply(event);
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
