/** Fields of contacts: as a form has them. Pure. */
import type { ContactFieldPatch, NewContactField } from "$lib/api/types";

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

export const newField = (): FieldForm => ({ key: "", label: "", type: "text", choices: "", isKept: false });

export const formOf = ({ key, label, kind }: NewContactField): FieldForm => ({
  key,
  label,
  type: kind.type,
  choices: (kind.choices ?? []).join("\n"),
  isKept: true,
});

export const fieldOf = ({ key, label, type, choices, isKept }: FieldForm): NewContactField => ({
  key: isKept ? key : key.trim() || keyOf(label),
  label: label.trim(),
  kind: type === "choice" ? { type, choices: linesOf(choices) } : { type },
});

const linesOf = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

/** Lines that were written over in their place: whoever had one has the other. */
export function renamed(before: readonly string[], after: readonly string[]): Record<string, string> {
  if (before.length !== after.length) return {};
  const pairs = before.map((from, at) => [from, after[at] ?? from] as const);
  return Object.fromEntries(pairs.filter(([from, to]) => !after.includes(from) && !before.includes(to)));
}

/** One call on the way from the fields that there are to those that are wanted. */
export type Step =
  { does: "create"; field: NewContactField } | { does: "change"; key: string; patch: ContactFieldPatch };

/** What has to be done, in this order; a field that is left out is archived. */
export function steps(kept: readonly NewContactField[], forms: readonly FieldForm[]): Step[] {
  const wanted = forms.map((form) => ({ form, field: fieldOf(form) }));
  const change = (key: string, patch: ContactFieldPatch): Step => ({ does: "change", key, patch });
  const gone = kept.filter(({ key }) => !wanted.some(({ form, field }) => form.isKept && field.key === key));
  const all = gone.map(({ key }) => change(key, { archived: true }));
  for (const { form, field } of wanted) {
    const before = form.isKept ? kept.find(({ key }) => key === field.key) : undefined;
    const patch = before && patchOf(before, field);
    if (!before) all.push({ does: "create", field });
    else if (patch) all.push(change(field.key, patch));
  }
  const order = kept.filter((one) => !gone.includes(one)).map(({ key }) => key);
  order.push(...wanted.filter(({ form }) => !form.isKept).map(({ field }) => field.key));
  wanted.forEach(({ field: { key } }, position) => {
    if (order[position] === key) return;
    order.splice(order.indexOf(key), 1);
    order.splice(position, 0, key);
    all.push(change(key, { position }));
  });
  return all;
}

function patchOf(before: NewContactField, after: NewContactField): ContactFieldPatch | null {
  const isSame = JSON.stringify(formOf(before)) === JSON.stringify(formOf(after));
  if (isSame) return null;
  const renamed_choices = renamed(before.kind.choices ?? [], after.kind.choices ?? []);
  return {
    ...(before.label !== after.label && { label: after.label }),
    ...(JSON.stringify(before.kind) !== JSON.stringify(after.kind) && { kind: after.kind }),
    ...(Object.keys(renamed_choices).length > 0 && { renamed_choices }),
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
