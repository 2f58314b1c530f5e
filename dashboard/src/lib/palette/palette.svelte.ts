/** What is typed into the palette, what it offers for that, and which of it is chosen. */
import { ranked, scoreOf, shelved } from "./arrange";
import type { Group, Item, Scope } from "./item";

const PAUSE_MS = 140;
/** A single letter would find everybody. */
const SOUGHT_MIN = 2;

export interface Sources {
  /** What there is to do and where there is to go, without asking anybody. */
  items: (scope: Scope) => readonly Item[];
  /** Things with names that are here already; offered only to who looks for one. */
  things: () => readonly Item[];
  /** Asks the server. */
  find: (sought: string, signal: AbortSignal) => Promise<Item[]>;
  /** The last resort for what is typed; `null`: there is none. */
  last: (sought: string) => Item | null;
}

export class Palette {
  query = $state("");
  scope = $state<Scope>("all");
  isLooking = $state(false);
  /** The server was asked and did not answer: people may be missing. */
  hasFailed = $state(false);
  #found = $state.raw<{ query: string; items: readonly Item[] }>({ query: "", items: [] });
  /** What the arrows went to; nothing until then. */
  #picked = $state<string | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #abort: AbortController | null = null;

  constructor(
    private readonly sources: Sources,
    readonly first: Scope = "all",
  ) {
    this.scope = first;
  }

  readonly #sought = $derived(this.query.trim());

  readonly groups: Group[] = $derived.by(() => {
    const items = this.sources.items(this.scope);
    if (!this.#sought) return shelved(items);
    if (this.scope !== "all") return ranked(this.#sought, items, []);
    const { query, items: all } = this.#found;
    // Found for an earlier word: only as far as it still fits.
    const found = query === this.#sought ? all : all.filter((item) => scoreOf(this.#sought, item) !== null);
    const groups = ranked(this.#sought, [...items, ...this.sources.things()], found);
    const last = this.sources.last(this.#sought);
    return last ? [...groups, { name: last.group, items: [last] }] : groups;
  });

  readonly items: Item[] = $derived(this.groups.flatMap(({ items }) => items));

  /** What Enter chooses. */
  readonly selected: Item | undefined = $derived(
    this.items.find(({ id }) => id === this.#picked) ?? this.items[0],
  );

  write(query: string): void {
    this.query = query;
    this.#picked = null;
    this.stop();
    const sought = this.#sought;
    if (this.scope !== "all" || sought.length < SOUGHT_MIN) {
      this.isLooking = false;
      return;
    }
    this.isLooking = true;
    this.#timer = setTimeout(() => void this.#look(sought), PAUSE_MS);
  }

  pick(item: Item): void {
    this.#picked = item.id;
  }

  /** Down or up, round the ends. */
  move(step: 1 | -1): void {
    const count = this.items.length;
    const at = this.items.findIndex(({ id }) => id === this.selected?.id);
    if (count) this.#picked = this.items[(at + step + count) % count]?.id ?? null;
  }

  enter(scope: Scope): void {
    this.scope = scope;
    this.write("");
  }

  /** Back to everything; `false` where one began. */
  leave(): boolean {
    if (this.scope === this.first) return false;
    this.enter(this.first);
    return true;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.#abort = null;
  }

  async #look(sought: string): Promise<void> {
    const abort = (this.#abort = new AbortController());
    try {
      const items = await this.sources.find(sought, abort.signal);
      if (!abort.signal.aborted) [this.#found, this.hasFailed] = [{ query: sought, items }, false];
    } catch {
      if (!abort.signal.aborted) this.hasFailed = true;
    } finally {
      if (!abort.signal.aborted) this.isLooking = false;
    }
  }
}
