/** Fields of contacts: as a form has them. Pure. */
import type { ContactField } from "$lib/api/types";

export const TYPES = ["text", "number", "date", "yes_no", "choice"] as const;
export type FieldType = (typeof TYPES)[number];

export const TYPE: Record<FieldType, string> = {
  text: "Words",
  number: "A number",
  date: "A day",
  yes_no: "Yes or no",
  choice: "One of a few",
};

export interface FieldForm {
  key: string;
  label: string;
  type: FieldType;
  /** One on each line. */
  choices: string;
  /** What is kept under a key would be lost to sight if the key changed. */
  isKept: boolean;
}

const isType = (type: unknown): type is FieldType => TYPES.includes(type as FieldType);

export function formOf({ key, label, kind }: ContactField): FieldForm {
  const { type, choices } = (kind ?? {}) as { type?: unknown; choices?: unknown };
  return {
    key,
    label,
    type: isType(type) ? type : "text",
    choices: Array.isArray(choices) ? choices.join("\n") : "",
    isKept: true,
  };
}

export function fieldOf({ key, label, type, choices, isKept }: FieldForm): ContactField {
  const lines = choices
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  return {
    key: isKept ? key : key.trim() || keyOf(label),
    label: label.trim(),
    kind: type === "choice" ? { type, choices: lines } : { type },
  };
}

/** `pick_up_day` for "Pick-up day": what templates call it. */
export const keyOf = (label: string): string =>
  label
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[_0-9]+|_+$/g, "")
    .slice(0, 40);
