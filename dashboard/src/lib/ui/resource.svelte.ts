/** Something fetched for a page: the value, whether it is on its way, and why it is not there. */
import { reasonOf } from "$lib/api";

export class Resource<T> {
  value = $state.raw<T | null>(null);
  error = $state<string | null>(null);
  isLoading = $state(false);
  #turn = 0;

  constructor(private readonly fetcher: () => Promise<T>) {}

  /** Of several overlapping loads only the last one counts. */
  async load(): Promise<void> {
    const turn = ++this.#turn;
    this.isLoading = true;
    this.error = null;
    try {
      const value = await this.fetcher();
      if (turn === this.#turn) this.value = value;
    } catch (error) {
      if (turn === this.#turn) this.error = reasonOf(error);
    } finally {
      if (turn === this.#turn) this.isLoading = false;
    }
  }
}
