/** Names of steps: made from their words, so that traces and documents can be read. Pure. */
import { kindOf, type Kind, type Step } from "./document";

const CHARS_MAX = 40;
/** So many words of a text name it. */
const WORDS_MAX = 4;
/** Words that tell nothing apart. */
const EMPTY_WORDS = new Set(
  "a an and are as at be by for from hi hello hey i in is it of on or our that the there this to us was we will with you your".split(
    " ",
  ),
);

/** What a step is called before it says anything. */
const USUAL: Record<Kind, string> = {
  send: "text",
  schedule_send: "text_later",
  filter: "only_those",
  delay: "wait",
  branch: "decide",
  save: "keep",
  wait_for_reply: "reply",
  assistant: "assistant",
  http: "request",
  update_contact: "update",
  assign: "assign",
  note: "note",
  notify: "tell",
  split: "split",
  enter: "enter",
  go_to: "go_to",
  end: "end",
};

export const usualId = (kind: Kind): string => USUAL[kind];

/** Whether a step still has the name that it was made with. */
export const isUsual = (step: Step): boolean => {
  const kind = kindOf(step);
  return kind !== null && step.id.replace(/_\d+$/, "") === USUAL[kind];
};

/** A name from a step's own words; without any, the usual one. */
export function idFrom(step: Step): string {
  const kind = kindOf(step);
  return (kind && named(kind, step)) || (kind ? USUAL[kind] : "step");
}

function named(kind: Kind, step: Step): string {
  switch (kind) {
    case "send":
      return slug(step.send?.text ?? "");
    case "schedule_send":
      return slug(step.schedule_send?.send.text ?? "");
    case "delay":
      return step.delay?.for ? slug(`wait ${step.delay.for}`) : "";
    case "save":
      return step.save?.to ? slug(`keep ${step.save.to}`) : "";
    case "update_contact": {
      const { add_tags: [added] = [], remove_tags: [removed] = [] } = step.update_contact ?? {};
      return added ? slug(`tag ${added}`) : removed ? slug(`untag ${removed}`) : "";
    }
    case "note":
      return step.note ? slug(`note ${step.note}`) : "";
    case "notify":
      return step.notify?.text ? slug(`tell ${step.notify.text}`) : "";
    case "end":
      return step.end ? slug(`end ${step.end}`) : "";
    case "go_to":
      return step.go_to ? slug(`to ${step.go_to}`) : "";
    default:
      return "";
  }
}

/** A few telling words as a name: `Hi {first_name|there}, how was your visit?` is `how_visit`. */
export function slug(text: string): string {
  const words = text
    .replace(/\{[^{}]*\}/g, " ")
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word && !EMPTY_WORDS.has(word))
    .slice(0, WORDS_MAX);
  const name = words.join("_").slice(0, CHARS_MAX).replace(/_+$/, "");
  return /^[a-z]/.test(name) ? name : name && `n_${name}`.slice(0, CHARS_MAX);
}

/** This name, or with a number behind it, so that nobody has it. */
export function freeId(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  const stem = wanted.replace(/_\d+$/, "");
  for (let nth = 2; ; nth++) {
    const end = `_${nth}`;
    const name = stem.slice(0, CHARS_MAX - end.length) + end;
    if (!taken.has(name)) return name;
  }
}
