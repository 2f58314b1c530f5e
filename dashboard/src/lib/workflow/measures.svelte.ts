/** How texts of a workflow are counted, each asked for once however many show it. */
import { SvelteMap } from "svelte/reactivity";
import { text as api } from "$lib/api";
import type { Measure } from "$lib/api/types";

/** Somebody who types is not counted at every letter. */
const PAUSE_MS = 300;
const KEPT_MAX = 300;

export class Measures {
  #known = new SvelteMap<string, Measure>();
  #asked = new Set<string>();

  constructor(private readonly measurer: typeof api.measure = api.measure) {}

  of(text: string): Measure | undefined {
    return this.#known.get(text);
  }

  /** Has it counted soon; returns what takes that back. */
  want(text: string): () => void {
    if (text === "" || this.#asked.has(text)) return () => {};
    const timer = setTimeout(() => void this.#ask(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }

  async #ask(text: string): Promise<void> {
    if (this.#asked.has(text)) return;
    this.#asked.add(text);
    try {
      const measure = await this.measurer(text);
      if (this.#known.size >= KEPT_MAX) this.#known.clear();
      this.#known.set(text, measure);
    } catch {
      // Offline: no count is better than a wrong one, and it is asked for again.
      this.#asked.delete(text);
    }
  }
}

export const measures = new Measures();
