/** Plain words for numbers that get no texts. Pure. */
import type { Suppression, SuppressionsAdded } from "$lib/api/types";
import { dayAndClock } from "$lib/ui/format";

export const phoneOf = ({ phone_pretty, phone }: Pick<Suppression, "phone" | "phone_pretty">): string =>
  phone_pretty ?? phone ?? "A number that was erased";

/** It keeps texts away. `now`: in milliseconds. */
export const counts = ({ ended_at, until }: Pick<Suppression, "ended_at" | "until">, now: number): boolean =>
  ended_at === null && (until === null || Date.parse(until) > now);

/** Where it comes from and since when, as in `Added by Mina, Yesterday, 9:41`. */
export function originOf(
  { source, created_by, created_at }: Pick<Suppression, "source" | "created_by" | "created_at">,
  memberName: (id: string) => string,
  now: number,
): string {
  const by = created_by ? ` by ${memberName(created_by)}` : "";
  const how = {
    member: `Added${by}`,
    api: "Added by a program",
    file: `Out of a file${by}`,
    erasure: "Whoever had it was erased",
  }[source];
  return `${how}, ${dayAndClock(created_at, now)}`;
}

/** How long it counts, or why it does not any more; empty: for good. */
export function endOf(
  one: Pick<Suppression, "ended_at" | "ended_by" | "ended_why" | "until">,
  memberName: (id: string) => string,
  now: number,
): string {
  const { ended_at, ended_by, ended_why, until } = one;
  if (ended_at) {
    const by = ended_by ? ` by ${memberName(ended_by)}` : "";
    return `Taken off${by}, ${dayAndClock(ended_at, now)}${ended_why ? `: ${ended_why}` : ""}`;
  }
  if (!until) return "";
  return counts(one, now) ? `Until ${dayAndClock(until, now)}` : `It was over ${dayAndClock(until, now)}`;
}

const many = (n: number, one: string, more: string) => `${n.toLocaleString("en")} ${n === 1 ? one : more}`;

/** What became of numbers that were added. */
export function addedWords({ added, known }: Pick<SuppressionsAdded, "added" | "known">): string {
  const parts = [
    added || !known ? many(added, "number is new on the list", "numbers are new on the list") : "",
    known ? many(known, "was on it already", "were on it already") : "",
  ].filter(Boolean);
  return `${parts.join(", ")}.`;
}

/** The lines of a file without a number: `2 to 4, 9`. They come in their order. */
export function linesWords(lines: readonly number[]): string {
  const runs: { from: number; to: number }[] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    if (last && line === last.to + 1) last.to = line;
    else runs.push({ from: line, to: line });
  }
  return runs
    .map(({ from, to }) =>
      from === to ? `${from}` : to === from + 1 ? `${from}, ${to}` : `${from} to ${to}`,
    )
    .join(", ");
}

/** What was written, one number a line or parted by commas. */
export const phonesIn = (written: string): string[] =>
  written
    .split(/[\n,;]/u)
    .map((one) => one.trim())
    .filter(Boolean);
