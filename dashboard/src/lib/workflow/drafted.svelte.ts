/** What a model has just written, until somebody has looked at it. */
import type { DescribedWorkflow } from "$lib/api/types";

class Drafted {
  #last = $state.raw<{ id: string; written: DescribedWorkflow } | null>(null);

  keep(id: string, written: DescribedWorkflow): void {
    this.#last = { id, written };
  }

  /** What is still to be looked at of this workflow. */
  of(id: string): DescribedWorkflow | null {
    return this.#last?.id === id ? this.#last.written : null;
  }

  seen(): void {
    this.#last = null;
  }
}

export const drafted = new Drafted();
