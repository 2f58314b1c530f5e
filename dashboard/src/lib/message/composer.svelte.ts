/** What is being written in one conversation: kept over switches and reloads, measured by the server. */
import { Problem, conversations, media as mediaApi, reasonOf, text as textApi } from "$lib/api";
import type { Conversation, Draft, Measure, Media, NewMessage } from "$lib/api/types";
import { session } from "$lib/session/session.svelte";
import { apart } from "$lib/ui/apart";
import { kept } from "$lib/ui/kept";
import { plain } from "./plain";

export const MEASURE_PAUSE_MS = 120;
/** Typing is told again before its lease at the readers' end runs out. */
const TYPING_EVERY_MS = 3_000;

export type Mode = "text" | "note";

export interface Taken {
  kind: Mode;
  message: NewMessage & { body: string };
  /** What `media_ids` stand for, so that it can be given back. */
  media: Media[];
}

interface Kept {
  body: string;
  mode: Mode;
  draft?: string | null;
}

export class Composer {
  mode = $state<Mode>("text");
  body = $state("");
  /** An instant, from the schedule form. */
  scheduledAt = $state<string | null>(null);
  stopIfReply = $state(false);
  media = $state.raw<Media[]>([]);
  isUploading = $state(false);
  measure = $state.raw<Measure | null>(null);
  /** The AI draft that is being edited here. */
  draftId = $state<string | null>(null);
  /** Why the last send was refused. */
  refusal = $state<string | null>(null);

  /** What somebody typed is nobody else's, who may sit here next. */
  readonly #key: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #abort: AbortController | null = null;
  #typingToldAt = 0;
  #typingEnd: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly conversation: string,
    private readonly measurer: (body: string, signal: AbortSignal) => Promise<Measure> = textApi.measure,
  ) {
    this.#key = `text.${session.owner}.${conversation}`;
    this.#restore();
  }

  // Not derived: that would belong to the component in which a composer was first asked for, and be dead without it.
  get canSend(): boolean {
    return !this.isUploading && (this.body.trim() !== "" || (this.mode === "text" && this.media.length > 0));
  }

  /** The characters that make every segment shorter, each once. */
  get offending(): string[] {
    return [...new Set(this.measure?.not_gsm.map((found) => found.char) ?? [])];
  }

  write(body: string): void {
    this.body = body;
    this.refusal = null;
    if (body.trim() === "") this.draftId = null;
    this.#keep();
    this.#measureSoon();
    this.#tellTyping();
  }

  setMode(mode: Mode): void {
    this.mode = mode;
    this.#keep();
  }

  /** Puts an AI draft into the box, to be changed before it goes. */
  edit(draft: Draft): void {
    this.mode = "text";
    this.draftId = draft.id;
    this.write(draft.body);
  }

  makePlain(): void {
    if (this.measure) this.write(plain(this.body, this.offending));
  }

  async attach(file: File): Promise<void> {
    this.isUploading = true;
    this.refusal = null;
    try {
      this.media = [...this.media, await mediaApi.upload(file)];
    } catch (error) {
      this.refusal =
        error instanceof Problem && error.status === 413
          ? "That file is too large: at most 1 MB."
          : reasonOf(error);
    } finally {
      this.isUploading = false;
    }
  }

  detach(id: string): void {
    this.media = this.media.filter((m) => m.id !== id);
  }

  /** What to send; the box is empty afterwards. */
  take(): Taken | null {
    if (!this.canSend) return null;
    const message: Taken["message"] = { body: this.body.trim() };
    if (this.mode === "text") {
      if (this.media.length) message.media_ids = this.media.map((m) => m.id);
      if (this.draftId) message.draft_id = this.draftId;
      if (this.scheduledAt) message.scheduled_at = this.scheduledAt;
      if (this.scheduledAt && this.stopIfReply) message.stop_if_reply = true;
    }
    const taken = { kind: this.mode, message, media: this.mode === "text" ? this.media : [] };
    this.media = [];
    this.draftId = null;
    this.scheduledAt = null;
    this.stopIfReply = false;
    this.write("");
    this.#stopTyping();
    return taken;
  }

  /** Gives back all of what could not be sent, with the reason, unless something new was begun. Returns whether it did. */
  putBack({ kind, message, media }: Taken, reason: string | null = null): boolean {
    if (this.body.trim() !== "" || this.media.length > 0) return false;
    this.mode = kind;
    this.media = media;
    this.scheduledAt = message.scheduled_at ?? null;
    this.stopIfReply = message.stop_if_reply ?? false;
    this.draftId = message.draft_id ?? null;
    this.write(message.body);
    this.refusal = reason;
    return true;
  }

  #measureSoon(): void {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    if (this.body === "") {
      this.measure = null;
      return;
    }
    this.#timer = setTimeout(() => void this.#measureNow(), MEASURE_PAUSE_MS);
  }

  async #measureNow(): Promise<void> {
    const abort = (this.#abort = new AbortController());
    try {
      const measure = await this.measurer(this.body, abort.signal);
      if (!abort.signal.aborted) this.measure = measure;
    } catch {
      // Offline or superseded: no count is better than a wrong one.
      if (!abort.signal.aborted) this.measure = null;
    }
  }

  #tellTyping(): void {
    clearTimeout(this.#typingEnd);
    if (this.body === "" || this.mode === "note") return this.#stopTyping();
    this.#typingEnd = setTimeout(() => this.#stopTyping(), TYPING_EVERY_MS);
    if (Date.now() - this.#typingToldAt < TYPING_EVERY_MS) return;
    this.#typingToldAt = Date.now();
    conversations.typing(this.conversation, true).catch(() => {});
  }

  #stopTyping(): void {
    clearTimeout(this.#typingEnd);
    if (this.#typingToldAt === 0) return;
    this.#typingToldAt = 0;
    conversations.typing(this.conversation, false).catch(() => {});
  }

  #keep(): void {
    const value: Kept = { body: this.body, mode: this.mode, draft: this.draftId };
    kept.set(this.#key, this.body === "" ? null : JSON.stringify(value));
  }

  #restore(): void {
    try {
      const value = JSON.parse(kept.get(this.#key) ?? "null") as Kept | null;
      if (!value) return;
      this.mode = value.mode === "note" ? "note" : "text";
      this.draftId = value.draft ?? null;
      this.body = String(value.body);
      this.#measureSoon();
    } catch {
      // Not ours, or of an older shape: begin empty.
    }
  }
}

/** Why no text may go to this contact now, in plain words; `null` when one may. */
export function hindrance(conversation: Conversation): string | null {
  const who = apart(conversation.contact.name ?? conversation.contact.phone_pretty);
  if (conversation.contact.opted_out_at)
    return `${who} opted out of texts. Only they can undo that, by texting START.`;
  if (conversation.contact.blocked) return `${who} is blocked. Unblock them to text again.`;
  return null;
}

const COMPOSERS_MAX = 30;
const composers = new Map<string, Composer>();

/** The conversation's own composer, as it was left. */
export function composerOf(conversation: string): Composer {
  const known = composers.get(conversation) ?? new Composer(conversation);
  composers.delete(conversation);
  composers.set(conversation, known);
  if (composers.size > COMPOSERS_MAX) composers.delete(composers.keys().next().value as string);
  return known;
}
