/** What is wrong with a document, at the step and the field where it stands. Pure. */
import type { WorkflowFault } from "$lib/api/types";
import type { Document } from "./document";
import { allSteps } from "./tree";

/** A fault where it stands: in a field of a step, or above the steps. */
export interface Placed {
  fault: WorkflowFault;
  /** `null`: it belongs to what stands above the steps. */
  step: string | null;
  /** Within the step, or within the whole: `/send/text`, `/triggers/0`. */
  at: string;
}

export class Faults {
  static readonly none = new Faults([]);
  readonly #bySteps: ReadonlyMap<string, readonly Placed[]>;

  private constructor(readonly all: readonly Placed[]) {
    const steps = new Map<string, Placed[]>();
    for (const one of all) if (one.step !== null) steps.set(one.step, [...(steps.get(one.step) ?? []), one]);
    this.#bySteps = steps;
  }

  /** Of the document that was checked: a pointer counts places, and these change. */
  static of(document: Document, faults: readonly WorkflowFault[]): Faults {
    const found = allSteps(document);
    const placed = faults.map(plainer).map((fault): Placed => {
      // The deepest step that the pointer leads into; its own name need not be unique while there is a fault.
      const at = found.filter(({ pointer }) => leadsTo(fault.pointer, pointer)).at(-1);
      return at
        ? { fault, step: at.step.id, at: fault.pointer.slice(at.pointer.length) }
        : { fault, step: null, at: fault.pointer };
    });
    return new Faults(placed);
  }

  ofStep(id: string): readonly Placed[] {
    return this.#bySteps.get(id) ?? [];
  }

  /** What is wrong in a field of a step, or in a part of the whole: the first, in words. */
  at(step: string | null, at: string): string | undefined {
    const own = step === null ? this.all.filter((one) => one.step === null) : this.ofStep(step);
    const found = own.find((one) => leadsTo(one.at, at));
    return found && wordsOf(found.fault);
  }

  /** Those that no field shows, which are told by the pointers of all fields. */
  besides(step: string | null, fields: readonly string[]): readonly Placed[] {
    const own = step === null ? this.all.filter((one) => one.step === null) : this.ofStep(step);
    return own.filter((one) => !fields.some((field) => leadsTo(one.at, field)));
  }

  /** How many stand above the steps. */
  get ofWhole(): readonly Placed[] {
    return this.all.filter(({ step }) => step === null);
  }
}

/** Of what was not chosen yet the server says what an id looks like; here ids are chosen, and not written. */
const plainer = (fault: WorkflowFault): WorkflowFault =>
  /^not an id of this kind/.test(fault.message)
    ? { ...fault, message: "It names nothing that there is.", mend: "Choose one." }
    : fault;

export const wordsOf = ({ message, mend }: Pick<WorkflowFault, "message" | "mend">): string =>
  [message, mend].filter(Boolean).join(" ");

/** Whether a pointer leads to a place, or into it. */
const leadsTo = (pointer: string, place: string): boolean =>
  pointer === place || pointer.startsWith(`${place}/`);
