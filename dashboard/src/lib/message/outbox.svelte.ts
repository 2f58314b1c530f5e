/**
 * Texts on their way to the server. Each is shown at once and carries a key of its own, so that trying again
 * can never send it twice. A refusal takes it back with the reason; a lost line keeps it until there is one.
 */
import { SvelteMap } from "svelte/reactivity";
import { Problem, conversations as api, newKey, reasonOf } from "$lib/api";
import type { Message } from "$lib/api/types";
import { desk } from "$lib/live/desk.svelte";
import type { Taken } from "./composer.svelte";

const RETRY_MS = 4_000;

export interface Outgoing extends Taken {
  key: string;
  conversation_id: string;
  /** `waiting`: no answer came; it is tried again by itself. `refused`: it is kept until somebody does something about it. */
  state: "posting" | "waiting" | "refused";
  /** Why it was refused. */
  reason?: string;
  created_at: string;
}

export class Outbox {
  #items = new SvelteMap<string, Outgoing>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isRetrying = false;

  constructor() {
    addEventListener("online", () => this.#retry());
  }

  get all(): Outgoing[] {
    return [...this.#items.values()];
  }

  of(conversation: string): Outgoing[] {
    return this.all.filter((o) => o.conversation_id === conversation);
  }

  /** What was on its way when the page was left: whether it arrived, its key tells. */
  restore(items: Outgoing[]): void {
    for (const item of items)
      if (!this.#items.has(item.key))
        this.#items.set(item.key, item.state === "posting" ? { ...item, state: "waiting" } : item);
    void this.#retry();
  }

  /** Resolves when the server has answered, or when it waits. */
  async send(conversation: string, taken: Taken): Promise<void> {
    const key = newKey();
    const created_at = new Date().toISOString();
    const isBehind = this.of(conversation).some((o) => o.state === "waiting");
    const state = isBehind ? "waiting" : "posting";
    this.#items.set(key, { ...taken, key, conversation_id: conversation, state, created_at });
    if (!isBehind) return this.#post(key);
    void this.#retry();
  }

  /** Whoever wrote these has left. */
  clear(): void {
    this.#items.clear();
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

  async #post(key: string): Promise<void> {
    const item = this.#items.get(key);
    if (!item) return;
    this.#items.set(key, { ...item, state: "posting" });
    try {
      const { conversation_id: id, message } = item;
      const answer =
        item.kind === "note" ? await api.note(id, message.body, key) : await api.send(id, message, key);
      this.#items.delete(key);
      desk.putMessage(answer.message);
    } catch (error) {
      if (error instanceof Problem && (error.isUnanswered || error.status === 429)) {
        // It may have been adopted from the stream meanwhile: then it did arrive.
        if (!this.#items.has(key)) return;
        this.#items.set(key, { ...item, state: "waiting" });
        this.#later(error.retryAfterSeconds);
        return;
      }
      const reason = reasonOf(error);
      if (this.refused(item, reason)) this.#items.delete(key);
      else this.#items.set(key, { ...item, state: "refused", reason });
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
    for (const { key, conversation_id } of this.all) {
      if (this.#items.get(key)?.state !== "waiting" || stuck.has(conversation_id)) continue;
      await this.#post(key);
      if (this.#items.get(key)?.state === "waiting") stuck.add(conversation_id);
    }
    this.#isRetrying = false;
  }

  /** Told when a text is refused. Whoever answers true has taken it back; otherwise it is kept here, with the reason. */
  refused: (item: Outgoing, reason: string) => boolean = () => false;
}

export const outbox = new Outbox();
