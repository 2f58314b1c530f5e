/** What speaks against a text: in its order, and where that stands. Pure. */
import type { TextFinding } from "$lib/api/types";

/** What is refused comes first. */
export const ordered = (findings: readonly TextFinding[]): TextFinding[] => [
  ...findings.filter(isRefused),
  ...findings.filter((finding) => !isRefused(finding)),
];

export const isRefused = ({ severity }: TextFinding): boolean => severity === "refuse";

/** Its place in UTF-16 units, as a text box counts; the server counts characters. `null`: the text as a whole. */
export function placeOf({ span }: TextFinding, text: string): { start: number; end: number } | null {
  if (!span) return null;
  const chars = [...text];
  const units = (upto: number) => chars.slice(0, upto).join("").length;
  return { start: units(span.from), end: units(span.to) };
}
