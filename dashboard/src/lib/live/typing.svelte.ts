/** Who is typing where. Each signal is a lease: a typist who vanishes stops typing by themselves. */
import { SvelteMap } from "svelte/reactivity";
import type { TypingSignal } from "$lib/api/types";

export const LEASE_MS = 6_000;

export interface Typist {
  author: "member" | "assistant";
  user_id: string | null;
}

export class TypingBoard {
  #typists = new SvelteMap<string, { conversation: string; typist: Typist }>();
  #timers = new Map<string, ReturnType<typeof setTimeout>>();

  of(conversation: string): Typist[] {
    return [...this.#typists.values()].filter((t) => t.conversation === conversation).map((t) => t.typist);
  }

  signal({ conversation_id, user_id, author, typing }: TypingSignal): void {
    const key = `${conversation_id} ${author} ${user_id ?? ""}`;
    this.#end(key);
    if (!typing) return;
    this.#typists.set(key, { conversation: conversation_id, typist: { author, user_id } });
    this.#timers.set(
      key,
      setTimeout(() => this.#end(key), LEASE_MS),
    );
  }

  /** A message from them is the end of their typing. */
  wrote(conversation: string, author: "member" | "assistant", user: string | null): void {
    this.#end(`${conversation} ${author} ${user ?? ""}`);
    if (author === "assistant") this.#end(`${conversation} assistant `);
  }

  #end(key: string): void {
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    this.#typists.delete(key);
  }
}
