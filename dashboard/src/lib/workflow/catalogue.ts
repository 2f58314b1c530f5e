/** What texts and conditions of a workflow can name: contacts, their fields, its variables, and how its way goes. Pure. */
import { apart } from "$lib/ui/apart";
import type { ContactField } from "$lib/api/types";
import type { Holds } from "./condition";
import type { Document, VariableKind } from "./document";

export interface Named {
  name: string;
  label: string;
  holds: Holds;
  /** What it can be, where that is a choice. */
  choices?: readonly string[];
  of: "contact" | "field" | "variable" | "way";
  /** Texts cannot show it. */
  isOnlyAsked?: boolean;
}

const CONTACT: readonly Named[] = [
  { name: "first_name", label: "First name", holds: "text", of: "contact" },
  { name: "last_name", label: "Last name", holds: "text", of: "contact" },
  { name: "name", label: "Name", holds: "text", of: "contact" },
  { name: "company", label: "Company", holds: "text", of: "contact" },
  { name: "phone", label: "Phone", holds: "text", of: "contact" },
  { name: "tag", label: "Tag", holds: "tag", of: "contact", isOnlyAsked: true },
  { name: "list", label: "List", holds: "list", of: "contact", isOnlyAsked: true },
  { name: "language", label: "Language", holds: "text", of: "contact", isOnlyAsked: true },
  { name: "opted_out", label: "Opted out", holds: "yes_no", of: "contact", isOnlyAsked: true },
  { name: "blocked", label: "Blocked", holds: "yes_no", of: "contact", isOnlyAsked: true },
  { name: "created_at", label: "Became known", holds: "moment", of: "contact", isOnlyAsked: true },
  { name: "last_inbound_at", label: "Last wrote to us", holds: "moment", of: "contact", isOnlyAsked: true },
  { name: "last_outbound_at", label: "Last text to them", holds: "moment", of: "contact", isOnlyAsked: true },
];
/** Texts can show these, and nothing can be asked of them. */
const ONLY_SHOWN = new Set(["first_name", "last_name"]);

const WAY: readonly Named[] = [
  { name: "reply", label: "Last reply", holds: "text", of: "way" },
  { name: "reply_case", label: "Case of the last reply", holds: "text", of: "way", isOnlyAsked: true },
  { name: "has_replied", label: "Has replied", holds: "yes_no", of: "way", isOnlyAsked: true },
  {
    name: "last_send",
    label: "Last text was",
    holds: "choice",
    choices: ["sent", "blocked", "failed"],
    of: "way",
    isOnlyAsked: true,
  },
];

const HOLDS: Record<VariableKind, Holds> = {
  text: "text",
  number: "number",
  date: "date",
  yes_no: "yes_no",
  choice: "choice",
};

/** What a workflow can name; a variable comes before a field that is called the same. */
export function catalogueOf(
  document: Pick<Document, "variables">,
  fields: readonly ContactField[],
): readonly Named[] {
  const variables = (document.variables ?? []).map(({ key, label, type, choices }): Named => ({
    name: key,
    label: label?.trim() || key,
    holds: HOLDS[type] ?? "text",
    choices,
    of: "variable",
  }));
  const own = fields
    .filter(({ archived, key }) => !archived && !variables.some(({ name }) => name === key))
    .map(({ key, label, kind }): Named => ({
      name: key,
      label,
      holds: HOLDS[kind.type],
      choices: "choices" in kind ? (kind.choices ?? undefined) : undefined,
      of: "field",
    }));
  return [...variables, ...WAY, ...own, ...CONTACT];
}

/** What a condition can ask. */
export const askable = (all: readonly Named[]): Named[] => all.filter(({ name }) => !ONLY_SHOWN.has(name));
/** What a text can show. */
export const showable = (all: readonly Named[]): Named[] => all.filter(({ isOnlyAsked }) => !isOnlyAsked);
/** What can be written to: a variable, or a field of the contact. */
export const writable = (all: readonly Named[]): Named[] =>
  all.filter(({ of }) => of === "variable" || of === "field");

const bare = (name: string): string => name.replace(/^fields\./, "");

/** As it can stand in a sentence. */
export const labelOf = (all: readonly Named[], name: string): string =>
  apart(all.find((one) => one.name === bare(name))?.label ?? name);
export const holdsOf = (all: readonly Named[], name: string): Holds =>
  all.find((one) => one.name === bare(name))?.holds ?? "text";
