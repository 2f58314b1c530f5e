/** What two documents differ in, step by step: steps are the same if their ids are. As `crates/domain/src/workflow/diff.rs`. Pure. */
import { waysOf, type Document, type Step } from "./document";
import { allSteps, stepsOf } from "./tree";

/** A place that says something else. */
export interface Place {
  /** Within the step, or the whole, as a JSON pointer: `/send/text`. */
  at: string;
  /** `undefined`: it said, or says, nothing. */
  before: unknown;
  after: unknown;
}

export interface Difference {
  /** `null`: what stands above the steps. */
  step: string | null;
  change: "added" | "removed" | "moved" | "changed";
  /** Of what says something else, where. */
  places: Place[];
  /** The step as it is, or was. */
  of: Step | null;
}

/** What the second differs in from the first, in its order, then what is gone. `null`: there is no first. */
export function differences(old: Document | null, now: Document): Difference[] {
  const found: Difference[] = [];
  const above = ({ steps: _, ...rest }: Document) => rest;
  const changed = placesApart(old ? above(old) : {}, above(now));
  if (changed.length) found.push({ step: null, change: "changed", places: changed, of: null });
  const was = old ? allSteps(old) : [];
  const is = allSteps(now);
  for (const { step, lane } of is) {
    const before = was.find((one) => one.step.id === step.id);
    if (!before || !old) {
      found.push({ step: step.id, change: "added", places: [], of: step });
      continue;
    }
    const stays = (document: Document, among: readonly Step[]) =>
      (stepsOf(document, lane) ?? []).map(({ id }) => id).filter((id) => among.some((one) => one.id === id));
    const hasMoved =
      lane !== before.lane ||
      nearest(stays(now, stepsOf(old, before.lane) ?? []), step.id) !==
        nearest(stays(old, stepsOf(now, lane) ?? []), step.id);
    if (hasMoved) found.push({ step: step.id, change: "moved", places: [], of: step });
    const places = placesApart(alone(before.step), alone(step));
    if (places.length) found.push({ step: step.id, change: "changed", places, of: step });
  }
  const gone = was.filter((before) => is.every(({ step }) => step.id !== before.step.id));
  return [
    ...found,
    ...gone.map(({ step }): Difference => ({ step: step.id, change: "removed", places: [], of: step })),
  ];
}

/** The one right before it. */
const nearest = (ids: readonly string[], id: string): string | undefined => ids[ids.indexOf(id) - 1];

/** A step without those inside of it. */
function alone(step: Step): unknown {
  const copy = JSON.parse(JSON.stringify(step)) as Record<string, unknown>;
  for (const { at } of waysOf(step)) {
    const parts = at.split("/").slice(1);
    const last = parts.pop() ?? "";
    const holder = parts.reduce<unknown>(
      (of, part) => (of as Record<string, unknown> | undefined)?.[part],
      copy,
    );
    if (holder) delete (holder as Record<string, unknown>)[last];
  }
  return copy;
}

function placesApart(before: unknown, after: unknown, at = ""): Place[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const isTree = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isTree(before) || !isTree(after)) return [{ at, before, after }];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => placesApart(before[key], after[key], `${at}/${key}`));
}
