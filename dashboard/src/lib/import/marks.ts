/** What is to be said of the first rows of a file. Pure. */

/** A row that was not taken, as the server gives it back. */
export interface Rejected {
  line: string;
  reason: string;
  cells: string[];
}

export type Mark = { kind: "rejected"; line: string; reason: string } | { kind: "again"; row: number };

/** The rows behind the head of a file of rejected rows. */
export const rejectedOf = (rows: readonly string[][]): Rejected[] =>
  rows.slice(1).map(([line = "", reason = "", ...cells]) => ({ line, reason: quoted(reason), cells }));

/** A value in a sentence, marked as people do. */
const quoted = (sentence: string): string => sentence.replace(/`([^`]*)`/g, "“$1”");

/**
 * A mark for each row, or none. `phone`: which column has the numbers. Both lists are in the order of the file, so that each
 * rejected row is the next one that reads the same.
 */
export function marksOf(
  sample: readonly (readonly string[])[],
  rejected: readonly Rejected[],
  phone: number,
): (Mark | null)[] {
  const seen: { row: number; number: Written }[] = [];
  let next = 0;
  return sample.map((cells, row) => {
    const candidate = rejected[next];
    if (candidate && isSame(candidate.cells, cells)) {
      next += 1;
      return { kind: "rejected", line: candidate.line, reason: candidate.reason };
    }
    const number = writtenAs(cells[phone] ?? "");
    if (number === null) return null;
    const before = seen.find((other) => meansSame(other.number, number));
    if (before) return { kind: "again", row: before.row };
    seen.push({ row, number });
    return null;
  });
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  const width = Math.max(one.length, other.length);
  // The file of rejected rows has other line ends.
  const plain = (cell: string | undefined) => (cell ?? "").replace(/[\s']/g, "");
  for (let at = 0; at < width; at++) if (plain(one[at]) !== plain(other[at])) return false;
  return true;
}

interface Written {
  digits: string;
  /** With its country code. */
  isWhole: boolean;
}

/** Fewer digits are told apart by the server alone. */
const DIGITS_MIN = 8;
const COUNTRY_CODE_MAX = 3;

function writtenAs(value: string): Written | null {
  const plain = value.trim().replace(/^p:/, "").replace(/\.0$/, "");
  const isWhole = /^'?(\+|00)/.test(plain);
  const digits = plain.replace(/\D/g, "").replace(/^0+/, "");
  return digits.length < DIGITS_MIN ? null : { digits, isWhole };
}

/** `+1 202 555 0124` and `(202) 555-0124`, as long as both are of one country. */
function meansSame(one: Written, other: Written): boolean {
  if (one.digits === other.digits) return true;
  const [longer, shorter] = one.digits.length > other.digits.length ? [one, other] : [other, one];
  const code = longer.digits.length - shorter.digits.length;
  return (
    longer.isWhole && !shorter.isWhole && code <= COUNTRY_CODE_MAX && longer.digits.endsWith(shorter.digits)
  );
}
