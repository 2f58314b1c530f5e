/** The way of a file into the contacts, step by step. Pure. */
import type { ImportState } from "$lib/api/types";

export const STEPS = [
  { id: "file", label: "File" },
  { id: "columns", label: "Columns" },
  { id: "check", label: "Check" },
  { id: "import", label: "Import" },
] as const;
export type Step = (typeof STEPS)[number]["id"];

/** Where an import stands by itself. */
export function stepOf(state: ImportState): Exclude<Step, "file"> {
  if (state === "draft") return "columns";
  return state === "checking" || state === "checked" ? "check" : "import";
}

/** Where one can go back to: what columns are can be said until it is started. */
export const mayReturn = (to: Step, state: ImportState): boolean => to === "columns" && state === "checked";
