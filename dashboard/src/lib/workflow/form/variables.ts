/** What variables can hold, as people choose it. */
import type { VariableKind } from "../document";

export const VARIABLE_KINDS: readonly { value: VariableKind; label: string }[] = [
  { value: "text", label: "Text" },
  { value: "number", label: "Number" },
  { value: "date", label: "Date" },
  { value: "yes_no", label: "Yes or no" },
  { value: "choice", label: "Choice" },
];
