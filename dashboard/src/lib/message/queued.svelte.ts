/**
 * Texts that wait for the network outlive the page: each is kept in the browser under its key until it is sent or discarded.
 */
import { untrack } from "svelte";
import { session } from "$lib/session/session.svelte";
import { kept } from "$lib/ui/kept";
import { outbox, type Outbox, type Outgoing } from "./outbox.svelte";

/** What was typed goes with everything else that was typed when somebody signs out. */
const prefixOf = (owner: string) => `text.queued.${owner}.`;

/** Keeps what waits of whoever is signed in, and brings it back at the next start. */
export function keepQueued(box: Outbox = outbox): () => void {
  return $effect.root(() => {
    const owner = $derived(session.owner);
    $effect(() => {
      if (!owner) return;
      const prefix = prefixOf(owner);
      untrack(() => box.restore(read(prefix)));
      const written = new Map<string, string>();
      $effect(() => {
        const now = new Map(box.all.map((item) => [item.key, JSON.stringify(item)]));
        for (const [key, value] of now) if (written.get(key) !== value) kept.set(prefix + key, value);
        for (const key of written.keys()) if (!now.has(key)) kept.set(prefix + key, null);
        written.clear();
        now.forEach((value, key) => written.set(key, value));
      });
      // Sent, or taken back, in another tab: there it was decided.
      const unhear = kept.onElsewhere((key, value) => {
        if (value === null && key.startsWith(prefix)) box.discard(key.slice(prefix.length));
      });
      return () => {
        unhear();
        box.clear();
      };
    });
  });
}

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
