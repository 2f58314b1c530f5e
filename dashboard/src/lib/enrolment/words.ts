/** Plain words for ways through workflows: where somebody stands, what brought them, why somebody was not let in. Pure. */
import type { Enrolment, EnrolmentStatus, EnrolmentTurn } from "$lib/api/types";

export const STATUS: Record<
  EnrolmentStatus,
  { label: string; tone: "good" | "note" | "bad" | "plain"; means: string }
> = {
  live: { label: "On the way", tone: "good", means: "They go on as their time comes, or their answer." },
  paused: { label: "Paused", tone: "note", means: "Nothing is done with them until somebody resumes it." },
  failed: {
    label: "Stands still",
    tone: "bad",
    means: "A step could not be done. Somebody has to retry it.",
  },
  ended: { label: "Over", tone: "plain", means: "Their way is at its end." },
};

/** What brought somebody. */
const SOURCE: Record<string, string> = {
  campaign: "a campaign",
  keyword: "a keyword",
  text: "a text of theirs",
  new_conversation: "a new conversation",
  tag_added: "a tag",
  tag_removed: "a tag that they lost",
  field_changed: "a field that changed",
  segment_entered: "a segment",
  date: "a date",
  conversation_resolved: "a conversation that was closed",
  no_reply: "no reply",
  link_clicked: "a link",
  delivery_failed: "a text that was not delivered",
  api: "the API",
  by_hand: "a person",
  workflow: "another workflow",
};
export const sourceWords = (source: string): string => SOURCE[source] ?? source.replaceAll("_", " ");

const REFUSED: Record<string, string> = {
  opted_out: "They asked for no more texts",
  inside: "They are in it already",
  was_in: "They have been in it",
  too_soon: "They were in it too short a time ago",
  same_key: "They entered for the same thing before",
  no_key: "What they enter by is not known",
  does_not_fit: "The condition of the entry is not true of them",
  full: "As many are in it as may be",
  not_reached: "They have no phone, or are gone",
  no_number: "None of your numbers may text",
  closed: "It lets nobody in now",
};
export const refusedWords = (reason: string): string => REFUSED[reason] ?? reason.replaceAll("_", " ");

const STAYS: Record<string, string> = {
  step_gone: "their step is not there",
  on_its_way: "something of theirs is just being done",
  variable: "what is remembered of them does not fit",
};
/** Why somebody stays in their version. */
export const staysWords = (why: string): string => STAYS[why] ?? why.replaceAll("_", " ");

const ENDS: Record<string, string> = {
  completed: "Walked to the end",
  goal: "Reached the goal",
  replied: "Wrote, and left",
  filtered: "Filtered out",
  blocked: "Must not be texted",
  failed: "A step could not be done",
  missed: "Missed a time",
  opted_out: "Opted out",
  cancelled: "Ended by somebody",
  expired: "Took too long",
};
/** An outcome: one that the workflow names as it is named, else how it ended. */
export const outcomeWords = (outcome: string): string => ENDS[outcome] ?? outcome.replaceAll("_", " ");

const EVENT: Record<string, string> = {
  entered: "They entered",
  timer: "A time had come",
  reply: "They answered",
  wrote: "They wrote",
  done: "Something was done",
  paused: "Somebody paused it",
  resumed: "Somebody resumed it",
  cancelled: "Somebody ended it",
  retried: "Somebody had it tried again",
  opted_out: "They opted out",
  migrated: "They went to another version",
  goal_reached: "The goal was reached",
  floor_freed: "Another workflow was done",
  floor_lost: "Another workflow got their reply",
};
/** What a turn heeded. */
export const eventWords = ({ event }: EnrolmentTurn): string => EVENT[event] ?? event.replaceAll("_", " ");

/** Where somebody stands, in one sentence’s beginning; the time it goes on by itself is told beside it. */
export function standsWords({ status, waits, outcome, failure }: Enrolment): string {
  if (status === "ended") return outcome === null ? "Over" : outcomeWords(outcome);
  if (status === "failed") return failure ?? "Stands still";
  if (status === "paused") return "Paused";
  switch (waits) {
    case "reply":
      return "Waits for a reply";
    case "time":
      return "Waits for a time";
    case "floor":
      return "Waits for another workflow";
    case null:
      return "Goes on";
    default:
      return "Something is being done";
  }
}

/** What can be asked of a way that stands so. */
export function ordersOf({ status }: Enrolment): ("pause" | "resume" | "retry" | "cancel")[] {
  switch (status) {
    case "live":
      return ["pause", "cancel"];
    case "paused":
      return ["resume", "cancel"];
    case "failed":
      return ["retry", "cancel"];
    case "ended":
      return [];
  }
}

/** So long, in the two largest of its units: `2 d 3 h`, `40 min`, `12 s`. */
export function lasting(seconds: number): string {
  const units: [number, string][] = [
    [86_400, "d"],
    [3_600, "h"],
    [60, "min"],
    [1, "s"],
  ];
  const at = units.findIndex(([length]) => seconds >= length);
  if (at < 0) return "0 s";
  let rest = Math.round(seconds);
  return units
    .slice(at, at + 2)
    .map(([length, unit]) => {
      const count = Math.floor(rest / length);
      rest -= count * length;
      return count > 0 ? `${count} ${unit}` : "";
    })
    .filter(Boolean)
    .join(" ");
}
