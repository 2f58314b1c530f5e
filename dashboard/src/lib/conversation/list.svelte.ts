/** The list beside the thread: which conversations, in which order, and how far they are fetched. */
import { conversations as api, reasonOf, type ConversationQuery } from "$lib/api";
import type { Conversation } from "$lib/api/types";
import { desk } from "$lib/live/desk.svelte";
import { compareConversations } from "$lib/live/merge";
import { directory } from "$lib/session/directory.svelte";

export type Tab = "open" | "snoozed" | "closed";
/** `mine`: those of the teams that one is in; `tea_…`: those of this team. */
export type Only = "all" | "unread" | "assistant" | "agents" | "nobody" | "mine" | `tea_${string}`;

const SEARCH_PAUSE_MS = 180;

const isTeam = (only: Only) => only.startsWith("tea_");

export class ConversationList {
  tab = $state<Tab>("open");
  only = $state<Only>("all");
  query = $state("");
  isLoading = $state(false);
  error = $state<string | null>(null);
  /** What the server found; `null` when nothing is searched. */
  #found = $state.raw<string[] | null>(null);
  #cursors = $state.raw<Record<string, string | null>>({});
  #timer: ReturnType<typeof setTimeout> | undefined;
  #abort: AbortController | null = null;

  readonly visible: Conversation[] = $derived.by(() => {
    if (this.#found)
      return this.#found.map((id) => desk.conversations.get(id)).filter((c) => c !== undefined);
    return [...desk.conversations.values()].filter((c) => this.#shows(c)).sort(compareConversations);
  });

  readonly hasMore: boolean = $derived(!!this.#cursors[this.#key]);

  /** Fetches the newest page of what is shown, again if it was fetched before. */
  async load(): Promise<void> {
    await this.#fetch(undefined);
  }

  async more(): Promise<void> {
    const cursor = this.#cursors[this.#key];
    if (cursor && !this.isLoading) await this.#fetch(cursor);
  }

  show(tab: Tab): void {
    this.tab = tab;
    void this.load();
  }

  filter(only: Only): void {
    this.only = only;
    void this.load();
  }

  search(query: string): void {
    this.query = query;
    clearTimeout(this.#timer);
    if (!query.trim()) {
      this.#found = null;
      void this.load();
    } else {
      this.#timer = setTimeout(() => void this.load(), SEARCH_PAUSE_MS);
    }
  }

  /** The neighbour of `id` in the list: `1` below, `-1` above; the first one when `id` is not in it. */
  neighbour(id: string | undefined, step: 1 | -1): string | undefined {
    const at = this.visible.findIndex((c) => c.id === id);
    return at < 0 ? this.visible[0]?.id : this.visible[at + step]?.id;
  }

  get #key(): string {
    return this.query.trim() ? `q ${this.query.trim()}` : `${this.tab} ${this.only}`;
  }

  #shows(c: Conversation): boolean {
    if (c.status !== this.tab) return false;
    if (this.only === "all") return true;
    // The one on screen was just read; it must not slip away under the reader's eyes.
    if (this.only === "unread") return !!c.unread || c.id === desk.viewing;
    if (this.only === "mine") return directory.isMine(c.team_id);
    if (isTeam(this.only)) return c.team_id === this.only;
    return c.holder.kind === this.only;
  }

  get #request(): ConversationQuery {
    const q = this.query.trim();
    if (q) return { status: "all", q };
    if (this.only === "all") return { status: this.tab };
    if (this.only === "unread") return { status: this.tab, unread: true };
    if (this.only === "mine" || isTeam(this.only)) return { status: this.tab, team: this.only };
    return { status: this.tab, holder: this.only };
  }

  async #fetch(cursor: string | undefined): Promise<void> {
    this.#abort?.abort();
    const abort = (this.#abort = new AbortController());
    const key = this.#key;
    const isSearch = !!this.query.trim();
    this.isLoading = true;
    this.error = null;
    try {
      const page = await api.list({ ...this.#request, cursor }, abort.signal);
      for (const conversation of page.data) desk.putConversation(conversation);
      this.#cursors = { ...this.#cursors, [key]: page.next_cursor ?? null };
      const ids = page.data.map((c) => c.id);
      if (isSearch) this.#found = cursor ? [...(this.#found ?? []), ...ids] : ids;
    } catch (error) {
      if (!abort.signal.aborted) this.error = reasonOf(error);
    } finally {
      if (this.#abort === abort) this.isLoading = false;
    }
  }
}

export const list = new ConversationList();
