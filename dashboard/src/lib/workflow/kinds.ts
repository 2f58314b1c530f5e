/** The kinds of steps as people choose them: what each is called, what it is good for, and what a new one says. Pure. */
import type { Kind, Step } from "./document";
import { usualId } from "./names";

export type Group = "Message" | "Time" | "Decide" | "Contact" | "Team" | "Beyond" | "Finish";
export const GROUPS: readonly Group[] = ["Message", "Time", "Decide", "Contact", "Team", "Beyond", "Finish"];

export interface KindWords {
  kind: Kind;
  label: string;
  hint: string;
  group: Group;
  /** Other words that people look for it by. */
  also: string;
}

export const KIND_WORDS: readonly KindWords[] = [
  { kind: "send", label: "Send message", hint: "A text goes out now", group: "Message", also: "sms text" },
  {
    kind: "schedule_send",
    label: "Schedule send",
    hint: "A text at a time, or around a date",
    group: "Message",
    also: "later time remind",
  },
  {
    kind: "wait_for_reply",
    label: "Wait for reply",
    hint: "Goes on by what they answer",
    group: "Message",
    also: "answer response question timeout keyword choice",
  },
  {
    kind: "delay",
    label: "Delay",
    hint: "So long, or until a time or date",
    group: "Time",
    also: "wait pause until hours",
  },
  {
    kind: "branch",
    label: "Condition",
    hint: "Each case has its own way",
    group: "Decide",
    also: "if else branch case conditional logic",
  },
  {
    kind: "filter",
    label: "Filter",
    hint: "Only those go on; the others leave",
    group: "Decide",
    also: "recipients only exit",
  },
  {
    kind: "split",
    label: "Split",
    hint: "Chance decides, by weights",
    group: "Decide",
    also: "a/b test random percent",
  },
  {
    kind: "save",
    label: "Save response",
    hint: "Keeps an answer, a text or a sum",
    group: "Contact",
    also: "set store remember score",
  },
  {
    kind: "update_contact",
    label: "Update contact",
    hint: "Tags, lists and fields change",
    group: "Contact",
    also: "tag list field label",
  },
  {
    kind: "assign",
    label: "Assign",
    hint: "A team or person looks after it",
    group: "Team",
    also: "owner hand over",
  },
  {
    kind: "notify",
    label: "Notify",
    hint: "A team or people are told",
    group: "Team",
    also: "alert tell inform",
  },
  { kind: "note", label: "Note", hint: "A note is left in the conversation", group: "Team", also: "comment" },
  {
    kind: "assistant",
    label: "Assistant",
    hint: "Writes, sorts, finds, takes over",
    group: "Beyond",
    also: "ai model classify extract draft hand over",
  },
  {
    kind: "http",
    label: "HTTP request",
    hint: "Asks or tells a system of yours",
    group: "Beyond",
    also: "webhook api call",
  },
  {
    kind: "enter",
    label: "Enter workflow",
    hint: "They go through another, too",
    group: "Beyond",
    also: "sub start another",
  },
  {
    kind: "go_to",
    label: "Go to",
    hint: "It goes on at another step",
    group: "Finish",
    also: "jump loop back",
  },
  {
    kind: "end",
    label: "End",
    hint: "It is over, with an outcome",
    group: "Finish",
    also: "stop exit finish",
  },
];

const BY_KIND = new Map(KIND_WORDS.map((words) => [words.kind, words]));
export const labelOfKind = (kind: Kind): string => BY_KIND.get(kind)?.label ?? kind;

/** Those that somebody may mean, those whose own name begins so first. */
export function soughtKinds(text: string): KindWords[] {
  const sought = text.trim().toLowerCase();
  if (!sought) return [...KIND_WORDS];
  const rank = ({ label, also, hint }: KindWords): number =>
    label.toLowerCase().startsWith(sought)
      ? 0
      : ` ${label} ${also}`.toLowerCase().includes(` ${sought}`)
        ? 1
        : `${label} ${also} ${hint}`.toLowerCase().includes(sought)
          ? 2
          : 3;
  return KIND_WORDS.map((words) => ({ words, at: rank(words) }))
    .filter(({ at }) => at < 3)
    .sort((a, b) => a.at - b.at)
    .map(({ words }) => words);
}

/** What most begin with. Its id is the usual one; where that is taken, whoever puts it in makes another. */
export function newStep(kind: Kind): Step {
  const id = usualId(kind);
  switch (kind) {
    case "send":
      return { id, send: { text: "", purpose: "service" } };
    case "schedule_send":
      return {
        id,
        schedule_send: { at: { local: { time: "10:00" } }, send: { text: "", purpose: "service" } },
      };
    case "filter":
      return { id, filter: "" };
    case "delay":
      return { id, delay: { for: "1d" } };
    case "branch":
      return { id, branch: { cases: [{ when: "", steps: [] }] } };
    case "save":
      return { id, save: { to: "" } };
    case "wait_for_reply":
      return { id, wait_for_reply: { timeout: "1d" } };
    case "assistant":
      return { id, assistant: { task: { hand_over: {} } } };
    case "http":
      return { id, http: { url: "https://" } };
    case "update_contact":
      return { id, update_contact: {} };
    case "assign":
      return { id, assign: {} };
    case "note":
      return { id, note: "" };
    case "notify":
      return { id, notify: { text: "" } };
    case "split":
      return {
        id,
        split: {
          paths: [
            { name: "A", steps: [] },
            { name: "B", steps: [] },
          ],
        },
      };
    case "enter":
      return { id, enter: { workflow: "" } };
    case "go_to":
      return { id, go_to: "" };
    case "end":
      return { id, end: "done" };
  }
}
