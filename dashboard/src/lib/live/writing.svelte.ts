/** What assistants are writing, as far as they are. Each signal is a lease: one that falls silent is taken away. */
import { SvelteMap } from "svelte/reactivity";
import type { WritingSignal } from "$lib/api/types";

export const LEASE_MS = 10_000;

export class WritingBoard {
  #texts = new SvelteMap<string, string>();
  #timers = new Map<string, ReturnType<typeof setTimeout>>();

  /** All that was written so far; `null`: nothing is being written. */
  of(conversation: string): string | null {
    return this.#texts.get(conversation) ?? null;
  }

  signal({ conversation_id, text }: WritingSignal): void {
    this.ended(conversation_id);
    if (text === "") return;
    this.#texts.set(conversation_id, text);
    this.#timers.set(
      conversation_id,
      setTimeout(() => this.ended(conversation_id), LEASE_MS),
    );
  }

  ended(conversation: string): void {
    clearTimeout(this.#timers.get(conversation));
    this.#timers.delete(conversation);
    this.#texts.delete(conversation);
  }
}
