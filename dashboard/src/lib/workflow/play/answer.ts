/** What can be answered to a step that asks a system or a model: by one press, or by filling something in. Pure. */
import type { WorkflowAnswer } from "$lib/api/types";
import type { Heard, Http, Step, Variable } from "../document";

/** What one press answers. */
export interface Ready {
  label: string;
  answer: WorkflowAnswer;
}

/** What can be filled in. */
export interface Blank {
  key: string;
  variable: Variable;
}

export interface Answerable {
  /** Who is asked what. */
  title: string;
  says: string;
  ready: readonly Ready[];
  blanks: readonly Blank[];
  /** What its button says, where something can be filled in. */
  does: string;
  answerOf: (filled: Readonly<Record<string, string>>) => WorkflowAnswer;
}

const NOT_AT_ALL: Ready = { label: "Does not answer", answer: { failed: "nothing came back" } };

/** `null`: the step asks nobody. */
export function answerable(step: Step, variables: readonly Variable[]): Answerable | null {
  const of = (key: string): Variable =>
    variables.find((variable) => variable.key === key) ?? { key, type: "text" };
  if (step.http) return ofSystem(step.http, of);
  if (step.wait_for_reply) {
    const meanings = (step.wait_for_reply.cases ?? []).map(({ when }) => meaningOf(when)).filter(isSaid);
    return choosing("What does their reply mean?", meanings, "None of these");
  }
  const task = step.assistant?.task;
  if (!task || typeof task === "string" || "hand_over" in task) return null;
  if ("classify" in task) {
    const { question, into } = task.classify;
    return choosing(question, of(into).choices ?? [], "None of them");
  }
  if ("extract" in task) {
    const { instruction, into } = task.extract;
    return {
      ...ASKED,
      says: instruction,
      ready: [{ label: "Finds nothing", answer: { found: {} } }, NOT_AT_ALL],
      blanks: into.map((key) => ({ key, variable: of(key) })),
      does: "It finds this",
      answerOf: (filled) => ({ found: saidOf(filled) }),
    };
  }
  const { instruction, into } = task.draft;
  return {
    ...ASKED,
    says: instruction,
    ready: [NOT_AT_ALL],
    blanks: [{ key: into, variable: of(into) }],
    does: "It writes this",
    answerOf: (filled) => ({ wrote: filled[into] ?? "" }),
  };
}

const ASKED = { title: "A model is asked" };

const choosing = (says: string, choices: readonly string[], none: string): Answerable => ({
  ...ASKED,
  says,
  ready: [
    ...choices.map((label, nth): Ready => ({ label, answer: { chose: nth } })),
    { label: none, answer: { chose: null } },
    NOT_AT_ALL,
  ],
  blanks: [],
  does: "",
  answerOf: () => ({ chose: null }),
});

function ofSystem({ url, method = "POST", save = {} }: Http, of: (key: string) => Variable): Answerable {
  const blanks = Object.keys(save).map((key) => ({ key, variable: of(key) }));
  return {
    title: "Your system is asked",
    says: `${method} ${url}`,
    ready: [
      {
        label: blanks.length ? "Answers with nothing" : "Answers",
        answer: { answered: { status: 200, body: null } },
      },
      { label: "Answers with an error", answer: { answered: { status: 500, body: null } } },
      NOT_AT_ALL,
    ],
    blanks,
    does: "It answers this",
    answerOf: (filled) => {
      const values = Object.entries(saidOf(filled)).map(([key, typed]): [string, unknown] => [
        save[key] ?? "",
        valueOf(of(key), typed),
      ]);
      return { answered: { status: 200, body: bodyOf(values) } };
    },
  };
}

/** What stands in the blanks at first, so that one press goes on: what most would say. */
export const usualOf = ({ variable: { type, choices = [], label, key } }: Blank, day: string): string => {
  switch (type) {
    case "number":
      return "1";
    case "date":
      return day;
    case "yes_no":
      return "yes";
    case "choice":
      return choices[0] ?? "";
    case "text":
      return label?.trim() || key;
  }
};

const meaningOf = (when: Heard): string | null =>
  typeof when === "object" && "intent" in when ? when.intent : null;
const isSaid = (text: string | null): text is string => text !== null;

const saidOf = (filled: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(filled).filter(([, typed]) => typed.trim() !== ""));

/** As a system would say it: a number is no text in JSON. */
function valueOf({ type }: Variable, typed: string): unknown {
  if (type === "number" && typed.trim() !== "" && !Number.isNaN(Number(typed))) return Number(typed);
  return type === "yes_no" && /^(yes|no)$/.test(typed) ? typed === "yes" : typed;
}

/** JSON in which each value stands where its pointer leads: `/items/0/price` is a list of things with prices. */
export function bodyOf(values: readonly (readonly [pointer: string, value: unknown])[]): unknown {
  return values.reduce<unknown>((body, [pointer, value]) => put(body, partsOf(pointer), value), null);
}

const partsOf = (pointer: string): string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));

/** A list is at most so long: what stands further behind is left out. */
const LIST_MAX = 100;

function put(into: unknown, [part, ...rest]: readonly string[], value: unknown): unknown {
  if (part === undefined) return value;
  const nth = Number(part);
  if (/^\d+$/.test(part) && nth < LIST_MAX && (into === null || Array.isArray(into))) {
    const list: unknown[] = Array.isArray(into) ? [...(into as unknown[])] : [];
    while (list.length < nth) list.push(null);
    list[nth] = put(list[nth] ?? null, rest, value);
    return list;
  }
  const object = typeof into === "object" && into !== null && !Array.isArray(into) ? into : {};
  const inside = Object.hasOwn(object, part) ? (object as Record<string, unknown>)[part] : null;
  return { ...object, [part]: put(inside, rest, value) };
}
