/**
 * Everything the live stream keeps true: conversations, the threads that were opened, drafts, typing.
 * Values are replaced, never changed in place; `merge.ts` decides which of two wins.
 */
import { SvelteMap } from "svelte/reactivity";
import { conversations as api } from "$lib/api";
import { Approvals } from "$lib/approval/approvals.svelte";
import type { Approval, Contact, Conversation, Draft, LiveEvent, Message } from "$lib/api/types";
import { Thread } from "$lib/message/thread.svelte";
import { mergeConversation, mergeDraft } from "./merge";
import { TypingBoard } from "./typing.svelte";
import { WritingBoard } from "./writing.svelte";

/** Threads kept warm for instant switching; older ones are fetched again. */
const THREADS_MAX = 40;
const PREVIEW_CHARS = 140;

export class Desk {
  conversations = new SvelteMap<string, Conversation>();
  drafts = new SvelteMap<string, Draft>();
  approvals = new Approvals();
  typing = new TypingBoard();
  writing = new WritingBoard();
  /** The conversation on screen; its inbound texts are read as they arrive. */
  viewing = $state<string | null>(null);
  /** The last thing worth saying aloud. */
  announcement = $state("");
  /** Ids whose settings changed elsewhere; pages that show them listen. */
  touched = $state.raw<{
    type: "number.updated" | "assistant.updated" | "knowledge.updated";
    id: string;
  } | null>(null);

  #threads = new Map<string, Thread>();
  /** Activity that a snapshot's unread count already includes. */
  #counted = new Map<string, number>();
  #asked = new Set<string>();

  thread(id: string): Thread {
    const known = this.#threads.get(id) ?? new Thread(id);
    // Re-inserting keeps the map in order of use.
    this.#threads.delete(id);
    this.#threads.set(id, known);
    if (this.#threads.size > THREADS_MAX) this.#threads.delete(this.#threads.keys().next().value as string);
    return known;
  }

  openDrafts(conversation: string): Draft[] {
    return [...this.drafts.values()]
      .filter((d) => d.conversation_id === conversation && d.state === "open")
      .sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at));
  }

  apply(event: LiveEvent): void {
    switch (event.type) {
      case "conversation.created":
      case "conversation.updated":
        return this.putConversation(event.data.conversation);
      case "message.created":
      case "message.updated":
        return this.#arrived(event.data.message, event.type === "message.created");
      case "contact.updated":
        return this.putContact(event.data.contact);
      case "draft.created":
      case "draft.updated":
        return this.putDraft(event.data.draft);
      case "number.updated":
      case "assistant.updated":
        this.touched = { type: event.type, id: event.data.id };
        return;
      case "approval.updated":
        return this.#wanted(event.data.approval);
      case "campaign.updated":
      case "campaign.checked":
      case "workflow.updated":
      case "enrolment.updated":
      case "knowledge.updated":
      case "team.updated":
        // Whoever lists them listens by itself.
        return;
    }
  }

  putConversation(arrived: Conversation): void {
    const merged = mergeConversation(this.conversations.get(arrived.id), arrived);
    if (arrived.unread !== undefined && arrived.last_message_at)
      this.#counted.set(arrived.id, Date.parse(arrived.last_message_at));
    this.conversations.set(arrived.id, merged);
  }

  putContact(contact: Contact): void {
    for (const [id, conversation] of this.conversations) {
      if (conversation.contact.id !== contact.id) continue;
      const { name, company, blocked, opted_out_at, phone, phone_pretty } = contact;
      const changed = { ...conversation.contact, name, company, blocked, opted_out_at, phone, phone_pretty };
      this.conversations.set(id, { ...conversation, contact: changed });
    }
  }

  putDraft(draft: Draft): void {
    const merged = mergeDraft(this.drafts.get(draft.id), draft);
    if (merged.state === "open") {
      if (!this.drafts.has(draft.id))
        this.#announce(draft.conversation_id, "The assistant drafted a reply for");
      this.typing.wrote(draft.conversation_id, "assistant", null);
      this.writing.ended(draft.conversation_id);
    }
    this.drafts.set(draft.id, merged);
  }

  /** Fetches a conversation that is not here yet, once at a time. */
  need(id: string): void {
    if (!this.conversations.has(id)) this.#ask(id);
  }

  /** A message we know from an answer rather than from the stream. */
  putMessage(message: Message): void {
    this.#threads.get(message.conversation_id)?.merge([message]);
  }

  /** Shows a change at once; the returned function takes it back unless something newer came. */
  assume(id: string, change: Partial<Conversation>): () => void {
    const before = this.conversations.get(id);
    if (!before) return () => {};
    const assumed = { ...before, ...change };
    this.conversations.set(id, assumed);
    return () => {
      if (this.conversations.get(id)?.version === before.version) this.conversations.set(id, before);
    };
  }

  markRead(id: string): void {
    const conversation = this.conversations.get(id);
    if (!conversation?.unread) return;
    this.conversations.set(id, { ...conversation, unread: 0 });
    // Failing to tell the server is harmless: the mark comes back with the next snapshot.
    api.markRead(id).catch(() => {});
  }

  /** After a gap nothing old can be trusted, save what `fresh` says. */
  reset(fresh: Conversation[]): void {
    const keep = this.viewing ? this.conversations.get(this.viewing) : undefined;
    this.conversations.clear();
    this.#counted.clear();
    if (keep) this.conversations.set(keep.id, keep);
    for (const conversation of fresh) this.putConversation(conversation);
    for (const [id] of this.#threads) if (id !== this.viewing) this.#threads.delete(id);
  }

  clear(): void {
    this.conversations.clear();
    this.drafts.clear();
    this.approvals.clear();
    this.#threads.clear();
    this.#counted.clear();
    this.viewing = null;
  }

  #arrived(message: Message, isNew: boolean): void {
    const id = message.conversation_id;
    this.#threads.get(id)?.merge([message]);
    if (message.author.kind === "member" || message.author.kind === "assistant")
      this.typing.wrote(id, message.author.kind, message.author.id);
    // Whoever wrote, what the assistant was writing is said or no longer meant.
    if (isNew) this.writing.ended(id);
    const conversation = this.conversations.get(id);
    if (!conversation) return this.#ask(id);
    if (!isNew) return;
    const at = Date.parse(message.created_at);
    const isLatest = at >= Date.parse(conversation.last_message_at ?? "1970-01-01T00:00:00Z");
    const isUncounted = message.direction === "in" && at > (this.#counted.get(id) ?? -Infinity);
    if (isUncounted) this.#counted.set(id, at);
    this.conversations.set(id, {
      ...conversation,
      unread: (conversation.unread ?? 0) + (isUncounted ? 1 : 0),
      ...(isLatest && {
        last_message_at: message.created_at,
        last_message: { direction: message.direction, preview: message.body.slice(0, PREVIEW_CHARS) },
      }),
    });
    if (!isUncounted) return;
    this.#announce(id, "New text from");
    if (this.viewing === id && document.visibilityState === "visible") this.markRead(id);
  }

  #wanted(approval: Approval): void {
    const isNew = this.approvals.put(approval);
    if (isNew && approval.state === "waiting" && approval.asks === "person")
      this.#announce(approval.conversation_id, "The assistant asks you to approve something for");
  }

  /** A text in a conversation we have not met: fetch it, once at a time. */
  #ask(id: string): void {
    if (this.#asked.has(id)) return;
    this.#asked.add(id);
    api
      .get(id)
      .then((conversation) => this.putConversation(conversation))
      .catch(() => {})
      .finally(() => this.#asked.delete(id));
  }

  #announce(conversation: string, what: string): void {
    const contact = this.conversations.get(conversation)?.contact;
    if (contact) this.announcement = `${what} ${contact.name ?? contact.phone_pretty}`;
  }
}

export const desk = new Desk();
