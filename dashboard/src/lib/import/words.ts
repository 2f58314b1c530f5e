/** Plain words for imports: where they stand, what columns are, what is wrong with rows. Pure. */
import { apart } from "$lib/ui/apart";
import type { ContactImport, ImportMode, ImportState, ImportTally } from "$lib/api/types";
import { plural } from "$lib/ui/format";

export const STATE: Record<
  ImportState,
  { label: string; tone: "plain" | "accent" | "note" | "good" | "bad"; means: string }
> = {
  draft: { label: "Draft", tone: "plain", means: "The file is here, and nobody is added." },
  checking: { label: "Being checked", tone: "accent", means: "It is read, and nothing is changed." },
  checked: { label: "Checked", tone: "note", means: "It waits for somebody to start it." },
  running: { label: "Running", tone: "accent", means: "Contacts are added and changed." },
  done: { label: "Done", tone: "good", means: "All of it was read." },
  failed: { label: "Broke off", tone: "bad", means: "It could not be read to its end." },
  cancelled: { label: "Ended", tone: "plain", means: "Somebody ended it before its end." },
  undoing: { label: "Being taken back", tone: "accent", means: "What it did is taken back." },
  undone: { label: "Taken back", tone: "plain", means: "What it did was taken back." },
};

export const isAtWork = (state: ImportState): boolean =>
  state === "checking" || state === "running" || state === "undoing";

/** What a column can be besides one of the workspace's fields, as people look for it. */
export const MEANINGS: readonly {
  label: string;
  all: readonly (readonly [word: string, label: string])[];
}[] = [
  {
    label: "Who it is",
    all: [
      ["phone", "Phone number"],
      ["other_phone", "Another phone number"],
      ["name", "Whole name"],
      ["first_name", "First name"],
      ["last_name", "Last name"],
      ["company", "Company"],
      ["email", "E-mail"],
      ["other_email", "Another e-mail"],
    ],
  },
  {
    label: "Whether they agreed to texts",
    all: [
      ["opted_in", "Agreed: yes or no"],
      ["opted_out", "Wants no texts: yes or no"],
      ["consent_at", "When they agreed"],
      ["consent_source", "Where they agreed"],
    ],
  },
  {
    label: "More about them",
    all: [
      ["tags", "Tags"],
      ["language", "Language"],
      ["time_zone", "Time zone"],
      ["note", "Note"],
    ],
  },
];

export const MODES: readonly { value: ImportMode; label: string; means: string }[] = [
  {
    value: "fill",
    label: "Fill in what is missing",
    means: "What you know of them stays; what you do not know comes from the file.",
  },
  {
    value: "overwrite",
    label: "Take what the file says",
    means: "It replaces what you know. An empty cell takes nothing away.",
  },
  { value: "skip", label: "Leave them as they are", means: "Only people who are new are added." },
];

/** What is wrong with a row, by the server's codes. */
const FAULTS: Record<string, string> = {
  phone_missing: "No phone number",
  phone_too_short: "Phone number too short",
  phone_too_long: "Phone number too long",
  phone_unknown_country_code: "Unknown country code",
  phone_not_valid: "Phone number not in use",
  phone_no_country: "Phone number without country code",
  phone_not_a_number: "Not a phone number",
  phone_shortened: "Phone number shortened by a spreadsheet",
  not_an_email: "Not an e-mail address",
  unknown_time_zone: "Unknown time zone",
  unknown_language: "Unknown language",
  not_yes_or_no: "Neither yes nor no",
  not_a_date: "Not a date",
  in_the_future: "A day of consent that has not come",
  too_long: "Too long",
  too_many_tags: "Too many tags",
  field_not_fitting: "Does not fit its field",
  too_many_values: "More values than columns",
};

export const faultWords = (code: string): string => {
  const words = code.replaceAll("_", " ");
  return FAULTS[code] ?? words.charAt(0).toUpperCase() + words.slice(1);
};

/** `1,204 rows`: counts of a file are long. */
export const counted = (count: number, one: string, many?: string): string =>
  plural(count, one, many).replace(/^\d+/, count.toLocaleString("en"));

/** What an import did in one line, as `1,204 rows: 1,180 new, 12 changed, 3 not taken`. */
export function summary({ state, tally }: Pick<ContactImport, "state" | "tally">): string {
  if (tally.rows === 0) return "";
  const did: [number, string][] = [
    [tally.creates, state === "checked" || state === "checking" ? "would be new" : "new"],
    [tally.updates, "changed"],
    [tally.duplicates, tally.duplicates === 1 ? "duplicate" : "duplicates"],
    [tally.invalid, "not taken"],
  ];
  const parts = did
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count.toLocaleString("en")} ${what}`);
  return `${counted(tally.rows, "row")}${parts.length ? `: ${parts.join(", ")}` : ""}`;
}

/** Whom it puts into the contacts or changes there. */
export const touched = ({ creates, updates }: ImportTally): number => creates + updates;

/** `add 12 people and change 3`; empty: it does neither. */
export function deed({ creates, updates }: ImportTally): string {
  const adds = creates ? `add ${counted(creates, "person", "people")}` : "";
  const changes = updates
    ? `change ${creates ? updates.toLocaleString("en") : counted(updates, "person", "people")}`
    : "";
  return [adds, changes].filter(Boolean).join(" and ");
}

/** Why `.csv` was taken for what it is, as `CSV, parted by semicolons, windows-1252`. */
export function formatWords({
  format,
  delimiter,
  encoding,
  sheet,
}: Pick<ContactImport, "format" | "delimiter" | "encoding" | "sheet">): string {
  if (format === "xlsx") return sheet ? `Workbook, sheet “${apart(sheet)}”` : "Workbook";
  const parts = [
    "Text",
    delimiter && `parted by ${DELIMITER[delimiter] ?? delimiter}`,
    encoding && encoding.toLowerCase() !== "utf-8" && encoding,
  ];
  return parts.filter(Boolean).join(", ");
}

export const DELIMITER: Record<string, string> = {
  comma: "commas",
  semicolon: "semicolons",
  tab: "tabs",
  pipe: "bars",
};

/** The character sets that programs write most, besides the one that was recognised. */
export const ENCODINGS: readonly string[] = [
  "UTF-8",
  "UTF-16LE",
  "UTF-16BE",
  "windows-1252",
  "windows-1250",
  "windows-1251",
  "windows-1253",
  "windows-1254",
  "windows-1257",
  "ISO-8859-2",
  "macintosh",
  "Shift_JIS",
  "GBK",
  "Big5",
];
