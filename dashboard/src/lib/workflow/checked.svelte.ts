/** What is wrong with a document while it is written, as the server says it. */
import { workflows as api } from "$lib/api";
import type { Document } from "./document";
import { Faults } from "./faults";

const PAUSE_MS = 350;

export class Checked {
  faults = $state.raw(Faults.none);
  /** What is said is not of the document as it is now. */
  isAsking = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #abort: AbortController | null = null;

  constructor(private readonly checker: typeof api.check = api.check) {}

  /** What the server said of a document with the draft itself. */
  begin(document: Document, faults: Parameters<typeof Faults.of>[1]): void {
    this.stop();
    this.faults = Faults.of(document, faults);
  }

  take(document: Document): void {
    this.stop();
    this.isAsking = true;
    this.#timer = setTimeout(() => void this.#ask(document), PAUSE_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.isAsking = false;
  }

  async #ask(document: Document): Promise<void> {
    const abort = (this.#abort = new AbortController());
    try {
      const { faults } = await this.checker(document, abort.signal);
      if (!abort.signal.aborted) this.faults = Faults.of(document, faults);
    } catch {
      // Offline or superseded: what was said before stands at its steps, which have not gone.
    } finally {
      if (!abort.signal.aborted) this.isAsking = false;
    }
  }
}
