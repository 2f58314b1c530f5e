/** A text that is being written, measured by the server as the carrier will. */
import { text as api } from "$lib/api";
import type { Measure } from "$lib/api/types";

const PAUSE_MS = 150;

export class Measured {
  measure = $state.raw<Measure | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #abort: AbortController | null = null;

  constructor(private readonly measurer: typeof api.measure = api.measure) {}

  /** The characters that make every segment shorter, each once. */
  readonly offending: string[] = $derived([...new Set(this.measure?.not_gsm.map((found) => found.char))]);

  take(body: string): void {
    this.stop();
    if (body === "") this.measure = null;
    else this.#timer = setTimeout(() => void this.#ask(body), PAUSE_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#abort?.abort();
  }

  async #ask(body: string): Promise<void> {
    const abort = (this.#abort = new AbortController());
    try {
      const measure = await this.measurer(body, abort.signal);
      if (!abort.signal.aborted) this.measure = measure;
    } catch {
      // Offline or superseded: no count is better than a wrong one.
      if (!abort.signal.aborted) this.measure = null;
    }
  }
}
