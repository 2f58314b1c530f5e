/**
 * A campaign's text as it is written: its places, its faults, and how it reads for one person. Pure.
 *
 * The server decides (`crates/domain/src/template`); this says the same while somebody types. Its tests are those of the
 * domain.
 */
import type { Contact, FieldValue, NewContactField } from "$lib/api/types";

export const CHARS_MAX = 1_600;
/** What every contact may have; a tenant's own fields come on top. */
export const OWN_NAMES = ["name", "first_name", "last_name", "company", "phone"] as const;
const FILTERS = ["upper", "lower", "title", "date", "weekday", "number"];
const DECIMALS_MAX = 6;
/** As the sender writes dates and numbers. */
const LANGUAGE = "en";

interface Place {
  /** From where to where in the text, in UTF-16 units. */
  start: number;
  end: number;
  /** Where it begins, in characters from 1. */
  at: number;
  name: string;
  how: { filter: string; decimals: number | null } | null;
  /** `null`: whoever lacks it lacks the text. */
  fallback: string | null;
}

export type Part = string | Place;

/** What is wrong with a text, where, and how to mend it. */
export interface Fault {
  start: number;
  end: number;
  code: "unclosed_brace" | "stray_brace" | "not_a_name" | "no_such_field" | "no_such_filter" | "too_long";
  message: string;
  /** What stands there and what may be meant. */
  meant?: { name: string; nearest: string };
}

/** The parts of a text, or its first fault. `known`: the names that there are; `null`: they are not here yet. */
export function read(text: string, known: readonly string[] | null): { parts: Part[] } | { fault: Fault } {
  const chars = [...text];
  if (chars.length > CHARS_MAX) {
    const start = chars.slice(0, CHARS_MAX).join("").length;
    const message = `The text is longer than ${CHARS_MAX} characters. Make it shorter.`;
    return { fault: { start, end: text.length, code: "too_long", message } };
  }
  const parts: Part[] = [];
  let [words, i, unit] = ["", 0, 0];
  const fault = (end: number, code: Fault["code"], message: string): { fault: Fault } => ({
    fault: { start: unit, end, code, message },
  });
  while (i < chars.length) {
    const [c = "", next] = [chars[i], chars[i + 1]];
    if ((c === "{" || c === "}") && next === c) {
      [words, i, unit] = [words + c, i + 2, unit + 2];
    } else if (c === "}") {
      return fault(
        unit + 1,
        "stray_brace",
        `The brace at character ${i + 1} closes nothing. Write }} for a brace.`,
      );
    } else if (c === "{") {
      const inside = /^[^{}]*/u.exec(text.slice(unit + 1))?.[0] ?? "";
      const end = unit + 1 + inside.length;
      if (text[end] !== "}")
        return fault(
          end,
          "unclosed_brace",
          `The brace at character ${i + 1} is not closed. Write } after the name, or {{ for a brace.`,
        );
      const place = placeOf(inside, { start: unit, end: end + 1, at: i + 1 }, known);
      if ("code" in place) return { fault: place };
      if (words) parts.push(words);
      parts.push(place);
      [words, i, unit] = ["", i + [...inside].length + 2, end + 1];
    } else {
      [words, i, unit] = [words + c, i + 1, unit + c.length];
    }
  }
  if (words) parts.push(words);
  return { parts };
}

function placeOf(
  inside: string,
  where: Pick<Place, "start" | "end" | "at">,
  known: readonly string[] | null,
): Place | Fault {
  const { start, end, at } = where;
  const [named, fallback] = cut(inside, "|");
  const [written, asked] = cut(named, ":");
  const how = asked === null ? null : filterOf(asked);
  const fault = (code: Fault["code"], message: string, meant?: Fault["meant"]): Fault => ({
    start,
    end,
    code,
    message: meant ? `${message} Do you mean ${meant.nearest}?` : message,
    meant,
  });
  if (how === undefined) {
    const name = (asked ?? "").trim();
    return fault(
      "no_such_filter",
      `A value cannot be written as "${name}", as is asked at character ${at}.`,
      meantBy(name, FILTERS),
    );
  }
  const name = written.trim().toLowerCase();
  if (name === "")
    return fault(
      "not_a_name",
      `The braces at character ${at} are empty. Write a name in them, as in {name}.`,
    );
  if (!/^[a-z][a-z0-9_]{0,39}$/.test(name))
    return fault(
      "not_a_name",
      `{${name}} at character ${at} is no name of a field: those have small letters, digits and underscores. Write {{ for a brace.`,
    );
  if (known && !known.includes(name))
    return fault(
      "no_such_field",
      `There is no field ${name}, which is named at character ${at}.`,
      meantBy(name, known),
    );
  return { ...where, name, how, fallback: fallback?.trim() ?? null };
}

function filterOf(asked: string): Place["how"] | undefined {
  const [filter = "", decimals, more] = asked.trim().split(/\s+/);
  if (!FILTERS.includes(filter) || more !== undefined) return undefined;
  if (decimals === undefined) return { filter, decimals: null };
  const isCount = filter === "number" && /^\+?\d+$/.test(decimals) && Number(decimals) <= DECIMALS_MAX;
  return isCount ? { filter, decimals: Number(decimals) } : undefined;
}

function cut(text: string, at: string): [string, string | null] {
  const found = text.indexOf(at);
  return found < 0 ? [text, null] : [text.slice(0, found), text.slice(found + 1)];
}

function meantBy(name: string, known: readonly string[]): Fault["meant"] {
  const far = Math.floor([...name].length / 3) + 1;
  const near = known
    .map((one) => ({ one, apart: lettersApart(name, one) }))
    .filter(({ apart }) => apart <= far)
    .sort((a, b) => a.apart - b.apart || (a.one < b.one ? -1 : 1))[0];
  return near && { name, nearest: near.one };
}

/** How many letters must be put in, left out, changed or swapped with their neighbour. */
function lettersApart(a: string, b: string): number {
  const [from, to] = [[...a], [...b]];
  const rows: number[][] = [to.map((_, j) => j).concat(to.length)];
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const cost = from[i - 1] === to[j - 1] ? 0 : 1;
      const before = rows[i - 1] ?? [];
      let least = Math.min((before[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (before[j - 1] ?? 0) + cost);
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (isSwap) least = Math.min(least, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      row.push(least);
    }
    rows.push(row);
  }
  return rows.at(-1)?.at(-1) ?? 0;
}

/** What is known of the person whom a text is for. */
export type Person = Pick<Contact, "name" | "company" | "phone"> & { fields: Record<string, FieldValue> };

/** The text for this person, or the first name that they lack. */
export function fill(
  parts: readonly Part[],
  person: Person,
  own: readonly NewContactField[],
): { text: string } | { lacks: string } {
  let text = "";
  for (const part of parts) {
    if (typeof part === "string") {
      text += part;
      continue;
    }
    const value = valueOf(part.name, person);
    if (value !== "") text += written(value, kindOf(part.name, own), part.how);
    else if (part.fallback !== null) text += part.fallback;
    else return { lacks: part.name };
  }
  return { text };
}

function valueOf(name: string, { name: whole, company, phone, fields }: Person): string {
  switch (name) {
    case "name":
      return whole?.trim() ?? "";
    case "first_name":
      return firstName(whole ?? "");
    case "last_name":
      return lastName(whole ?? "");
    case "company":
      return company?.trim() ?? "";
    case "phone":
      return phone;
    default:
      return plain(fields[name]).trim();
  }
}

const kindOf = (name: string, own: readonly NewContactField[]): string =>
  own.find((field) => field.key === name)?.kind.type ?? "text";

/** A value as it is written into a text; empty: not known. */
export const plain = (value: FieldValue | undefined): string =>
  value === undefined ? "" : typeof value === "boolean" ? (value ? "yes" : "no") : String(value);

/** A value that is not of the kind that is asked for is written as it is. */
function written(value: string, kind: string, how: Place["how"]): string {
  switch (how?.filter ?? kind) {
    case "upper":
      return value.toUpperCase();
    case "lower":
      return value.toLowerCase();
    case "title":
      return titled(value);
    case "weekday":
      return dateIn(value, { weekday: "long" }) ?? value;
    case "date":
      return dateIn(value, { day: "numeric", month: "long", year: "numeric" }) ?? value;
    case "number":
      return numberIn(value, how?.decimals ?? null) ?? value;
    default:
      return value;
  }
}

function dateIn(value: string, options: Intl.DateTimeFormatOptions): string | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return null;
  const at = new Date(`${value}T00:00:00Z`);
  if (Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== value) return null;
  return new Intl.DateTimeFormat(LANGUAGE, { ...options, timeZone: "UTC" }).format(at);
}

function numberIn(value: string, decimals: number | null): string | null {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(value)) return null;
  const kept = value.split(".")[1]?.length ?? 0;
  const digits = decimals ?? Math.min(kept, 20);
  const format = new Intl.NumberFormat(LANGUAGE, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    roundingMode: "halfEven",
  } as Intl.NumberFormatOptions);
  // As words: a number of JavaScript would lose digits.
  return format.format(value.replace(/^\+/, "") as unknown as number);
}

/** Each word with a capital; what has capitals inside, such as McDonald, keeps them. */
function titled(value: string): string {
  const isShouted = /\p{L}/u.test(value) && value === value.toUpperCase();
  return value.replace(
    /(^|[\s-])?([^\s-])([^\s-]*)/gu,
    (_, gap: string | undefined, first: string, rest: string) =>
      (gap ?? "") + first.toUpperCase() + (isShouted ? rest.toLowerCase() : rest),
  );
}

const TITLES = new Set(
  "mr mrs ms miss mx dr prof sir madam rev herr frau m mme mlle sr sra dott dña".split(" "),
);

/** What somebody is called by: the first word of their name that is no title; of `Berg, Ann` it is `Ann`. */
export function firstName(name: string): string {
  const given = cut(name, ",")[1] ?? name;
  const words = given.split(/\s+/).filter(Boolean);
  const isTitle = (word: string) => TITLES.has(word.replace(/\.+$/, "").toLowerCase());
  const first = words.findIndex((word) => !isTitle(word));
  // "Mr Berg" says nothing of what he is called.
  return first < 0 || (first > 0 && first === words.length - 1) ? "" : (words[first] ?? "");
}

/** The last word of a name that has several; of `Berg, Ann` it is `Berg`. */
export function lastName(name: string): string {
  const [family, given] = cut(name, ",");
  if (given !== null) return family.trim();
  const words = name.split(/\s+/).filter(Boolean);
  return words.length > 1 ? (words.at(-1) ?? "") : "";
}
