/**
 * Conditions as a form has them: some rows that are all true, or one of which is. Pure.
 *
 * A condition is kept as its text (`crates/domain/src/condition/text.rs`). What is written there by hand and is more than
 * rows stays a text; a form then shows it as one.
 */
import type { When } from "./document";

/** What something is compared by. */
export type Op =
  | "="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "contains"
  | "starts with"
  | "in"
  | "is set"
  | "is missing"
  | "within last"
  | "within next"
  | "older than";

/** What a name holds, as far as comparing goes. */
export type Holds = "text" | "number" | "date" | "moment" | "yes_no" | "choice" | "tag" | "list";

export interface Row {
  name: string;
  op: Op;
  /** As somebody types it: without quotes; several with commas between. */
  value: string;
}

export interface Rows {
  join: "and" | "or";
  rows: Row[];
}

/** How each kind of thing can be compared, and how people say it. */
export const OPS: Record<Holds, readonly { op: Op; words: string }[]> = {
  text: [
    { op: "=", words: "is" },
    { op: "!=", words: "is not" },
    { op: "contains", words: "contains" },
    { op: "starts with", words: "begins with" },
    { op: "in", words: "is one of" },
    { op: "is set", words: "is known" },
    { op: "is missing", words: "is not known" },
  ],
  number: [
    { op: "=", words: "is" },
    { op: "!=", words: "is not" },
    { op: ">=", words: "is at least" },
    { op: "<=", words: "is at most" },
    { op: ">", words: "is more than" },
    { op: "<", words: "is less than" },
    { op: "is set", words: "is known" },
    { op: "is missing", words: "is not known" },
  ],
  date: [
    { op: "=", words: "is" },
    { op: "<", words: "is before" },
    { op: "<=", words: "is on or before" },
    { op: ">=", words: "is on or after" },
    { op: ">", words: "is after" },
    { op: "within last", words: "was in the last" },
    { op: "within next", words: "is in the next" },
    { op: "older than", words: "is older than" },
    { op: "is set", words: "is known" },
    { op: "is missing", words: "is not known" },
  ],
  moment: [
    { op: "within last", words: "was in the last" },
    { op: "older than", words: "is older than" },
    { op: "is set", words: "is known" },
    { op: "is missing", words: "never was" },
  ],
  yes_no: [
    { op: "=", words: "is" },
    { op: "is set", words: "is known" },
    { op: "is missing", words: "is not known" },
  ],
  choice: [
    { op: "=", words: "is" },
    { op: "!=", words: "is not" },
    { op: "in", words: "is one of" },
    { op: "is set", words: "is known" },
    { op: "is missing", words: "is not known" },
  ],
  tag: [
    { op: "=", words: "is" },
    { op: "!=", words: "is not" },
  ],
  list: [
    { op: "=", words: "is" },
    { op: "!=", words: "is not" },
  ],
};

export const wantsNothing = (op: Op): boolean => op === "is set" || op === "is missing";
export const wantsDays = (op: Op): boolean =>
  op === "within last" || op === "within next" || op === "older than";

/** The rows of a condition; `null`: it is more than rows, and is edited as a text. */
export function rowsOf(when: When): Rows | null {
  if (typeof when !== "string") return null;
  if (when.trim() === "") return { join: "and", rows: [] };
  const tokens = tokensOf(when);
  if (!tokens) return null;
  const rows: Row[] = [];
  let join: Rows["join"] | null = null;
  let at = 0;
  while (at < tokens.length) {
    const found = rowAt(tokens, at);
    if (!found) return null;
    rows.push(found.row);
    at = found.next;
    if (at === tokens.length) break;
    const word = wordAt(tokens, at);
    // `and` binds closer than `or`: only one of them can stand between rows.
    if ((word !== "and" && word !== "or") || (join && join !== word)) return null;
    join = word;
    at += 1;
    if (at === tokens.length) return null;
  }
  return { join: join ?? "and", rows };
}

type Token = { kind: "word" | "quoted" | "number" | "date" | "sign"; text: string };

function tokensOf(text: string): Token[] | null {
  const form =
    /\s*(?:"((?:[^"\\]|\\.)*)"|(\d{4}-\d{2}-\d{2})|(-?\d+(?:\.\d+)?)|([A-Za-z_][\w.]*)|(!=|<=|>=|=|<|>|\(|\)|,|\+|-))/y;
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  while (form.lastIndex < end) {
    const found = form.exec(text);
    if (!found) return null;
    const [, quoted, date, number, word, sign] = found;
    if (quoted !== undefined) tokens.push({ kind: "quoted", text: quoted.replace(/\\(["\\])/g, "$1") });
    else if (date) tokens.push({ kind: "date", text: date });
    else if (number) tokens.push({ kind: "number", text: number });
    else if (word) tokens.push({ kind: "word", text: word });
    else tokens.push({ kind: "sign", text: sign ?? "" });
  }
  return tokens;
}

const wordAt = (tokens: readonly Token[], at: number): string | null => {
  const token = tokens[at];
  return token?.kind === "word" ? token.text.toLowerCase() : null;
};

function rowAt(tokens: readonly Token[], at: number): { row: Row; next: number } | null {
  const name = wordAt(tokens, at);
  if (!name || ["not", "and", "or", "got", "replied", "clicked"].includes(name)) return null;
  const sign = tokens[at + 1];
  const [one, two] = [wordAt(tokens, at + 1), wordAt(tokens, at + 2)];
  const both = `${one} ${two}` as Op;
  if (wantsNothing(both)) return { row: { name, op: both, value: "" }, next: at + 3 };
  if (wantsDays(both)) {
    const days = tokens[at + 3];
    if (days?.kind !== "number") return null;
    const unit = wordAt(tokens, at + 4);
    const next = unit === "days" || unit === "day" ? at + 5 : at + 4;
    return { row: { name, op: both, value: days.text }, next };
  }
  if (one === "in") return listAt(tokens, at + 2, name);
  const isSign = sign?.kind === "sign" && /^(=|!=|<|<=|>|>=)$/.test(sign.text);
  const op = isSign ? (sign.text as Op) : both === "starts with" ? both : one === "contains" ? one : null;
  if (!op) return null;
  const from = op === "starts with" ? at + 3 : at + 2;
  const value = valueAt(tokens, from);
  return value === null ? null : { row: { name, op, value }, next: from + 1 };
}

function valueAt(tokens: readonly Token[], at: number): string | null {
  const token = tokens[at];
  if (!token || token.kind === "sign") return null;
  if (token.kind === "word" && !/^(yes|no|today)$/i.test(token.text)) return null;
  // Days before or after it are more than a row.
  if (/^today$/i.test(token.text) && /^[+-]/.test(tokens[at + 1]?.text ?? "")) return null;
  return token.kind === "word" ? token.text.toLowerCase() : token.text;
}

function listAt(tokens: readonly Token[], open: number, name: string): { row: Row; next: number } | null {
  if (tokens[open]?.text !== "(") return null;
  const values: string[] = [];
  for (let at = open + 1; ; at += 2) {
    const value = valueAt(tokens, at);
    // A comma within a value would look like two.
    if (value === null || value.includes(",")) return null;
    values.push(value);
    const sign = tokens[at + 1]?.text;
    if (sign === ")") return { row: { name, op: "in", value: values.join(", ") }, next: at + 2 };
    if (sign !== ",") return null;
  }
}

/** Rows as the text that is kept. `holds`: what each name holds. */
export function textOf({ join, rows }: Rows, holds: (name: string) => Holds): string {
  return rows.map((row) => rowText(row, holds(row.name))).join(` ${join} `);
}

function rowText({ name, op, value }: Row, holds: Holds): string {
  if (wantsNothing(op)) return `${name} ${op}`;
  if (wantsDays(op)) return `${name} ${op} ${value.trim() || "0"} days`;
  if (op === "in") {
    const values = value.split(",").map((one) => one.trim());
    return `${name} in (${values.map((one) => written(one, holds)).join(", ")})`;
  }
  return `${name} ${op} ${written(value, holds)}`;
}

function written(value: string, holds: Holds): string {
  const said = value.trim();
  if (holds === "number" && /^-?\d+(\.\d+)?$/.test(said)) return said;
  if (holds === "date" && /^(\d{4}-\d{2}-\d{2}|today)$/.test(said)) return said;
  if (holds === "yes_no" && /^(yes|no)$/i.test(said)) return said.toLowerCase();
  return `"${value.replace(/\\/g, "\\\\").replace(/"/g, '\\"')}"`;
}

/** A condition for people: `Rating is at least 4 and City is Oslo`; what is more than rows, as it is written. */
export function whenWords(
  when: When,
  label: (name: string) => string,
  holds: (name: string) => Holds,
): string {
  const found = rowsOf(when);
  if (!found) return typeof when === "string" ? when : "a condition of several parts";
  if (found.rows.length === 0) return "…";
  const { join } = found;
  return found.rows
    .map(({ name, op, value }) => {
      const words = OPS[holds(name)].find((one) => one.op === op)?.words ?? op;
      const days = wantsDays(op) ? ` ${value === "1" ? "day" : "days"}` : "";
      return [label(name), words, wantsNothing(op) ? "" : (value || "…") + days].filter(Boolean).join(" ");
    })
    .join(` ${join} `);
}
