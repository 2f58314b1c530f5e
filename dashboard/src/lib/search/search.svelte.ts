/** What is looked for everywhere at once, and what was found. */
import { reasonOf, search as api } from "$lib/api";
import type { FoundOfKind, SearchHit, SearchKind } from "$lib/api/types";
import { KINDS } from "./words";

const PAUSE_MS = 180;
const LIMIT = 20;
/** So many of each kind are shown beside one another. */
const AT_FIRST = 5;

export class Search {
  query = $state("");
  /** `null`: all kinds beside one another. */
  kind = $state<SearchKind | null>(null);
  hits = $state.raw<readonly SearchHit[]>([]);
  found = $state.raw<readonly FoundOfKind[]>([]);
  /** What the hits are an answer to; `null`: nothing was looked for. */
  answered = $state<string | null>(null);
  isLoading = $state(false);
  error = $state<string | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #abort: AbortController | null = null;

  constructor(private readonly find: typeof api.find = api.find) {}

  /** The kinds that something was found of, with what is shown of each. */
  readonly groups = $derived(
    KINDS.filter(({ kind }) => this.kind === null || this.kind === kind)
      .map(({ kind, many, one }) => {
        const all = this.hits.filter((hit) => hit.kind === kind);
        const found = this.found.find((of) => of.kind === kind);
        const hits = this.kind === null ? all.slice(0, AT_FIRST) : all;
        return { kind, many, one, hits, found, isMore: hits.length < all.length || !!found?.next_cursor };
      })
      .filter(({ hits, found }) => hits.length > 0 || !!found?.searched_since),
  );

  /** How many there are of a kind, as far as is known: `3`, `20+`; nothing before an answer. */
  count(kind: SearchKind): string {
    const found = this.found.find((of) => of.kind === kind);
    return found ? `${found.count}${found.next_cursor ? "+" : ""}` : "";
  }

  /** Looks after a breath; an emptied box is empty at once. */
  look(query: string): void {
    this.query = query;
    this.stop();
    if (!query.trim()) this.#clear();
    else this.#timer = setTimeout(() => void this.load(), PAUSE_MS);
  }

  async load(): Promise<void> {
    const q = this.query.trim();
    if (!q) return this.#clear();
    await this.#ask({ q, limit: LIMIT }, (hits, found) => {
      this.hits = hits;
      this.found = found;
      this.answered = q;
    });
  }

  /** More of one kind. */
  async more(kind: SearchKind): Promise<void> {
    const before = this.found.find((of) => of.kind === kind);
    if (!before?.next_cursor || this.isLoading || this.answered === null) return;
    const wanted = { q: this.answered, kinds: kind, cursor: before.next_cursor, limit: LIMIT };
    await this.#ask(wanted, (hits, [now]) => {
      if (!now) return;
      this.hits = [...this.hits, ...hits];
      const count = before.count + now.count;
      this.found = this.found.map((of) => (of.kind === kind ? { ...now, count } : of));
    });
  }

  /** Nothing that is under way counts any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.isLoading = false;
  }

  #clear(): void {
    this.stop();
    [this.hits, this.found, this.answered, this.error] = [[], [], null, null];
  }

  async #ask(
    query: Parameters<typeof api.find>[0],
    put: (hits: SearchHit[], found: FoundOfKind[]) => void,
  ): Promise<void> {
    this.stop();
    const abort = (this.#abort = new AbortController());
    this.isLoading = true;
    this.error = null;
    try {
      const { data, found } = await this.find(query, abort.signal);
      if (!abort.signal.aborted) put(data, found);
    } catch (error) {
      if (!abort.signal.aborted) this.error = reasonOf(error);
    } finally {
      if (this.#abort === abort) this.isLoading = false;
    }
  }
}
