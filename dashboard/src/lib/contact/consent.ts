/** The consent ledger in plain words, and a new line for it as a form has it. Pure. */
import type { Consent, Contact, NewConsent } from "$lib/api/types";

type Purpose = Consent["purpose"];

/** Names behind ids. */
export interface Names {
  memberName(id: string): string;
  numberName(id: string): string;
}

const OF: Record<Purpose, string> = { all: "texts", marketing: "marketing", service: "service texts" };

/** What a line says, as a badge does. */
export function stateOf({ state, purpose }: Pick<Consent, "state" | "purpose">): {
  label: string;
  tone: "good" | "bad" | "note";
} {
  if (state === "opted_out") return { label: `No more ${OF[purpose]}`, tone: "bad" };
  if (state === "pending") return { label: `Asked about ${OF[purpose]}`, tone: "note" };
  return { label: purpose === "all" ? "Texts again" : `Agreed to ${OF[purpose]}`, tone: "good" };
}

/** What counts now, of each purpose; `numberName`: what one of our numbers is called. */
export function standings(
  { marketing, service }: Contact["consent"],
  numberName: (id: string) => string,
): { purpose: string; words: string }[] {
  const word = (standing: string | null) =>
    standing === "opted_in" ? "Agreed" : standing === "opted_out" ? "No more" : "Nothing said";
  const words = ({ standing, numbers }: Contact["consent"]["marketing"]) =>
    [
      word(standing),
      ...numbers.map((one) => `${word(one.standing).toLowerCase()} from ${numberName(one.number_id)}`),
    ].join("; ");
  return [
    { purpose: "Marketing", words: words(marketing) },
    { purpose: "Service", words: words(service) },
  ];
}

/** Who says so, as in `They texted “STOP”`. */
export function saidBy(
  { source, keyword, by_user_id }: Pick<Consent, "source" | "keyword" | "by_user_id">,
  names: Pick<Names, "memberName">,
): string {
  const said = keyword ? ` “${keyword}”` : "";
  switch (source) {
    case "keyword":
      return `They texted${said || " a word for it"}`;
    case "free_text":
      return `They wrote${said || " so"}`;
    case "carrier":
      return "The carrier says so";
    case "member":
      return by_user_id ? `${names.memberName(by_user_id)} wrote it down` : "Somebody here wrote it down";
    case "api":
      return "A program wrote it down";
    case "import":
      return "It stood in a file";
    case "opt_in":
      return "They were asked by text";
    default:
      return `Told by ${source}`;
  }
}

export interface Detail {
  label: string;
  words: string;
}

/** What else a line says: what it is about, and what it rests on. What it does not say is left out. */
export function detailsOf(line: Consent, names: Names): Detail[] {
  const all: [string, string | null][] = [
    ["Their number", line.phone],
    ["Our number", line.number_id === null ? null : names.numberName(line.number_id)],
    ["Where and how", line.how],
    ["Words they saw", line.shown],
    ["Proof", line.proof],
    ["Under the law of", line.jurisdiction],
  ];
  return all.flatMap(([label, words]) => (words ? [{ label, words }] : []));
}

export interface ConsentForm {
  state: "opted_in" | "opted_out";
  purpose: Purpose;
  /** Empty: their first, or all of ours. */
  phone: string;
  number: string;
  /** On the browser's clock; empty: now. */
  at: string;
  how: string;
  shown: string;
  proof: string;
  jurisdiction: string;
}

export const emptyForm = (): ConsentForm => ({
  state: "opted_in",
  purpose: "marketing",
  phone: "",
  number: "",
  at: "",
  how: "",
  shown: "",
  proof: "",
  jurisdiction: "",
});

/** Of which texts somebody can speak: START alone takes back a STOP, so a yes is never to all of them. */
export const purposesOf = (state: ConsentForm["state"]): { value: Purpose; label: string }[] => [
  { value: "marketing", label: "Marketing" },
  { value: "service", label: "Service: reminders, answers, news of an order" },
  ...(state === "opted_out" ? [{ value: "all" as const, label: "All texts, as STOP does" }] : []),
];

/** The same, saying something that can be said. */
export const said = (form: ConsentForm, state: ConsentForm["state"]): ConsentForm => ({
  ...form,
  state,
  purpose: state === "opted_in" && form.purpose === "all" ? "marketing" : form.purpose,
});

/** As it is asked of the server; what is empty is not said. */
export function consentOf(form: ConsentForm): NewConsent {
  const { state, purpose, at } = form;
  const rest = {
    phone: form.phone,
    number_id: form.number,
    at: at && new Date(at).toISOString(),
    how: form.how.trim(),
    shown: form.shown.trim(),
    proof: form.proof.trim(),
    jurisdiction: form.jurisdiction.trim(),
  };
  return { state, purpose, ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value)) };
}

/** Why it cannot be written down yet: a yes must be possible to show. */
export const lacks = ({ state, how, proof }: ConsentForm): string | null =>
  state === "opted_in" && !how.trim() && !proof.trim()
    ? "Say where and how they agreed, or give the proof."
    : null;
