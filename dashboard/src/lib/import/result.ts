/** How an import that was started came out, in plain words. Pure. */
import type { ContactImport, ImportTally } from "$lib/api/types";
import { counted, touched } from "./words";

/** The server keeps a file, its rejected rows, and what it takes to undo it, for so long. */
const KEPT_MS = 30 * 24 * 3_600_000;

export interface Result {
  title: string;
  lead: string;
  mayUndo: boolean;
  /** Whether the file and its rejected rows are still there. */
  isKept: boolean;
  /** Until when, in milliseconds. */
  until: number;
}

export function resultOf(job: ContactImport, now: number): Result {
  const until = Date.parse(job.created_at) + KEPT_MS;
  const isKept = now < until;
  const isOver = job.state === "done" || job.state === "failed" || job.state === "cancelled";
  return { ...wordsOf(job), until, isKept, mayUndo: isOver && isKept && touched(job.tally) > 0 };
}

function wordsOf({ state, tally }: ContactImport): Pick<Result, "title" | "lead"> {
  const did = didWords(tally);
  const soFar = did ? `What was read before counts: ${did}.` : "Nobody was added or changed before.";
  switch (state) {
    case "running":
      return { title: "It is being imported", lead: "Whoever is through is among your contacts at once." };
    case "done":
      return {
        title: did || "Nobody was added or changed",
        lead: did ? "All of the file was read." : "All of the file was read, and it says nothing new.",
      };
    case "failed":
      return { title: "It broke off", lead: soFar };
    case "cancelled":
      return { title: "It was ended", lead: soFar };
    case "undoing":
      return { title: "It is being taken back", lead: "Whom somebody has built on stays." };
    default:
      return { title: "It was taken back", lead: "As far as nobody has built on it." };
  }
}

/** `12 people added, 3 changed`; empty: neither. */
function didWords({ creates, updates }: ImportTally): string {
  const people = (count: number) => counted(count, "person", "people");
  const added = creates ? `${people(creates)} added` : "";
  const changed = updates ? `${creates ? updates.toLocaleString("en") : people(updates)} changed` : "";
  return [added, changed].filter(Boolean).join(", ");
}
