/** Imports over the fake desk: of the product's rules, those that show. */
import type * as T from "../../src/lib/api/types";
import { rowsOf } from "../../src/lib/import/csv";
import { contactsOf, parsePhone, refused, stranger } from "./contacts";
import { notFound, Refusal, type FakeDesk, type FakeImport } from "./desk";
import { now, page, type Handler } from "./handler";

const GUESSES: [RegExp, string][] = [
  [/phone|mobile/i, "phone"],
  [/^first/i, "first_name"],
  [/^(last|surname)/i, "last_name"],
  [/^name$/i, "name"],
  [/compan|organi/i, "company"],
  [/mail/i, "email"],
  [/opt.?in/i, "opted_in"],
  [/^tags$/i, "tags"],
];
const EMPTY: T.ImportTally = {
  rows: 0,
  creates: 0,
  updates: 0,
  unchanged: 0,
  skipped: 0,
  duplicates: 0,
  invalid: 0,
  opted_out: 0,
  reasons: {},
};
/** A file is read in so many steps. */
const STEPS = 6;
/** So many numbers in a row are not chance. */
const IN_A_ROW = 50;

function columnOf(name: string, at: number, rows: string[][], fields: T.ContactField[]): T.ImportColumn {
  const own = fields.find((f) => f.label.toLowerCase() === name.toLowerCase());
  const named = GUESSES.find(([words]) => words.test(name))?.[1];
  const guess = own ? `field:${own.key}` : (named ?? "ignore");
  const isNumber = rows.every((row) => !row[at] || /^[\d.]+$/.test(row[at]));
  const suggestion = {
    key: name.toLowerCase().replace(/[^a-z0-9]+/g, "_"),
    label: name,
    kind: { type: isNumber ? ("number" as const) : ("text" as const) },
  };
  return {
    name,
    guess,
    why: named ? "named" : "unknown",
    because: own ? "You have a field of this name." : named ? "By its name." : "Nothing tells what it is.",
    suggestion: guess === "ignore" ? suggestion : null,
  };
}

function take(d: FakeDesk, name: string, body: Buffer): T.ContactImport {
  const text = body.toString();
  if (text.length === 0)
    throw refused(
      "body",
      "empty",
      "The file is empty. Choose the file again; if it is empty there, too, export it anew.",
    );
  if (text.startsWith("%PDF"))
    throw refused(
      "body",
      "not_a_table",
      "The file is a PDF, not a table. Choose a file that is CSV, TSV or XLSX.",
    );
  const [head = [], ...rows] = rowsOf(`${text}\n`).filter((row) => row.some(Boolean));
  const columns = head.map((title, at) => columnOf(title, at, rows, d.contactFields));
  const job: T.ContactImport = {
    id: d.id("imp"),
    file_name: name,
    bytes: body.length,
    state: "draft",
    format: "csv",
    delimiter: "comma",
    encoding: "UTF-8",
    sheet: null,
    sheets: [],
    header_row: 1,
    columns,
    sample: rows.slice(0, 50),
    remembered: false,
    mapping: columns.map(({ guess }) => guess),
    dates: "month_first",
    decimal_comma: false,
    mode: "fill",
    tags: [],
    list_id: null,
    attestation: null,
    statement:
      "Everybody in this file agreed to get texts from us, and we can prove it. The file was not bought, rented or collected from websites.",
    problems: [],
    progress: 0,
    tally: EMPTY,
    alarm: null,
    fault: null,
    undone: { removed: 0, restored: 0, kept: 0 },
    created_by: d.me.user.id,
    created_at: now(),
    ended_at: null,
  };
  d.imports.unshift({ job, rows, rejected: [], added: [], run: 0 });
  return tell(d, held(d, job.id), {});
}

function held(d: FakeDesk, id = ""): FakeImport {
  const found = d.imports.find(({ job }) => job.id === id);
  if (!found) throw notFound();
  return found;
}

function tell(d: FakeDesk, one: FakeImport, change: Partial<T.ContactImport>): T.ContactImport {
  const { mapping, attestation } = { ...one.job, ...change };
  const problems = [];
  if (!mapping.includes("phone"))
    problems.push({
      code: "no_phone_column",
      message:
        "No column has phone numbers. Say which one it is; if there is none, export the contacts with their numbers.",
    });
  if (!mapping.includes("opted_in") && !mapping.includes("consent_at") && attestation === null)
    problems.push({
      code: "no_consent",
      message:
        "Nothing says that these people agreed to get texts. Map a column that does, or vouch for it yourself.",
    });
  one.job = { ...one.job, ...change, problems };
  d.emit("import.updated", { id: one.job.id });
  return one.job;
}

function go(d: FakeDesk, one: FakeImport, to: T.ImportState): T.ContactImport {
  const run = ++one.run;
  one.rejected = [];
  const at = Math.ceil(one.rows.length / STEPS);
  const seen = new Set<string>();
  const step = (nth: number): void => {
    if (run !== one.run) return;
    const tally = { ...one.job.tally, reasons: { ...one.job.tally.reasons } };
    one.rows
      .slice(nth * at, (nth + 1) * at)
      .forEach((row, i) => read(d, one, row, nth * at + i + 2, seen, tally));
    const progress = Math.min(1, (nth + 1) / STEPS);
    const isOver = nth + 1 === STEPS;
    const state = isOver ? (to === "checking" ? "checked" : "done") : to;
    tell(d, one, { tally, progress, state, alarm: alarmOf(one), ended_at: isOver ? now() : null });
    if (!isOver) setTimeout(() => step(nth + 1), d.importMs);
  };
  setTimeout(() => step(0), d.importMs);
  return tell(d, one, { state: to, tally: EMPTY, progress: 0, alarm: null });
}

function read(
  d: FakeDesk,
  one: FakeImport,
  row: string[],
  line: number,
  seen: Set<string>,
  tally: T.ImportTally,
): void {
  const { mapping } = one.job;
  const value = (meaning: string) => row[mapping.indexOf(meaning)]?.trim() ?? "";
  tally.rows += 1;
  let phone: string;
  try {
    phone = parsePhone(value("phone")).e164;
  } catch {
    tally.invalid += 1;
    tally.reasons["phone_too_short"] = (tally.reasons["phone_too_short"] ?? 0) + 1;
    const reason = `\`${value("phone")}\` is too short for a phone number of the USA. Write it in full, with area code.`;
    one.rejected.push([line, reason, ...row].map((cell) => `"${cell}"`).join(","));
    return;
  }
  if (/^no$/i.test(value("opted_in"))) tally.opted_out += 1;
  const isAgain = seen.has(phone);
  seen.add(phone);
  const isKnown = contactsOf(d).some((c) => c.phone === phone && !one.added.includes(c.id));
  if (isAgain) tally.duplicates += 1;
  else if (isKnown) tally[one.job.mode === "skip" ? "skipped" : "updates"] += 1;
  else {
    tally.creates += 1;
    const name = [value("first_name"), value("last_name")].filter(Boolean).join(" ") || value("name");
    if (one.job.state === "running") one.added.push(stranger(d, phone, { name: name || null }).id);
  }
}

function alarmOf({ job, rows }: FakeImport): string | null {
  const numbers = rows.map((row) => Number((row[job.mapping.indexOf("phone")] ?? "").replace(/\D/g, "")));
  const following = numbers.filter((number, i) => i > 0 && number === (numbers[i - 1] ?? 0) + 1).length;
  return following < IN_A_ROW
    ? null
    : `100 of 100 numbers follow one another, ${following + 1} of them from +${numbers[0]} on, as in lists that were bought or made up. Texts to such lists are spam, and carriers block whoever sends them. Import it only if these people are your own.`;
}

function undo(d: FakeDesk, one: FakeImport): T.ContactImport {
  const part = Math.max(1, Math.ceil(one.added.length / STEPS));
  const restored = one.job.tally.updates;
  const step = (): void => {
    const removed = one.added.splice(0, part);
    removed.forEach((id) => d.strangers.delete(id));
    const undone = { removed: one.job.undone.removed + removed.length, restored, kept: 0 };
    tell(d, one, { undone, state: one.added.length ? "undoing" : "undone" });
    if (one.added.length) setTimeout(step, d.importMs);
  };
  setTimeout(step, d.importMs);
  return tell(d, one, { state: "undoing" });
}

const listed = ({ job }: FakeImport): T.ContactImport => ({ ...job, sample: [] });

export const importRoutes: Record<string, Handler> = {
  "GET /contacts/imports": (d) => page(d.imports.map(listed)),
  "POST /contacts/imports": (d, _, body, query) => take(d, query.get("file_name") ?? "contacts", body),
  "GET /contacts/imports/template": () => "\uFEFFphone,first_name,last_name\r\n+12025550123,Ann,Example\r\n",
  "GET /contacts/imports/:": (d, [id]) => held(d, id).job,
  "PATCH /contacts/imports/:": (d, [id], body) => {
    const one = held(d, id);
    if (one.job.state !== "draft" && one.job.state !== "checked")
      throw new Refusal(409, "wrong_state", `An import that is ${one.job.state} cannot be edited.`);
    return tell(d, one, { ...(body as unknown as T.ImportPatch), state: "draft" });
  },
  "POST /contacts/imports/:/check": (d, [id]) => go(d, held(d, id), "checking"),
  "POST /contacts/imports/:/start": (d, [id]) => go(d, held(d, id), "running"),
  "POST /contacts/imports/:/cancel": (d, [id]) => {
    const one = held(d, id);
    one.run += 1;
    return tell(d, one, { state: one.job.state === "checking" ? "draft" : "cancelled" });
  },
  "POST /contacts/imports/:/undo": (d, [id]) => undo(d, held(d, id)),
  "GET /contacts/imports/:/rejected": (d, [id]) => {
    const { job, rejected } = held(d, id);
    const head = ["Line", "Reason", ...job.columns.map(({ name }) => name)].join(",");
    return `\uFEFF${[head, ...rejected].join("\r\n")}\r\n`;
  },
};
