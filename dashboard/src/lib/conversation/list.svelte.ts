/** The list beside the thread: which conversations, in which order, and how far they are fetched. */
import { conversations as api, reasonOf } from "$lib/api";
import type { Conversation, ConversationFilter } from "$lib/api/types";
import { desk } from "$lib/live/desk.svelte";
import { directory } from "$lib/session/directory.svelte";
import { session } from "$lib/session/session.svelte";
import { Throttle } from "$lib/ui/throttle";
import { comparing, fits, isAsked, OPEN, type View } from "./views";

const SEARCH_PAUSE_MS = 180;
const ASK_AGAIN_MS = 3_000;

export class ConversationList {
  view = $state.raw<View>(OPEN);
  query = $state("");
  isLoading = $state(false);
  error = $state<string | null>(null);
  /** What the server found, where only it knows; `null`: what is here decides. */
  #found = $state.raw<string[] | null>(null);
  #cursors = $state.raw<Record<string, string | null>>({});
  #timer: ReturnType<typeof setTimeout> | undefined;
  #abort: AbortController | null = null;
  #again = new Throttle(() => this.#renew(), ASK_AGAIN_MS);

  readonly visible: Conversation[] = $derived.by(() => {
    if (this.#found)
      return this.#found.map((id) => desk.conversations.get(id)).filter((c) => c !== undefined);
    const { filter } = this.view;
    const reader = {
      id: session.me?.user.id,
      isMine: directory.isMine.bind(directory),
      viewing: desk.viewing,
    };
    return [...desk.conversations.values()].filter((c) => fits(c, filter, reader)).sort(comparing(filter));
  });

  readonly hasMore: boolean = $derived(!!this.#cursors[this.#key]);

  /** Fetches what is shown, or its first page; again if it was fetched before. */
  async load(): Promise<void> {
    await this.#fetch(undefined, this.#found?.length);
  }

  async more(): Promise<void> {
    const cursor = this.#cursors[this.#key];
    if (cursor && !this.isLoading) await this.#fetch(cursor);
  }

  show(view: View): void {
    this.view = view;
    this.query = "";
    this.#found = isAsked(view.filter) ? [] : null;
    void this.load();
  }

  search(query: string): void {
    this.query = query;
    clearTimeout(this.#timer);
    if (!query.trim()) this.show(this.view);
    else this.#timer = setTimeout(() => void this.#fetch(undefined), SEARCH_PAUSE_MS);
  }

  /** Something happened: what only the server knows is asked anew. */
  heard(): void {
    if (this.#found && !this.query.trim()) this.#again.ask();
  }

  /** Nobody looks any more. */
  stop(): void {
    this.#again.stop();
    clearTimeout(this.#timer);
  }

  /** The neighbour of `id` in the list: `1` below, `-1` above; the first one when `id` is not in it. */
  neighbour(id: string | undefined, step: 1 | -1): string | undefined {
    const at = this.visible.findIndex((c) => c.id === id);
    return at < 0 ? this.visible[0]?.id : this.visible[at + step]?.id;
  }

  get #filter(): ConversationFilter {
    const q = this.query.trim();
    return q ? { status: "all", q } : this.view.filter;
  }

  get #key(): string {
    return JSON.stringify(this.#filter);
  }

  #renew(): void {
    // What is on its way comes first, and is not taken for what was asked before it.
    if (this.isLoading) this.#again.ask();
    else void this.load();
  }

  /** One page from `cursor` on, and more until there are `atLeast` so many: what is shown must not become shorter. */
  async #fetch(cursor: string | undefined, atLeast = 0): Promise<void> {
    this.#abort?.abort();
    const abort = (this.#abort = new AbortController());
    const [filter, key] = [this.#filter, this.#key];
    this.isLoading = true;
    this.error = null;
    try {
      const ids: string[] = [];
      let next = cursor;
      do {
        const page = await api.list({ ...filter, cursor: next }, abort.signal);
        for (const conversation of page.data) desk.putConversation(conversation);
        ids.push(...page.data.map((c) => c.id));
        next = page.next_cursor ?? undefined;
      } while (next && ids.length < atLeast);
      this.#cursors = { ...this.#cursors, [key]: next ?? null };
      if (isAsked(filter)) this.#found = cursor ? [...(this.#found ?? []), ...ids] : ids;
    } catch (error) {
      if (!abort.signal.aborted) this.error = reasonOf(error);
    } finally {
      if (this.#abort === abort) this.isLoading = false;
    }
  }
}

export const list = new ConversationList();
