/**
 * Texts that wait for the network outlive the page: each is kept in the browser under its key until it is sent or discarded.
 * The server knows a key for a day, so none is sent twice; one that has waited for nearly as long is no longer sent by itself.
 */
import { untrack } from "svelte";
import { session } from "$lib/session/session.svelte";
import { kept } from "$lib/ui/kept";
import { outbox, type Outbox, type Outgoing } from "./outbox.svelte";

/** Less than the server's day, since the first try may have come a little before this was written. */
export const FRESH_MS = 20 * 3_600_000;
export const TOO_LATE = "It has waited for too long to go by itself.";

/** What was typed goes with everything else that was typed when somebody signs out. */
const prefixOf = (owner: string) => `text.queued.${owner}.`;

/** Keeps what waits of whoever is signed in, and brings it back at the next start. */
export function keepQueued(box: Outbox = outbox): () => void {
  return $effect.root(() => {
    const owner = $derived(session.me && `${session.me.user.id}.${session.me.tenant.id}`);
    $effect(() => {
      if (!owner) return;
      const prefix = prefixOf(owner);
      untrack(() => box.restore(read(prefix).map(aged)));
      const written = new Map<string, string>();
      $effect(() => {
        const now = new Map(box.all.map((item) => [item.key, JSON.stringify(item)]));
        for (const [key, value] of now) if (written.get(key) !== value) kept.set(prefix + key, value);
        for (const key of written.keys()) if (!now.has(key)) kept.set(prefix + key, null);
        written.clear();
        now.forEach((value, key) => written.set(key, value));
      });
      return () => box.clear();
    });
  });
}

const aged = (item: Outgoing): Outgoing =>
  Date.now() - Date.parse(item.created_at) < FRESH_MS
    ? item
    : { ...item, state: "refused", reason: item.reason ?? TOO_LATE };

function read(prefix: string): Outgoing[] {
  return kept
    .keys(prefix)
    .flatMap((key) => {
      try {
        return [JSON.parse(kept.get(key) ?? "") as Outgoing];
      } catch {
        // Not ours, or of an older shape.
        return [];
      }
    })
    .sort((a, b) => a.created_at.localeCompare(b.created_at));
}
