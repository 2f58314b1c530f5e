/** A column of telephone numbers as it comes out of a spreadsheet: which lines hold one, and what became of each. Pure. */

export const PHONES_MAX = 10_000;
/** The fewest digits that a number has anywhere. */
const DIGITS_MIN = 3;
/** From so many digits on it may be a number with its area code. */
const FULL = 7;
const DAY = /^\d{1,4}[-./]\d{1,2}[-./]\d{1,4}$/;

export interface Line {
  /** From 1, as an editor counts. */
  nth: number;
  text: string;
  /** What in it may be a number; `null`: nothing, or one cannot tell. */
  candidate: string | null;
  /** Why there is none. */
  reason: string;
}

export interface Refused {
  nth: number;
  text: string;
  reason: string;
}

/** The lines with something in them. Of several cells the one that looks like a number counts; nothing is guessed. */
export function linesOf(pasted: string): Line[] {
  return pasted
    .split(/\r\n|\r|\n/)
    .map((text, i) => ({ nth: i + 1, text: text.trim() }))
    .filter(({ text }) => text !== "")
    .map((line) => ({ ...line, ...candidateIn(line.text) }));
}

function candidateIn(text: string): Pick<Line, "candidate" | "reason"> {
  const cells = text
    .split(/[\t;,]/)
    // Spreadsheets write ' before what is not to be reckoned with, and = and quotes around it.
    .map((cell) => cell.replace(/^[\s'"=]+|[\s'"]+$/g, ""))
    .map((cell) => ({ cell, digits: cell.replace(/\D/g, "").length }))
    .filter(({ cell, digits }) => digits >= DIGITS_MIN && !DAY.test(cell));
  const bare = cells.filter(({ cell }) => !/\p{L}/u.test(cell)).sort((a, b) => b.digits - a.digits);
  if ((bare[1]?.digits ?? 0) >= FULL)
    return { candidate: null, reason: "Several numbers stand in this line. Leave one in each." };
  const best = bare[0] ?? cells[0];
  return { candidate: best?.cell ?? null, reason: best ? "" : "There is no telephone number in this line." };
}

/** `1, 4, 7–9 and 23 more`. */
export function lineNumbers(refused: readonly Refused[], shown = 6): string {
  const runs: [from: number, to: number][] = [];
  for (const { nth } of refused) {
    const last = runs.at(-1);
    if (last && last[1] === nth - 1) last[1] = nth;
    else runs.push([nth, nth]);
  }
  const said = runs.slice(0, shown);
  const more = runs.slice(shown).reduce((sum, [from, to]) => sum + to - from + 1, 0);
  const words = said.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(", ");
  return more ? `${words} and ${more} more` : words;
}
