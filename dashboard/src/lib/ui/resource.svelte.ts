/** Something fetched for a page: the value, whether it is on its way, and why it is not there. */
import { Problem, reasonOf } from "$lib/api";

export class Resource<T> {
  value = $state.raw<T | null>(null);
  error = $state<string | null>(null);
  isLoading = $state(false);
  /** It is not there, rather than out of reach. */
  isMissing = $state(false);
  #turn = 0;

  constructor(private readonly fetcher: () => Promise<T>) {}

  /** Of several overlapping loads only the last one counts. */
  async load(): Promise<void> {
    const turn = ++this.#turn;
    this.isLoading = true;
    this.error = null;
    this.isMissing = false;
    try {
      const value = await this.fetcher();
      if (turn === this.#turn) this.value = value;
    } catch (error) {
      if (turn === this.#turn) {
        this.error = reasonOf(error);
        this.isMissing = error instanceof Problem && error.status === 404;
      }
    } finally {
      if (turn === this.#turn) this.isLoading = false;
    }
  }
}
