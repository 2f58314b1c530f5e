/** How far a campaign is, from its counts and how they moved. Pure. */
import type { RecipientCounts, Standing } from "$lib/api/types";
import type { Part } from "$lib/figures/figures";
import { STANDING, STANDINGS } from "./words";

/** Shown even when nobody stands there: people look for them. */
const ALWAYS: readonly Standing[] = ["pending", "sent", "delivered", "failed", "skipped"];

export const sumOf = (counts: RecipientCounts): number =>
  STANDINGS.reduce((sum, standing) => sum + counts[standing], 0);

/** Their turn is still to come. */
export const waitingOf = (c: RecipientCounts): number => c.pending + c.deferred + c.queued;

/** Everybody in their standings, so that the parts make the whole; rare standings only where somebody is. */
export function partsOf(counts: RecipientCounts): Part[] {
  const total = sumOf(counts);
  return STANDINGS.filter((standing) => counts[standing] > 0 || ALWAYS.includes(standing)).map(
    (standing) => ({
      id: standing,
      ...STANDING[standing],
      count: counts[standing],
      share: total > 0 ? counts[standing] / total : 0,
    }),
  );
}

/** How many were through at a moment. */
export interface Sample {
  at: number;
  through: number;
}

/** Older than this says nothing of how fast it goes now. */
const WINDOW_MS = 60_000;
/** Looks in quick succession count as one: a fast campaign is told of many times a second. */
const APART_MS = 250;
/** A shorter look is mostly chance. */
const LOOK_MS = 3_000;

/** One more look at a campaign; what is too old is forgotten, and all of it if fewer are through than before. */
export function lookedAt(samples: readonly Sample[], now: Sample): Sample[] {
  const last = samples.at(-1);
  if (last && now.through < last.through) return [now];
  const previous = samples.at(-2);
  const isSoon = previous !== undefined && now.at - previous.at < APART_MS;
  const before = isSoon ? samples.slice(0, -1) : samples;
  const recent = before.filter((sample, i) => {
    const next = before[i + 1];
    // The newest one outside of the window stays, so that the window is whole.
    return now.at - sample.at <= WINDOW_MS || (next !== undefined && now.at - next.at < WINDOW_MS);
  });
  return [...recent, now];
}

/** People a second over the last minute; `null`: not looked at for long enough. */
export function rateOf(samples: readonly Sample[], now: number): number | null {
  const first = samples[0];
  const last = samples.at(-1);
  if (!first || !last) return null;
  const passed = Math.max(now, last.at) - first.at;
  return passed < LOOK_MS ? null : ((last.through - first.through) * 1_000) / passed;
}

/** How long those take whose turn may come now; `null`: nobody can say. */
export function secondsLeft(counts: RecipientCounts, rate: number | null): number | null {
  const left = counts.pending + counts.queued;
  if (left === 0) return 0;
  return rate === null || rate <= 0 ? null : Math.ceil(left / rate);
}

/** `40 a second`, `2.5 a second`, `12 a minute`. */
export function pace(rate: number): string {
  if (rate >= 10) return `${Math.round(rate)} a second`;
  if (rate >= 1) return `${(Math.round(rate * 10) / 10).toLocaleString("en")} a second`;
  return `${Math.round(rate * 60)} a minute`;
}

/** `less than a minute`, `about 4 minutes`, `about 2 hours`, `about 3 days`. */
export function lasting(seconds: number): string {
  const about = (count: number, unit: string) => `about ${count} ${unit}${count === 1 ? "" : "s"}`;
  if (seconds < 60) return "less than a minute";
  if (seconds < 90 * 60) return about(Math.round(seconds / 60), "minute");
  if (seconds < 36 * 3_600) return about(Math.round(seconds / 3_600), "hour");
  return about(Math.round(seconds / 86_400), "day");
}
