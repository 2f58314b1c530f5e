/** What is wrong with a document while it is written, as the server says it. */
import { workflows as api } from "$lib/api/workflows";
import type { WorkflowBound, WorkflowDetail, WorkflowTold } from "$lib/api/types";
import type { Document } from "./document";
import { Faults } from "./faults";

const PAUSE_MS = 350;

export class Checked {
  faults = $state.raw(Faults.none);
  /** What may be meant so, and is worth a second look; told once nothing is wrong. */
  warnings = $state.raw(Faults.none);
  /** What one person's way costs at most; `null`: something is wrong, or it is not here yet. */
  atMost = $state.raw<WorkflowBound | null>(null);
  /** What it does, in plain words. */
  told = $state.raw<readonly WorkflowTold[]>([]);
  /** What is said is not of the document as it is now. */
  isAsking = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #abort: AbortController | null = null;

  constructor(private readonly checker: typeof api.check = api.check) {}

  /** What the server said of a document with the draft itself; what more there is to say is asked for. */
  begin({ document, faults, warnings }: WorkflowDetail): void {
    this.faults = Faults.of(document, faults);
    this.warnings = Faults.of(document, warnings);
    this.take(document);
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
      const { faults, warnings, at_most, told } = await this.checker(document, abort.signal);
      if (abort.signal.aborted) return;
      this.faults = Faults.of(document, faults);
      this.warnings = Faults.of(document, warnings);
      [this.atMost, this.told] = [at_most, told];
    } catch {
      // Offline or superseded: what was said before stands at its steps, which have not gone.
    } finally {
      if (!abort.signal.aborted) this.isAsking = false;
    }
  }
}
