/** What becomes of a text that is refused: it goes back into its box, and whoever wrote it hears of it wherever they are. */
import { untrack } from "svelte";
import { desk } from "$lib/live/desk.svelte";
import { toasts } from "$lib/ui/toasts.svelte";
import { router } from "$routes/router";
import { composerOf } from "./composer.svelte";
import { outbox, type Outbox } from "./outbox.svelte";

export function tellRefused(box: Outbox = outbox): () => void {
  box.refused = (item, reason) => {
    const isBack = composerOf(item.conversation_id).putBack(item, reason);
    if (isBack) tell(`Not sent. ${reason}`, item.conversation_id);
    return isBack;
  };
  const told = new Set<string>();
  return $effect.root(() => {
    // Those that are kept: nothing else may lead to them.
    $effect(() => {
      const fresh = box.all.filter(({ key, state }) => state === "refused" && !told.has(key));
      for (const { key } of fresh) told.add(key);
      untrack(() => {
        const away = fresh.filter((item) => item.conversation_id !== desk.viewing);
        const words = away.length === 1 ? "1 text was not sent." : `${away.length} texts were not sent.`;
        if (away[0]) tell(words, away[0].conversation_id);
      });
    });
  });
}

function tell(words: string, conversation: string): void {
  if (desk.viewing === conversation) return;
  toasts.bad(words, { label: "Open", run: () => router.go(`/inbox/${conversation}`) });
}
