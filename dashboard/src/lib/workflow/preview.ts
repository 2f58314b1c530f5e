/** A text of a workflow as somebody would read it. Pure. */
import { fill, read, type Person } from "$lib/campaign/template";
import type { NewContactField } from "$lib/api/types";
import { labelOf, type Named } from "./catalogue";

/** Nobody in particular. */
const NOBODY: Person = { name: null, company: null, phone: "", fields: {} };

/** `null`: it cannot be read. What is not known of them stands in square brackets. */
export function previewOf(
  text: string,
  names: readonly Named[],
  person: Person | null,
  own: readonly NewContactField[],
): string | null {
  const found = read(text, null);
  if ("fault" in found) return null;
  return found.parts
    .map((part) => {
      const filled = fill([part], person ?? NOBODY, own);
      return "text" in filled ? filled.text : `[${labelOf(names, filled.lacks)}]`;
    })
    .join("");
}
