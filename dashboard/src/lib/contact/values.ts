/** What may be chosen for a contact's field. Pure. */
import type { NewContactField } from "$lib/api/types";
import { formOf } from "$lib/settings/fields";

export interface Choice {
  value: string;
  label: string;
}

/** `null`: it is written, not chosen. What is kept is offered even if it is no choice any more. */
export function optionsOf(field: NewContactField, kept: string): Choice[] | null {
  const { type, choices } = formOf(field);
  if (type !== "yes_no" && type !== "choice") return null;
  const known: Choice[] =
    type === "yes_no"
      ? [
          { value: "yes", label: "Yes" },
          { value: "no", label: "No" },
        ]
      : choices
          .split("\n")
          .filter(Boolean)
          .map((choice) => ({ value: choice, label: choice }));
  const isKnown = kept === "" || known.some(({ value }) => value === kept);
  return [
    { value: "", label: "Not known" },
    ...known,
    ...(isKnown ? [] : [{ value: kept, label: `${kept} (no choice any more)` }]),
  ];
}
