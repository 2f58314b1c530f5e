/** Pasted numbers, understood one by one by the server: it knows every country's numbering plan, and guesses nothing. */
import { Problem, phones as api, reasonOf } from "$lib/api";
import { linesOf, PHONES_MAX, type Line, type Refused } from "./pasted";

/** A browser opens no more connections to one host than this. */
const AT_ONCE = 6;

export class PastedNumbers {
  /** In E.164 form, each once, in their order. */
  understood = $state.raw<readonly string[]>([]);
  refused = $state.raw<readonly Refused[]>([]);
  /** How many lines say a number that another one says. */
  again = $state(0);
  read = $state(0);
  total = $state(0);
  isReading = $state(false);
  /** Why it could not go on. */
  error = $state<string | null>(null);
  #turn = 0;
  /** What was said of a spelling, for the next time. */
  #known = new Map<string, { e164: string } | { reason: string }>();

  constructor(private readonly parse: (input: string) => Promise<{ e164: string }> = api.parse) {}

  /** Reads what was pasted. What was being read before is given up. */
  async take(pasted: string): Promise<void> {
    const turn = ++this.#turn;
    const all = linesOf(pasted);
    const lines = all.slice(0, PHONES_MAX);
    this.error =
      all.length > lines.length
        ? `Only the first ${PHONES_MAX.toLocaleString("en")} lines were read. Import more of them as contacts with a tag.`
        : null;
    [this.read, this.total, this.isReading] = [0, lines.length, true];
    this.#settle(lines, false);
    const left = [...new Set(lines.flatMap(({ candidate }) => candidate ?? []))].filter(
      (input) => !this.#known.has(input),
    );
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, () => this.#work(left, turn)));
    } catch (error) {
      if (turn === this.#turn) this.error = `${reasonOf(error)} Not all lines were read.`;
      left.length = 0;
    }
    if (turn !== this.#turn) return;
    this.#settle(lines, true);
    this.isReading = false;
  }

  clear(): void {
    this.#turn += 1;
    [this.understood, this.refused, this.again, this.read, this.total] = [[], [], 0, 0, 0];
    this.isReading = false;
    this.error = null;
  }

  async #work(left: string[], turn: number): Promise<void> {
    for (let input = left.shift(); input; input = left.shift()) {
      if (turn !== this.#turn) return;
      try {
        this.#known.set(input, { e164: (await this.parse(input)).e164 });
      } catch (error) {
        if (!(error instanceof Problem) || error.status !== 422) throw error;
        this.#known.set(input, { reason: reasonOf(error) });
      }
      if (turn === this.#turn) this.read = this.total - left.length;
    }
  }

  #settle(lines: readonly Line[], isWhole: boolean): void {
    const understood = new Set<string>();
    const refused: Refused[] = [];
    let again = 0;
    for (const { nth, text, candidate, reason } of lines) {
      const known = candidate === null ? { reason } : this.#known.get(candidate);
      if (!known) {
        if (isWhole) refused.push({ nth, text, reason: "This line was not read. Try again." });
      } else if ("reason" in known) {
        refused.push({ nth, text, reason: known.reason });
      } else if (understood.has(known.e164)) {
        again += 1;
      } else {
        understood.add(known.e164);
      }
    }
    this.understood = [...understood];
    this.refused = refused;
    this.again = again;
    if (isWhole) this.read = lines.length;
  }
}
