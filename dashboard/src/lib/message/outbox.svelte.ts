/**
 * Texts on their way to the server. Each is shown at once and carries a key of its own, so that trying again
 * can never send it twice. A refusal takes it back with the reason; a lost line keeps it until there is one.
 */
import { SvelteMap } from "svelte/reactivity";
import { Problem, conversations as api, newKey, reasonOf } from "$lib/api";
import type { Message, NewMessage } from "$lib/api/types";
import { desk } from "$lib/live/desk.svelte";

const RETRY_MS = 4_000;

export interface Outgoing {
  key: string;
  conversation_id: string;
  kind: "text" | "note";
  message: NewMessage & { body: string };
  /** `waiting`: no answer came; it is tried again by itself. */
  state: "posting" | "waiting";
  created_at: string;
}

export class Outbox {
  #items = new SvelteMap<string, Outgoing>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isRetrying = false;

  constructor() {
    addEventListener("online", () => this.#retry());
  }

  of(conversation: string): Outgoing[] {
    return [...this.#items.values()].filter((o) => o.conversation_id === conversation);
  }

  /** Resolves to `null` when the server took it, or to the reason of its refusal. */
  async send(
    conversation: string,
    kind: Outgoing["kind"],
    message: Outgoing["message"],
  ): Promise<string | null> {
    const key = newKey();
    const created_at = new Date().toISOString();
    const isBehind = this.of(conversation).some((o) => o.state === "waiting");
    const state = isBehind ? "waiting" : "posting";
    this.#items.set(key, { key, conversation_id: conversation, kind, message, state, created_at });
    if (!isBehind) return this.#post(key);
    void this.#retry();
    return null;
  }

  discard(key: string): void {
    this.#items.delete(key);
  }

  /** Our own text on the stream before its answer: the real one takes the place of the assumed one. */
  seen(message: Message, me: string | undefined): void {
    if (message.author.kind !== "member" || message.author.id !== me) return;
    const twin = this.of(message.conversation_id).find((o) => o.message.body === message.body);
    if (twin?.state === "posting") this.#items.delete(twin.key);
  }

  async #post(key: string): Promise<string | null> {
    const item = this.#items.get(key);
    if (!item) return null;
    this.#items.set(key, { ...item, state: "posting" });
    try {
      const { conversation_id: id, message } = item;
      const answer =
        item.kind === "note" ? await api.note(id, message.body, key) : await api.send(id, message, key);
      this.#items.delete(key);
      desk.putMessage(answer.message);
      return null;
    } catch (error) {
      if (error instanceof Problem && (error.isUnanswered || error.status === 429)) {
        // It may have been adopted from the stream meanwhile: then it did arrive.
        if (!this.#items.has(key)) return null;
        this.#items.set(key, { ...item, state: "waiting" });
        this.#later(error.retryAfterSeconds);
        return null;
      }
      this.#items.delete(key);
      return reasonOf(error);
    }
  }

  #later(seconds: number | null): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#retry(), seconds ? seconds * 1_000 : RETRY_MS);
  }

  /** In order, one after another, and none past one that is stuck: a customer must not read the second text first. */
  async #retry(): Promise<void> {
    if (this.#isRetrying) return;
    this.#isRetrying = true;
    const stuck = new Set<string>();
    for (const { key, conversation_id } of [...this.#items.values()]) {
      if (this.#items.get(key)?.state !== "waiting" || stuck.has(conversation_id)) continue;
      const reason = await this.#post(key);
      if (reason) this.refused(reason);
      if (this.#items.has(key)) stuck.add(conversation_id);
    }
    this.#isRetrying = false;
  }

  /** Told when a text that was tried again is refused after all. */
  refused: (reason: string) => void = () => {};
}

export const outbox = new Outbox();
