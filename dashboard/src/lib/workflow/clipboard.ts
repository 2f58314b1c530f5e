/** Steps that were copied, as a text that any workflow of any workspace takes in again. Pure. */
import { areSteps, type Step } from "./document";

const MARK = "tidings/steps";

export const copied = (steps: readonly Step[]): string => JSON.stringify({ [MARK]: steps }, null, 2);

/** The steps in a text; `null`: it is none of ours. */
export function pasted(text: string): Step[] | null {
  try {
    const steps = (JSON.parse(text) as Record<string, unknown> | null)?.[MARK];
    return areSteps(steps) && steps.length > 0 ? steps : null;
  } catch {
    return null;
  }
}
