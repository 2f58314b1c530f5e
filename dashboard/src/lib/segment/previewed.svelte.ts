/** A condition that is being written: whom it means, or what is wrong with it, told by the server. */
import { reasonOf, segments as api } from "$lib/api";
import type { ConditionFault, SegmentPreview } from "$lib/api/types";

const PAUSE_MS = 400;

export class Previewed {
  /** Of the text that was asked about last. */
  result = $state.raw<SegmentPreview | null>(null);
  error = $state<string | null>(null);
  isAsking = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #abort: AbortController | null = null;

  constructor(private readonly preview: typeof api.preview = api.preview) {}

  /** Asks after a breath; what was asked before is given up, and what was told stays until then. */
  take(text: string): void {
    this.stop();
    this.isAsking = text.trim() !== "";
    if (this.isAsking) this.#timer = setTimeout(() => void this.#ask(text), PAUSE_MS);
    else [this.result, this.error] = [null, null];
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#abort?.abort();
  }

  async #ask(text: string): Promise<void> {
    const abort = (this.#abort = new AbortController());
    try {
      const result = await this.preview({ text }, abort.signal);
      if (abort.signal.aborted) return;
      [this.result, this.error] = [result, null];
    } catch (error) {
      if (abort.signal.aborted) return;
      [this.result, this.error] = [null, reasonOf(error)];
    }
    this.isAsking = false;
  }
}

/** Its place in UTF-16 units, as a text box counts; the server counts characters, from 1. `null`: the whole. */
export function placeOf({ at, length }: Pick<ConditionFault, "at" | "length">, text: string) {
  if (at === null) return null;
  const chars = [...text];
  const units = (upto: number) => chars.slice(0, upto).join("").length;
  return { start: units(at - 1), end: units(at - 1 + (length ?? 1)) };
}
