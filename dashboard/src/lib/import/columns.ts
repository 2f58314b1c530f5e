/** What the columns of a file mean, and what changes when one is changed. Pure. */
import type { NewContactField, ContactImport, ImportColumn } from "$lib/api/types";
import { MEANINGS } from "./words";

export const IGNORE = "ignore";
const FIELD = "field:";
/** Several columns may be so. */
const SHARED: readonly string[] = [IGNORE, "tags", "other_phone", "other_email"];
/** So many values show what stands in a column. */
const VALUES_MAX = 3;

/** What a column is called: by its name, or as spreadsheets call it: A, B … Z, AA. */
export function titleOf(columns: readonly Pick<ImportColumn, "name">[], at: number): string {
  const name = columns[at]?.name;
  if (name) return name;
  let letters = "";
  for (let left = at; left >= 0; left = Math.floor(left / 26) - 1)
    letters = String.fromCharCode(65 + (left % 26)) + letters;
  return `Column ${letters}`;
}

/** The first different values of a column, as they stand there. */
export function valuesOf(sample: readonly (readonly string[])[], at: number, max = VALUES_MAX): string[] {
  const found = new Set<string>();
  for (const row of sample) {
    const value = row[at]?.trim();
    if (value) found.add(value);
    if (found.size === max) break;
  }
  return [...found];
}

/** The column at `at` means this from now on; another that meant it before means nothing any more. */
export function mapped(mapping: readonly string[], at: number, meaning: string): string[] {
  return mapping.map((before, nth) => {
    if (nth === at) return meaning;
    return before === meaning && !SHARED.includes(meaning) ? IGNORE : before;
  });
}

/** Which other column means this now; `null`: none, or it does not matter. */
export function takenBy(mapping: readonly string[], at: number, meaning: string): number | null {
  if (SHARED.includes(meaning)) return null;
  const found = mapping.findIndex((other, nth) => nth !== at && other === meaning);
  return found < 0 ? null : found;
}

/** Columns that mean the same as another, where only one may. */
export const doubled = (mapping: readonly string[]): number[] =>
  mapping.flatMap((meaning, at) => (takenBy(mapping, at, meaning) === null ? [] : [at]));

export const keyOfField = (meaning: string): string | null =>
  meaning.startsWith(FIELD) ? meaning.slice(FIELD.length) : null;
export const meaningOfField = (key: string): string => FIELD + key;

/** What a meaning is called. */
export function meaningWords(meaning: string, fields: readonly NewContactField[]): string {
  const key = keyOfField(meaning);
  if (key !== null) return fields.find((field) => field.key === key)?.label ?? key;
  if (meaning === IGNORE) return "Not imported";
  const known = MEANINGS.flatMap(({ all }) => all).find(([word]) => word === meaning);
  return known?.[1] ?? meaning;
}

/** Which columns say whether people agreed. */
export const consentColumns = (mapping: readonly string[]): number[] =>
  mapping.flatMap((meaning, at) => (meaning === "opted_in" || meaning === "consent_at" ? [at] : []));

export interface Ambiguity {
  /** Whether 03/04/2026 is in March or in April matters. */
  dates: boolean;
  /** Whether 1,5 is one and a half matters. */
  numbers: boolean;
}

/** What of the file can be read in two ways, as it is mapped. */
export function ambiguityOf(mapping: readonly string[], fields: readonly NewContactField[]): Ambiguity {
  const has = (type: string) =>
    mapping.some((meaning) => {
      const field = fields.find(({ key }) => key === keyOfField(meaning));
      return (field?.kind as { type?: unknown } | undefined)?.type === type;
    });
  return { dates: mapping.includes("consent_at") || has("date"), numbers: has("number") };
}

/** The columns that are imported, from the left. */
export const importedColumns = ({ mapping }: Pick<ContactImport, "mapping">): number[] =>
  mapping.flatMap((meaning, at) => (meaning === IGNORE ? [] : [at]));
