/** What differs between two versions, in words that people know from the form. Pure. */
import type { Difference, WeekHours } from "$lib/api/types";
import { hoursWords } from "$lib/hours/hours";
import { money, plural } from "$lib/ui/format";
import { HAND_BACK, MODE, PROVIDER } from "./words";

const LABEL: Record<string, string> = {
  name: "Name",
  tone: "Tone",
  "language.rule": "Language",
  "language.language": "Language",
  language: "Language",
  greeting: "Greeting",
  identity: "Identity",
  instructions: "Instructions",
  mode: "Mode",
  hold_seconds: "Hold before sending",
  quiet_window_ms: "Waits for more texts",
  segments_max: "Longest reply",
  floor: "Floor of what counts as found",
  hours: "Hours",
  links: "Links",
  tools: "Tools",
  "limits.replies_in_a_row": "Replies in a row",
  "limits.replies_per_hour": "Replies an hour",
  "limits.replies_per_day": "Replies a day",
  "limits.tenant_replies_per_day": "Replies a day, all assistants",
  "limits.tokens_per_day": "Tokens a day",
  "limits.cost_micros_per_day": "Cost a day",
  "hand_over.team": "Hand-over: which team gets it",
  "hand_over.assignee": "Hand-over: who gets it",
  "hand_over.while_open": "Hand-over: said in office hours",
  "hand_over.while_closed": "Hand-over: said outside them",
  "hand_over.escalate_after_minutes": "Hand-over: escalates after",
  "hand_over.escalate_to": "Hand-over: escalates to",
  "hand_over.escalate_to_team": "Hand-over: escalates to the team",
  "hand_over.back": "Hand-over: goes back",
  fallback: "Second provider",
  kind: "kind",
  base_url: "address",
  model: "model",
  api_key_hint: "key",
  timeout_seconds: "time limit",
  max_tokens: "longest answer",
  temperature: "temperature",
  price: "price",
  "price.input_micros": "price of what is asked",
  "price.output_micros": "price of what is answered",
  "price.currency": "currency",
};

/** `Model: temperature` for `provider.temperature`; a field that is not known keeps its own name. */
export function fieldWords(field: string): string {
  const known = LABEL[field];
  if (known) return known;
  const [of = "", ...rest] = field.split(".");
  const part = LABEL[rest.join(".")] ?? rest.join(" ").replaceAll("_", " ");
  if (of === "provider") return `Model: ${part}`;
  if (of === "fallback") return `Second provider: ${part}`;
  return field.replaceAll("_", " ").replaceAll(".", ": ");
}

/** Names for ids, which mean nothing to people. */
export interface Names {
  member: (id: string) => string;
  team: (id: string) => string;
}

/** A value as it is read; empty for one that is not set. */
export function valueWords(field: string, value: unknown, names: Names): string {
  if (value === null || value === undefined || value === "") return "";
  const of = field.split(".").at(-1) ?? field;
  if (typeof value === "string") {
    if (field === "mode") return MODE[value as keyof typeof MODE]?.label ?? value;
    if (of === "kind") return PROVIDER[value as keyof typeof PROVIDER]?.label ?? value;
    if (of === "back") return HAND_BACK[value as keyof typeof HAND_BACK] ?? value;
    if (of === "assignee" || of === "escalate_to") return names.member(value);
    if (field.startsWith("hand_over.") && (of === "team" || of === "escalate_to_team"))
      return names.team(value);
    if (of === "rule") return value === "theirs" ? "The one the contact writes" : "Always the same";
    return value;
  }
  if (typeof value === "number") return numberWords(of, value);
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (of === "hours" && Array.isArray(value)) return hoursWords(value as WeekHours[]);
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value.join("\n");
  return JSON.stringify(value, null, 1);
}

function numberWords(of: string, value: number): string {
  switch (of) {
    case "quiet_window_ms":
      return `${value / 1_000} s`;
    case "hold_seconds":
    case "timeout_seconds":
      return `${value} s`;
    case "segments_max":
      return plural(value, "segment");
    case "escalate_after_minutes":
      return value === 0 ? "Never" : plural(value, "minute");
    case "cost_micros_per_day":
    case "input_micros":
    case "output_micros":
      return money(value, "USD").replace("$", "");
    default:
      return value.toLocaleString();
  }
}

export interface Change {
  field: string;
  label: string;
  before: string;
  after: string;
}

/** One line for each setting that differs, those that read the same left out. */
export const changesOf = (differences: readonly Difference[], names: Names): Change[] =>
  differences
    .map(({ field, before, after }) => ({
      field,
      label: fieldWords(field),
      before: valueWords(field, before, names),
      after: valueWords(field, after, names),
    }))
    .filter(({ before, after }) => before !== after);
