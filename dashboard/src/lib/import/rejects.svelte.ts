/** The first rows of a file that were not taken, with what is wrong with them. */
import { imports as api, reasonOf } from "$lib/api";
import { rowsOf } from "./csv";
import { rejectedOf, type Rejected } from "./marks";

export class Rejects {
  rows = $state.raw<readonly Rejected[]>([]);
  error = $state<string | null>(null);
  #control: AbortController | null = null;

  constructor(
    readonly id: string,
    private readonly fetchText: typeof api.rejected = api.rejected,
  ) {}

  async load(): Promise<void> {
    this.stop();
    const control = (this.#control = new AbortController());
    this.error = null;
    try {
      const text = await this.fetchText(this.id, control.signal);
      if (!control.signal.aborted) this.rows = rejectedOf(rowsOf(text));
    } catch (error) {
      if (!control.signal.aborted) this.error = reasonOf(error);
    }
  }

  stop(): void {
    this.#control?.abort();
  }
}
