/**
 * A workflow as it is written: the shape of `crates/domain/src/workflow/schema.json`, as far as a program needs to know it.
 *
 * What stands in a draft may have faults; the server says which. Here only what cannot be edited at all is refused.
 */
import type { Day, WeekHours } from "$lib/api/types";

/** A condition: as a text (`score >= 9`), or as the tree of contacts' conditions. */
export type When = string | Record<string, unknown>;
/** A length of time: `15m`, `2h 30m`, `3d`. */
export type Span = string;
/** What happens if a step comes to nothing. */
export type Trouble = "skip" | "exit" | "stop";
export type Purpose = "marketing" | "service" | "reply";
export type IfPast = "now" | "skip" | "exit";
export type IfLate = "send" | "skip" | "shift";

export type At =
  | { moment: string }
  | { local: { time: string; days?: Day[] } }
  | { date: { field: string; days?: number; time: string } }
  | { hours: WeekHours[] };

export interface Send {
  text: string;
  purpose: Purpose;
  from?: string | null;
  media?: string[];
  within?: Span;
  on_block?: Trouble;
  on_failure?: Trouble;
}
export interface ScheduleSend {
  at: At;
  send: Send;
  if_past?: IfPast;
  if_late?: IfLate;
}
export interface Delay {
  for?: Span;
  until?: At;
  hours?: WeekHours[];
  jitter?: Span;
  if_past?: IfPast;
  if_late?: IfLate;
}
export interface Case {
  when: When;
  steps?: Step[];
}
export interface Branch {
  cases: Case[];
  otherwise?: Step[];
}
export type SaveFrom = "reply" | { text: string } | { sum: string[] };
export type OnInvalid = "keep" | "clear" | { ask_again: { step: string; times?: number } };
export interface Save {
  to: string;
  from?: SaveFrom;
  on_invalid?: OnInvalid;
}
type Nothing = Record<string, never>;
export type Heard =
  | "any"
  | "yes"
  | "no"
  | "date"
  | "number"
  | { any: Nothing }
  | { yes: Nothing }
  | { no: Nothing }
  | { date: Nothing }
  | { keywords: string[] }
  | { number: { min?: number; max?: number } }
  | { choice: string[] }
  | { intent: string };
export interface ReplyCase {
  when: Heard;
  steps?: Step[];
}
export interface WaitForReply {
  timeout: Span;
  cases?: ReplyCase[];
  no_match?: { reprompt?: string; times?: number; steps?: Step[] };
  on_timeout?: Step[];
  merge?: Span;
  floor?: "queue" | "preempt";
}
export type Task =
  | { draft: { instruction: string; into: string } }
  | { classify: { question: string; into: string } }
  | { extract: { instruction: string; into: string[] } }
  | "hand_over"
  | { hand_over: { guide?: string } };
export interface Assistant {
  assistant?: string;
  task: Task;
  on_error?: Trouble;
}
export interface Http {
  url: string;
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  headers?: Record<string, string>;
  secrets?: Record<string, string>;
  body?: unknown;
  timeout?: Span;
  save?: Record<string, string>;
  on_error?: Trouble;
}
export interface UpdateContact {
  add_tags?: string[];
  remove_tags?: string[];
  add_to_lists?: string[];
  remove_from_lists?: string[];
  set?: Record<string, string>;
  clear?: string[];
}
export interface Assign {
  team?: string;
  person?: string;
}
export interface Notify {
  text: string;
  team?: string;
  people?: string[];
}
export interface SplitPath {
  name: string;
  weight?: number;
  steps?: Step[];
}
export interface Split {
  paths: SplitPath[];
}
export interface Enter {
  workflow: string;
  wait?: boolean;
  pass?: Record<string, string>;
}

/** What a step does, by the name that this has in documents. */
export interface Acts {
  send: Send;
  schedule_send: ScheduleSend;
  filter: When;
  delay: Delay;
  branch: Branch;
  save: Save;
  wait_for_reply: WaitForReply;
  assistant: Assistant;
  http: Http;
  update_contact: UpdateContact;
  assign: Assign;
  note: string;
  notify: Notify;
  split: Split;
  enter: Enter;
  go_to: string;
  end: string;
}
export type Kind = keyof Acts;
export const KINDS: readonly Kind[] = [
  "send",
  "schedule_send",
  "filter",
  "delay",
  "branch",
  "save",
  "wait_for_reply",
  "assistant",
  "http",
  "update_contact",
  "assign",
  "note",
  "notify",
  "split",
  "enter",
  "go_to",
  "end",
];

/** One step: its name for good, for whom it is, and the one thing that it does. */
export type Step = { id: string; only_if?: When } & Partial<Acts>;

export type Trigger =
  | "campaign"
  | "text"
  | "new_conversation"
  | "conversation_resolved"
  | "link_clicked"
  | "delivery_failed"
  | "api"
  | "by_hand"
  | { keyword: { words: string[]; numbers?: string[] } }
  | { text: { numbers?: string[] } }
  | { new_conversation: { numbers?: string[] } }
  | { tag_added: string }
  | { tag_removed: string }
  | { field_changed: string }
  | { segment_entered: string }
  | { date: { field: string; days?: number; time: string; yearly?: boolean } }
  | { no_reply: Span }
  | { link_clicked: { campaign?: string } };

export type Again = "never" | "always" | { after_days: number } | { by_key: string };
export interface Entry {
  again?: Again;
  only_if?: When;
  inside_max?: number;
}
export interface Exits {
  on_reply?: boolean;
  goal?: When;
}
export type VariableKind = "text" | "number" | "date" | "yes_no" | "choice";
export interface Variable {
  key: string;
  label?: string;
  type: VariableKind;
  choices?: string[];
}

export interface Document {
  name: string;
  description?: string;
  triggers?: Trigger[];
  entry?: Entry;
  exits?: Exits;
  variables?: Variable[];
  /** Conversations that must go as they are written; they are kept as they are. */
  goldens?: unknown[];
  steps: Step[];
}

/** What a step does; of one that says nothing or several things, the first that is known, or nothing. */
export const kindOf = (step: Step): Kind | null => KINDS.find((kind) => step[kind] !== undefined) ?? null;

/** Steps follow one another here: at the top, or in one way of a step. */
export interface Way {
  /** Where it stands within its step, as a JSON pointer: `/branch/cases/0/steps`. */
  at: string;
  what: "case" | "otherwise" | "no_match" | "timeout" | "path";
  /** Of cases and paths, which. */
  nth: number;
  steps: readonly Step[];
}

/** The ways out of a step, in the order in which they are drawn; whoever walks one to its end goes on behind the step. */
export function waysOf(step: Step): Way[] {
  if (step.branch) {
    const { cases = [], otherwise = [] } = step.branch;
    return [
      ...cases.map(({ steps = [] }, nth) => caseOf("branch", steps, nth)),
      { at: "/branch/otherwise", what: "otherwise", nth: 0, steps: otherwise },
    ];
  }
  if (step.wait_for_reply) {
    const { cases = [], no_match, on_timeout = [] } = step.wait_for_reply;
    const none: Way[] = cases.length
      ? [{ at: "/wait_for_reply/no_match/steps", what: "no_match", nth: 0, steps: no_match?.steps ?? [] }]
      : [];
    return [
      ...cases.map(({ steps = [] }, nth) => caseOf("wait_for_reply", steps, nth)),
      ...none,
      { at: "/wait_for_reply/on_timeout", what: "timeout", nth: 0, steps: on_timeout },
    ];
  }
  return (step.split?.paths ?? []).map(({ steps = [] }, nth) => ({
    at: `/split/paths/${nth}/steps`,
    what: "path",
    nth,
    steps,
  }));
}

const caseOf = (kind: Kind, steps: readonly Step[], nth: number): Way => ({
  at: `/${kind}/cases/${nth}/steps`,
  what: "case",
  nth,
  steps,
});

/** Whether anything can be edited of what came from a text: an object with steps that have names. */
export function isDocument(value: unknown): value is Document {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const { name, steps } = value as Partial<Document>;
  return typeof name === "string" && areSteps(steps);
}

export function areSteps(value: unknown): value is Step[] {
  if (!Array.isArray(value)) return false;
  return value.every((one: unknown) => {
    if (typeof one !== "object" || one === null || typeof (one as Step).id !== "string") return false;
    const kind = kindOf(one as Step);
    return kind !== null && hasForm(kind, one as Step);
  });
}

/** What an editor leans on, whatever else is wrong. */
function hasForm(kind: Kind, step: Step): boolean {
  const act: unknown = step[kind];
  const isText = typeof act === "string";
  if (kind === "note" || kind === "go_to" || kind === "end") return isText;
  if (kind === "filter") return isText || isObject(act);
  if (!isObject(act)) return false;
  const lists = [act["cases"], act["paths"], act["otherwise"], act["on_timeout"]];
  if (!lists.every((list) => list === undefined || Array.isArray(list))) return false;
  if (kind === "branch" && !Array.isArray(act["cases"])) return false;
  if (kind === "split" && !Array.isArray(act["paths"])) return false;
  if (kind === "schedule_send" && !(isObject(act["send"]) && isObject(act["at"]))) return false;
  if (kind === "assistant" && act["task"] === undefined) return false;
  if (![act["cases"], act["paths"]].flat().every((one) => one === undefined || isObject(one))) return false;
  return waysOf(step).every(({ steps }) => areSteps(steps));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
