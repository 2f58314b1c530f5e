/**
 * Texts on their way to the server. Each is shown at once and carries a key of its own, so that trying again
 * can never send it twice. A refusal takes it back with the reason; a lost line keeps it until there is one.
 */
import { SvelteMap } from "svelte/reactivity";
import { Problem, conversations as api, newKey, reasonOf } from "$lib/api";
import type { Message } from "$lib/api/types";
import { desk } from "$lib/live/desk.svelte";
import { session } from "$lib/session/session.svelte";
import type { Taken } from "./composer.svelte";

const RETRY_MS = 4_000;
/** The server knows a key for a day. Less than that: the first try may have come a little before this was written. */
export const FRESH_MS = 20 * 3_600_000;
export const TOO_LATE =
  "It has waited for too long to go by itself. It may have arrived all the same: look before you send it again.";

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
    addEventListener("online", () => void this.#retry());
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
    const isBehind = this.of(conversation).some((o) => o.state !== "refused");
    const state = isBehind ? "waiting" : "posting";
    this.#items.set(key, { ...taken, key, conversation_id: conversation, state, created_at });
    if (isBehind) return void this.#retry();
    await this.#post(key);
    // Whatever came of it, what was written meanwhile waits behind it.
    if (this.#items.get(key)?.state !== "waiting") void this.#retry();
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
    if (session.isOusted) {
      this.#items.set(key, { ...item, state: "waiting" });
      return void session.verify();
    }
    this.#items.set(key, { ...item, state: "posting" });
    try {
      const { conversation_id: id, message } = item;
      const answer =
        item.kind === "note" ? await api.note(id, message.body, key) : await api.send(id, message, key);
      this.#items.delete(key);
      desk.putMessage(answer.message);
    } catch (error) {
      // Adopted from the stream, so it did arrive; or whoever wrote it has left, and it is no longer ours to give back.
      if (!this.#items.has(key)) return;
      if (error instanceof Problem && isNoAnswer(error)) {
        this.#items.set(key, { ...item, state: "waiting" });
        // Who is signed out is asked to sign in, and then the page begins anew.
        if (error.status !== 401) this.#later(error.retryAfterSeconds);
        return;
      }
      const reason = reasonOf(error);
      if (this.refused(item, reason)) this.#items.delete(key);
      else this.#items.set(key, { ...item, state: "refused", reason });
    }
  }

  #later(seconds: number | null): void {
    clearTimeout(this.#timer);
    const again = () => {
      this.#timer = undefined;
      void this.#retry();
    };
    this.#timer = setTimeout(again, seconds ? seconds * 1_000 : RETRY_MS);
  }

  /** In order, one after another, and none past one that is stuck: a customer must not read the second text first. */
  async #retry(): Promise<void> {
    if (this.#isRetrying) return;
    this.#isRetrying = true;
    const stuck = new Set<string>();
    try {
      for (let next; (next = this.#next(stuck));) {
        if (isOld(next)) {
          this.#items.set(next.key, { ...next, state: "refused", reason: TOO_LATE });
          continue;
        }
        await this.#post(next.key);
        if (this.#items.get(next.key)?.state === "waiting") stuck.add(next.conversation_id);
      }
    } finally {
      this.#isRetrying = false;
    }
    // The time to try these again may have come while others were on their way.
    if (stuck.size > 0 && this.#timer === undefined && session.me) this.#later(null);
  }

  /** The first that waits where nothing is stuck or on its way. Looked up each time: more may be written meanwhile. */
  #next(stuck: ReadonlySet<string>): Outgoing | undefined {
    const ahead = this.all.filter((o) => o.state === "posting").map((o) => o.conversation_id);
    const isFree = (id: string) => !stuck.has(id) && !ahead.includes(id);
    return this.all.find((o) => o.state === "waiting" && isFree(o.conversation_id));
  }

  /** Told when a text is refused. Whoever answers true has taken it back; otherwise it is kept here, with the reason. */
  refused: (item: Outgoing, reason: string) => boolean = () => false;
}

/** It says nothing about the text: the same text may go under the same key once more. */
const isNoAnswer = ({ isUnanswered, status }: Problem): boolean =>
  isUnanswered || status === 429 || status === 401;

/** The server may have forgotten its key, and would take it for another text. */
const isOld = ({ created_at }: Outgoing): boolean => Date.now() - Date.parse(created_at) >= FRESH_MS;

export const outbox = new Outbox();
