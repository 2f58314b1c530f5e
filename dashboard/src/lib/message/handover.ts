/** The note with which an assistant gives a conversation to people, as the server words it. Pure. */

export interface HandOver {
  reason: string;
  /** What the contact wants; empty: it did not say. */
  summary: string;
  tried: string[];
}

const OPENING = "Handed to people: ";
const SUMMARY = "What they want: ";
const TRIED = "Tried: ";

/** `null`: it is another note. */
export function handOverOf(body: string): HandOver | null {
  if (!body.startsWith(OPENING)) return null;
  const lines = body.slice(OPENING.length).split("\n");
  const after = (opening: string) =>
    lines
      .find((line) => line.startsWith(opening))
      ?.slice(opening.length)
      .trim() ?? "";
  const isOwn = (line: string) => !line.startsWith(SUMMARY) && !line.startsWith(TRIED);
  return {
    reason: asSentence(lines.filter(isOwn).join("\n").trim()),
    summary: after(SUMMARY),
    tried: after(TRIED)
      .split("; ")
      .filter((one) => one !== ""),
  };
}

function asSentence(words: string): string {
  if (words === "") return words;
  const [first = "", ...rest] = words;
  return first.toLocaleUpperCase() + rest.join("") + (/[.!?…]$/.test(words) ? "" : ".");
}
