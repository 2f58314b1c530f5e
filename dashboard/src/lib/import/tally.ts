/** What the rows of a file did, or would do, ready to be drawn and read. Pure. */
import type { ImportTally } from "$lib/api/types";
import type { Part, Tone } from "$lib/figures/figures";
import { faultWords } from "./words";

type Count = Exclude<keyof ImportTally, "rows" | "opted_out" | "reasons">;

const PARTS: readonly {
  id: Count;
  label: string;
  means: string;
  tone: Tone;
  isAlways?: boolean;
}[] = [
  { id: "creates", label: "New", means: "Nobody had their number.", tone: "good", isAlways: true },
  {
    id: "updates",
    label: "Changed",
    means: "They were there, and the file says something new.",
    tone: "accent",
    isAlways: true,
  },
  {
    id: "unchanged",
    label: "Unchanged",
    means: "They were there, and the file says nothing new.",
    tone: "plain",
  },
  { id: "skipped", label: "Left as they are", means: "They were there.", tone: "plain" },
  {
    id: "duplicates",
    label: "Duplicates",
    means: "A row before it has the same number, and counts.",
    tone: "note",
  },
  { id: "invalid", label: "Not taken", means: "Something in the row has to be mended.", tone: "bad" },
];

/** All rows, so that the parts make the whole; what is rare only where there is some. */
export function partsOf(tally: ImportTally): Part[] {
  return PARTS.filter(({ id, isAlways }) => isAlways || tally[id] > 0).map(
    ({ id, label, means, tone }): Part => ({
      id,
      label,
      means,
      tone,
      count: tally[id],
      share: tally.rows > 0 ? tally[id] / tally.rows : 0,
    }),
  );
}

export interface Reason {
  code: string;
  label: string;
  count: number;
}

/** Why rows were not taken, the most frequent first; a row may have several reasons. */
export function reasonsOf({ reasons }: Pick<ImportTally, "reasons">): Reason[] {
  return Object.entries(reasons)
    .map(([code, count]) => ({ code, label: faultWords(code), count }))
    .sort((a, b) => b.count - a.count || a.label.localeCompare(b.label));
}
