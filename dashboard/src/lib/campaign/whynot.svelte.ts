/** Why some got nothing: counted by reason from their rows, so far as it is looked. */
import { campaigns as api, reasonOf } from "$lib/api";
import type { Recipient, RecipientCounts, Standing } from "$lib/api/types";

const PAGE = 100;
/** Of each standing, so many rows are looked at. */
export const LOOKED_MAX = 500;
const STANDINGS = ["failed", "unknown", "skipped"] as const satisfies readonly Standing[];
const REFRESH_MS = 5_000;

export interface Reason {
  key: string;
  standing: Standing;
  code: string;
  explanation: string;
  mend: string;
  count: number;
}

export class WhyNot {
  reasons = $state.raw<readonly Reason[]>([]);
  /** There are more than were looked at. */
  isPart = $state(false);
  error = $state<string | null>(null);
  #seen = "";
  #isBusy = false;
  #next: RecipientCounts | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly campaign: string,
    private readonly fetchPage: typeof api.recipients = api.recipients,
  ) {}

  /** Looks again where the counts say that there is more to see. */
  async look(counts: RecipientCounts): Promise<void> {
    const seen = STANDINGS.map((standing) => counts[standing]).join();
    if (seen === this.#seen) return;
    if (this.#isBusy) {
      this.#next = counts;
      return;
    }
    this.#seen = seen;
    this.error = null;
    if (STANDINGS.every((standing) => counts[standing] === 0)) {
      this.reasons = [];
      return;
    }
    this.#isBusy = true;
    try {
      const rows: Recipient[] = [];
      for (const standing of STANDINGS) if (counts[standing] > 0) rows.push(...(await this.#rows(standing)));
      this.reasons = reasonsOf(rows);
      this.isPart = STANDINGS.some((standing) => counts[standing] > LOOKED_MAX);
    } catch (error) {
      [this.error, this.#seen] = [reasonOf(error), ""];
    }
    // Counts move by the second while texts go out.
    this.#timer = setTimeout(() => {
      this.#isBusy = false;
      const next = this.#next;
      this.#next = null;
      if (next) void this.look(next);
    }, REFRESH_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#next = null;
    this.#isBusy = false;
  }

  async #rows(standing: Standing): Promise<Recipient[]> {
    const rows: Recipient[] = [];
    let cursor: string | undefined;
    while (rows.length < LOOKED_MAX) {
      const page = await this.fetchPage(this.campaign, { standing, cursor, limit: PAGE });
      rows.push(...page.data);
      if (!page.next_cursor) break;
      cursor = page.next_cursor;
    }
    return rows;
  }
}

/** The most frequent first. */
export function reasonsOf(rows: readonly Recipient[]): Reason[] {
  const reasons = new Map<string, Reason>();
  for (const { standing, failure } of rows) {
    const {
      code = "no_reason",
      explanation = standing === "unknown"
        ? "The carrier’s answer was lost. Its receipt may still come."
        : "The carrier gave no reason.",
      mend = "",
    } = failure ?? {};
    // One code may be said of different fields or places.
    const key = `${standing} ${code} ${explanation}`;
    const known = reasons.get(key) ?? { key, standing, code, explanation, mend, count: 0 };
    reasons.set(key, { ...known, count: known.count + 1 });
  }
  return [...reasons.values()].sort((a, b) => b.count - a.count);
}
