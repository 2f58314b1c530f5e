/** How fast a file is read, and how long it still takes. Pure. */
import { lasting, lookedAt, rateOf, type Sample } from "$lib/campaign/progress";
import type { ContactImport } from "$lib/api/types";
import { touched } from "./words";

export { lookedAt, rateOf, type Sample };

/** How far it is, from 0 to 1: through the file, or through what is taken back. */
export function progressOf({ state, progress, tally, undone }: ContactImport): number {
  if (state !== "undoing") return Math.min(1, Math.max(0, progress));
  const whole = touched(tally);
  return whole === 0 ? 1 : Math.min(1, throughOf({ state, tally, undone }) / whole);
}

/** How many rows or people it is through. */
export const throughOf = ({
  state,
  tally,
  undone,
}: Pick<ContactImport, "state" | "tally" | "undone">): number =>
  state === "undoing" ? undone.removed + undone.restored + undone.kept : tally.rows;

/** `12,400 rows a second, about 2 minutes left`; empty: nobody can say. */
export function paceWords(job: ContactImport, samples: readonly Sample[], now: number): string {
  const rate = rateOf(samples, now);
  if (rate === null || rate <= 0) return "";
  const done = progressOf(job);
  const through = throughOf(job);
  const what = job.state === "undoing" ? "people" : "rows";
  const speed = rate >= 1 ? `${Math.round(rate).toLocaleString("en")} ${what} a second` : "";
  // What is left is as long as what is done tells.
  const left = done > 0 && done < 1 ? `${lasting((through / done - through) / rate)} left` : "";
  return [speed, left].filter(Boolean).join(", ");
}

/** What is said aloud while it goes: not each percent, but each tenth. */
export function said(job: ContactImport): string {
  const tenth = Math.floor(progressOf(job) * 10) * 10;
  return tenth > 0 && tenth < 100 ? `${tenth} percent.` : "";
}
