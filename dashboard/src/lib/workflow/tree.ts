/**
 * A document, changed as a tree of steps. Pure: each change gives a new document, and shares with the old one what stayed.
 *
 * Steps are told by their ids, which are unique in a document that is being edited. Where steps follow one another is a
 * **lane**: the whole, or one way of a step.
 */
import { kindOf, waysOf, type Document, type Kind, type Step } from "./document";
import { freeId } from "./names";

/** `""`: the whole; else the step and its way: `ask /wait_for_reply/on_timeout`. */
export type Lane = string;
export const TOP: Lane = "";
export const laneOf = (step: string, way: string): Lane => `${step} ${way}`;

/** Before the `at`th step of a lane; its length: behind the last. */
export interface Place {
  lane: Lane;
  at: number;
}

/** A step where it stands. */
export interface Found {
  step: Step;
  lane: Lane;
  at: number;
  /** Where in the document, as a JSON pointer. */
  pointer: string;
  /** How many steps it lies in. */
  depth: number;
}

/** All steps, each before those inside of it. */
export function allSteps(document: Pick<Document, "steps">): Found[] {
  const all: Found[] = [];
  const walk = (steps: readonly Step[], lane: Lane, pointer: string, depth: number) =>
    steps.forEach((step, at) => {
      const own = `${pointer}/${at}`;
      all.push({ step, lane, at, pointer: own, depth });
      for (const way of waysOf(step)) walk(way.steps, laneOf(step.id, way.at), own + way.at, depth + 1);
    });
  walk(document.steps, TOP, "/steps", 0);
  return all;
}

export const find = (document: Document, id: string): Found | undefined =>
  allSteps(document).find(({ step }) => step.id === id);

export const idsOf = (steps: readonly Step[]): string[] =>
  allSteps({ steps: [...steps] }).map(({ step }) => step.id);

/** The steps of a lane; `undefined`: there is no such lane. */
export function stepsOf(document: Document, lane: Lane): readonly Step[] | undefined {
  if (lane === TOP) return document.steps;
  const [id = "", way = ""] = lane.split(" ");
  const found = find(document, id);
  return found && waysOf(found.step).find(({ at }) => at === way)?.steps;
}

/** Steps are put in at a place. Their ids must be free, as those of `fresh` are. */
export function insert(document: Document, { lane, at }: Place, steps: readonly Step[]): Document {
  return within(document, lane, (own) => [...own.slice(0, at), ...steps, ...own.slice(at)]);
}

export function remove(document: Document, id: string): Document {
  const found = find(document, id);
  return found ? within(document, found.lane, (own) => own.filter((step) => step.id !== id)) : document;
}

/** One step says something else. Its id stays. */
export function change(document: Document, id: string, to: (step: Step) => Step): Document {
  const found = find(document, id);
  if (!found) return document;
  return within(document, found.lane, (own) =>
    own.map((step) => (step.id === id ? { ...to(step), id } : step)),
  );
}

/** A step goes somewhere else; not into itself. */
export function move(document: Document, id: string, { lane, at }: Place): Document {
  const found = find(document, id);
  if (!found || isInside(found.step, lane)) return document;
  const isLater = lane === found.lane && at > found.at;
  return insert(remove(document, id), { lane, at: isLater ? at - 1 : at }, [found.step]);
}

/** Whether a lane lies within a step. */
export const isInside = (step: Step, lane: Lane): boolean =>
  lane !== TOP && idsOf([step]).includes(lane.split(" ")[0] ?? "");

/**
 * One place up or down. At the end of a way it goes out of it, before or behind the step that has the way; `null`: there is
 * nowhere to go.
 */
export function nudge(document: Document, id: string, by: -1 | 1): Document | null {
  const found = find(document, id);
  const own = found && stepsOf(document, found.lane);
  if (!found || !own) return null;
  const next = found.at + by;
  if (next >= 0 && next < own.length)
    return move(document, id, { lane: found.lane, at: by > 0 ? next + 1 : next });
  if (found.lane === TOP) return null;
  const outer = find(document, found.lane.split(" ")[0] ?? "");
  return outer ? move(document, id, { lane: outer.lane, at: outer.at + (by > 0 ? 1 : 0) }) : null;
}

/** The same once more, right behind it. */
export function duplicate(document: Document, id: string): { document: Document; id: string } | null {
  const found = find(document, id);
  const [twin] = found ? fresh(document, [found.step]) : [];
  if (!found || !twin) return null;
  return { document: insert(document, { lane: found.lane, at: found.at + 1 }, [twin]), id: twin.id };
}

/** Steps with ids that are free in a document; what they say of one another goes with them. */
export function fresh(document: Document, steps: readonly Step[]): Step[] {
  const taken = new Set(idsOf(document.steps));
  const names = new Map<string, string>();
  for (const id of idsOf(steps)) {
    const free = freeId(id, taken);
    taken.add(free);
    names.set(id, free);
  }
  return renamed(steps, (id) => names.get(id) ?? id);
}

/** A step gets another id, wherever it is named. */
export function rename(document: Document, from: string, to: string): Document {
  if (from === to || !find(document, from)) return document;
  const called = (id: string) => (id === from ? to : id);
  const { goldens } = document;
  return {
    ...document,
    steps: renamed(document.steps, called),
    ...(goldens && { goldens: goldens.map((golden) => standing(golden, called)) }),
  };
}

/** A conversation that is kept may be expected to stand at a step. */
function standing(golden: unknown, called: (id: string) => string): unknown {
  const { expect } = (golden ?? {}) as { expect?: { stands_at?: unknown } };
  const at = expect?.stands_at;
  if (typeof at !== "string" || called(at) === at) return golden;
  return { ...(golden as object), expect: { ...expect, stands_at: called(at) } };
}

function renamed(steps: readonly Step[], called: (id: string) => string): Step[] {
  return steps.map((step) => {
    let next: Step = { ...step, id: called(step.id) };
    if (next.go_to !== undefined) next = { ...next, go_to: called(next.go_to) };
    const { save } = next;
    if (save && typeof save.on_invalid === "object") {
      const { ask_again } = save.on_invalid;
      const again = { ...ask_again, step: called(ask_again.step) };
      next = { ...next, save: { ...save, on_invalid: { ask_again: again } } };
    }
    for (const { at, steps: inside } of waysOf(step))
      if (inside.length) next = withWay(next, at, renamed(inside, called));
    return next;
  });
}

/** The same with ids that are unique: of two steps that are called the same the later one is called otherwise. */
export function withOwnIds(document: Document): Document {
  const all = idsOf(document.steps);
  const taken = new Set(all);
  if (taken.size === all.length) return document;
  const seen = new Set<string>();
  const own = (steps: readonly Step[]): Step[] =>
    steps.map((step) => {
      const id = seen.has(step.id) ? freeId(step.id, taken) : step.id;
      seen.add(id);
      taken.add(id);
      return waysOf(step).reduce<Step>(
        (to, way) => (way.steps.length ? withWay(to, way.at, own(way.steps)) : to),
        {
          ...step,
          id,
        },
      );
    });
  return { ...document, steps: own(document.steps) };
}

/** A step becomes what the first way of another holds, which stands where it stood. */
export function wrap(document: Document, id: string, around: Step): Document {
  const found = find(document, id);
  const [way] = waysOf(around);
  if (!found || !way) return document;
  const wrapped = withWay(around, way.at, [found.step]);
  return within(document, found.lane, (own) => own.map((step) => (step.id === id ? wrapped : step)));
}

/** Steps that somebody may be sent to from a step, and that may ask again. */
export const targetsOf = (document: Document, from: string): Step[] =>
  allSteps(document)
    .map(({ step }) => step)
    .filter(({ id }) => id !== from);

/** What can follow: behind an end nobody comes. */
export const isClosed = (steps: readonly Step[]): boolean => {
  const last = steps.at(-1);
  const kind = last && kindOf(last);
  return !!last && last.only_if === undefined && (kind === "end" || kind === "go_to");
};

/** Whether a kind of step has ways that something can be put into. */
export const hasWays = (kind: Kind): boolean =>
  kind === "branch" || kind === "split" || kind === "wait_for_reply";

function within(document: Document, lane: Lane, to: (steps: readonly Step[]) => Step[]): Document {
  if (lane === TOP) return { ...document, steps: to(document.steps) };
  const [id = "", at = ""] = lane.split(" ");
  const into = (steps: readonly Step[]): Step[] =>
    steps.map((step) => {
      const ways = waysOf(step);
      if (step.id === id) {
        const way = ways.find((one) => one.at === at);
        return way ? withWay(step, at, to(way.steps)) : step;
      }
      const holder = ways.find(({ steps: inside }) => idsOf(inside).includes(id));
      return holder ? withWay(step, holder.at, into(holder.steps)) : step;
    });
  return { ...document, steps: into(document.steps) };
}

/** A step with other steps in one of its ways. */
function withWay(step: Step, at: string, steps: Step[]): Step {
  const [, kind, part, nth] = at.split("/");
  const { branch, wait_for_reply: wait, split } = step;
  const nthOf = <T>(all: readonly T[]): T[] =>
    all.map((one, i) => (i === Number(nth) ? { ...one, steps } : one));
  if (kind === "branch" && branch)
    return {
      ...step,
      branch: part === "cases" ? { ...branch, cases: nthOf(branch.cases) } : { ...branch, otherwise: steps },
    };
  if (kind === "wait_for_reply" && wait) {
    if (part === "cases") return { ...step, wait_for_reply: { ...wait, cases: nthOf(wait.cases ?? []) } };
    if (part === "no_match")
      return { ...step, wait_for_reply: { ...wait, no_match: { ...wait.no_match, steps } } };
    return { ...step, wait_for_reply: { ...wait, on_timeout: steps } };
  }
  return split ? { ...step, split: { ...split, paths: nthOf(split.paths) } } : step;
}
