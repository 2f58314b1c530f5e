/** A list that is fetched page by page. */
import { reasonOf } from "$lib/api";
import type { Page } from "$lib/api/types";

export class Paged<T extends { id: string }> {
  /** What is here so far; `null`: nothing yet. */
  all = $state.raw<readonly T[] | null>(null);
  error = $state<string | null>(null);
  isLoading = $state(false);
  #cursor = $state<string | null>(null);
  #turn = 0;

  constructor(private readonly fetchPage: (cursor?: string) => Promise<Page<T>>) {}

  get hasMore(): boolean {
    return this.#cursor !== null;
  }

  /** From the beginning; what is here stays until then. */
  load(): Promise<void> {
    return this.#fetch(undefined);
  }

  async more(): Promise<void> {
    if (this.#cursor !== null && !this.isLoading) await this.#fetch(this.#cursor);
  }

  /** One that is here has changed. */
  put(changed: T): void {
    this.all = this.all?.map((one) => (one.id === changed.id ? changed : one)) ?? null;
  }

  /** Of several that overlap only the last counts. */
  async #fetch(cursor: string | undefined): Promise<void> {
    const turn = ++this.#turn;
    this.isLoading = true;
    this.error = null;
    try {
      const page = await this.fetchPage(cursor);
      if (turn !== this.#turn) return;
      const known = cursor === undefined ? [] : (this.all ?? []);
      this.all = [...known, ...page.data.filter((one) => !known.some(({ id }) => id === one.id))];
      this.#cursor = page.next_cursor ?? null;
    } catch (error) {
      if (turn === this.#turn) this.error = reasonOf(error);
    } finally {
      if (turn === this.#turn) this.isLoading = false;
    }
  }
}
