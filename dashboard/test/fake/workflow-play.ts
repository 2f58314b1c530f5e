/** A workflow, played as far as the dashboard shows it: texts, replies, timers, and what is saved. Rules are the server's. */
import type * as T from "../../src/lib/api/types";
import { kindOf, type Document, type Heard, type Step } from "../../src/lib/workflow/document";
import { previewOf } from "../../src/lib/workflow/preview";
import { boxesOf, UNITS } from "../../src/lib/workflow/span";
import { allSteps } from "../../src/lib/workflow/tree";
import { Refusal } from "./desk";

const STEPS_MAX = 100;
/** A system or a model answers within this, or not at all. */
const ANSWER_MAX = "1h";

interface Waiting {
  step: Step;
  until: number;
  /** What comes behind it. */
  rest: Step[];
}

/** Somebody's way through a document. */
class Way {
  now: number;
  seq = 0;
  seen: T.WorkflowPlayed["seen"] = [];
  trace: T.WorkflowPlayed["trace"] = [];
  variables: Record<string, string> = {};
  tags = new Set<string>();
  at: string | null = null;
  waiting: Waiting | null = null;
  outcome: string | null = null;
  reply = "";
  /** What systems and models will answer. */
  private readonly answers: { http: T.WorkflowAnswer[]; models: T.WorkflowAnswer[] };

  constructor(
    private readonly document: Document,
    body: T.NewWorkflowPlay,
    private readonly person: Partial<T.Contact> | null,
  ) {
    this.now = Date.parse(body.at);
    this.answers = { http: [...(body.answers?.http ?? [])], models: [...(body.answers?.models ?? [])] };
    for (const [key, value] of Object.entries(body.variables)) this.variables[key] = String(value);
    this.see("happens", "enters", null);
    this.goOn([...document.steps]);
  }

  play(play: T.WorkflowPlay): void {
    this.seq += 1;
    if (play === "skips") this.skip();
    else if (typeof play === "object" && "waits" in play) this.pass(lengthOf(play.waits));
    else if (typeof play === "object") this.hear(play.says);
  }

  private see(what: T.WorkflowPlayed["seen"][number]["what"], text: string, step: string | null): void {
    this.seen.push({ at: new Date(this.now).toISOString(), what, step, text });
  }

  private tell(step: Step, what: string, text: string): void {
    this.trace.push({ seq: this.seq, step: step.id, what, text });
  }

  private goOn(steps: Step[]): void {
    for (let n = 0; n < STEPS_MAX; n++) {
      const [step, ...rest] = steps;
      if (!step) return this.over("completed");
      this.at = step.id;
      this.tell(step, "came", "comes here");
      const next = this.do(step, rest);
      if (next === null) return;
      steps = next;
    }
  }

  /** What comes then; `null`: it waits, or is over. */
  private do(step: Step, rest: Step[]): Step[] | null {
    switch (kindOf(step)) {
      case "send":
      case "schedule_send":
        this.see("we_say", this.written(step.send?.text ?? step.schedule_send?.send.text ?? ""), null);
        this.tell(step, "done", "the text is sent");
        return rest;
      case "delay":
        return this.wait(step, rest, step.delay?.for ?? "1d");
      case "wait_for_reply":
        return this.wait(step, rest, step.wait_for_reply?.timeout ?? "1d");
      case "branch":
        this.tell(step, "took", "takes otherwise");
        return [...(step.branch?.otherwise ?? []), ...rest];
      case "split":
        this.tell(step, "took", `takes ${step.split?.paths[0]?.name}`);
        return [...(step.split?.paths[0]?.steps ?? []), ...rest];
      case "save":
        this.variables[step.save?.to ?? ""] = this.reply;
        this.see("happens", `saves ${step.save?.to} = "${this.reply}"`, step.id);
        this.tell(step, "saved", `saves ${step.save?.to} = "${this.reply}"`);
        return rest;
      case "http":
      case "assistant":
        return this.ask(step, rest);
      case "update_contact":
        for (const tag of step.update_contact?.add_tags ?? []) this.tags.add(tag);
        return rest;
      case "notify":
        this.see("happens", `tells people: ${this.written(step.notify?.text ?? "")}`, step.id);
        return rest;
      case "go_to": {
        const found = allSteps(this.document).find((one) => one.step.id === step.go_to);
        return found ? [found.step, ...rest] : rest;
      }
      case "end":
        this.over(step.end ?? "completed");
        return null;
      default:
        return rest;
    }
  }

  /** Somebody is asked; what cannot become of it is not heard. */
  private ask(step: Step, rest: Step[]): Step[] | null {
    const task = step.assistant?.task;
    if (typeof task === "string" || (task && "hand_over" in task)) return rest;
    this.tell(step, "does", step.http ? "does http" : "does ask");
    const answer = (step.http ? this.answers.http : this.answers.models).shift() ?? { chose: null };
    if (answer === "sent") return this.wait(step, rest, ANSWER_MAX);
    const [became = ""] = Object.keys(answer);
    this.see("happens", became, step.id);
    this.tell(step, "done", became);
    if ("answered" in answer)
      for (const [key, pointer] of Object.entries(step.http?.save ?? {}))
        this.keep(step, key, at(answer.answered.body, pointer));
    if ("found" in answer)
      for (const [key, value] of Object.entries(answer.found)) this.keep(step, key, value);
    if ("chose" in answer && task && "classify" in task) {
      const { into } = task.classify;
      const choices = this.document.variables?.find(({ key }) => key === into)?.choices;
      this.keep(step, into, choices?.[answer.chose ?? -1]);
    }
    return rest;
  }

  private keep(step: Step, key: string, value: unknown): void {
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return;
    const kept = typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
    this.variables[key] = kept;
    this.see("happens", `saves ${key} = "${kept}"`, step.id);
    this.tell(step, "saved", `saves ${key} = "${kept}"`);
  }

  private wait(step: Step, rest: Step[], span: string): null {
    this.waiting = { step, rest, until: this.now + lengthOf(span) };
    this.tell(step, "waits", `waits until ${new Date(this.waiting.until).toISOString()}`);
    return null;
  }

  private over(outcome: string): void {
    this.outcome = outcome;
    this.waiting = null;
    this.see("happens", `ends: ${outcome}`, null);
  }

  private skip(): void {
    const { waiting } = this;
    if (!waiting) return;
    this.waiting = null;
    this.now = waiting.until;
    this.tell(waiting.step, "took", "takes timeout");
    this.goOn([...(waiting.step.wait_for_reply?.on_timeout ?? []), ...waiting.rest]);
  }

  private pass(length: number): void {
    const until = this.now + length;
    while (this.waiting && this.waiting.until <= until) this.skip();
    this.now = until;
  }

  private hear(said: string): void {
    this.see("they_say", said, null);
    const { waiting } = this;
    const wait = waiting?.step.wait_for_reply;
    if (!waiting || !wait) return;
    this.reply = said;
    const found = (wait.cases ?? []).find(({ when }) => isHeard(when, said));
    if (!found && wait.no_match?.reprompt && wait.cases?.length) {
      this.see("we_say", this.written(wait.no_match.reprompt), null);
      return;
    }
    this.waiting = null;
    const taken = found ? found.steps : wait.no_match?.steps;
    this.goOn([...(taken ?? []), ...waiting.rest]);
  }

  private written(text: string): string {
    const fields = { ...this.person?.fields, ...this.variables };
    const person = { name: null, company: null, phone: "+12025550100", ...this.person, fields };
    return previewOf(text, [], person, []) ?? text;
  }
}

const at = (body: unknown, pointer: string): unknown =>
  pointer
    .split("/")
    .slice(1)
    .reduce<unknown>((of, part) => (of as Record<string, unknown> | null)?.[part], body);

function isHeard(when: Heard, said: string): boolean {
  if (when === "any") return true;
  if (when === "yes") return /^y(es)?\b/i.test(said);
  if (when === "no") return /^no?\b/i.test(said);
  if (typeof when === "string") return false;
  if ("keywords" in when)
    return when.keywords.some((word) => said.toLowerCase().includes(word.toLowerCase()));
  if ("choice" in when) return when.choice.some((one) => said.toLowerCase() === one.toLowerCase());
  if ("number" in when) return /^\d+$/.test(said.trim());
  return false;
}

function lengthOf(span: string): number {
  const boxes = boxesOf(span);
  const seconds = UNITS.find(({ unit }) => unit === boxes?.unit)?.seconds ?? 0;
  return (boxes?.count ?? 0) * seconds * 1_000;
}

const waitsFor = (step: Step): T.WorkflowPlayed["waits_for"] =>
  step.wait_for_reply ? "reply" : step.delay ? "time" : "effect";

export function playedOf(
  body: T.NewWorkflowPlay,
  person: Partial<T.Contact> | null,
  faults: number,
): T.WorkflowPlayed {
  if (faults > 0) throw new Refusal(422, "workflow_has_faults", "It has faults.");
  const way = new Way(body.document, body, person);
  for (const play of body.plays) way.play(play);
  return {
    seen: way.seen,
    trace: way.trace,
    now: new Date(way.now).toISOString(),
    status: way.outcome === null ? "live" : "ended",
    stands_at: way.at,
    waits_for: way.waiting && waitsFor(way.waiting.step),
    wake_at: way.waiting ? new Date(way.waiting.until).toISOString() : null,
    outcome: way.outcome,
    failure: null,
    variables: way.variables,
    fields: {},
    tags: [...way.tags],
  };
}
