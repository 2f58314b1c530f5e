/** What a person does to one message or draft. */
import { drafts, messages as api, newKey, reasonOf } from "$lib/api";
import type { Draft, Message } from "$lib/api/types";
import { desk } from "$lib/live/desk.svelte";
import { toasts } from "$lib/ui/toasts.svelte";
import { composerOf } from "./composer.svelte";

/** Takes a text back before it goes, and gives its words back to the box if a person wrote them. */
export async function cancel(message: Message): Promise<void> {
  try {
    const answer = await api.cancel(message.id);
    desk.putMessage(answer.message);
    const { body, media } = message;
    if (message.status === "held" && message.author.kind === "member")
      composerOf(message.conversation_id).putBack({
        kind: "text",
        message: { body, media_ids: media.map((m) => m.id) },
        media,
      });
  } catch (error) {
    toasts.bad(reasonOf(error));
  }
}

export async function accept(draft: Draft): Promise<void> {
  desk.putDraft({ ...draft, state: "accepted" });
  try {
    const answer = await drafts.accept(draft.id, undefined, newKey());
    desk.putMessage(answer.message);
  } catch (error) {
    desk.drafts.set(draft.id, draft);
    toasts.bad(reasonOf(error));
  }
}

export async function reject(draft: Draft, reason?: string): Promise<void> {
  desk.putDraft({ ...draft, state: "rejected" });
  try {
    await drafts.reject(draft.id, reason);
  } catch (error) {
    desk.drafts.set(draft.id, draft);
    toasts.bad(reasonOf(error));
  }
}
