/** Steps that were copied, kept in this browser for any other workflow, and given to the system's clipboard. */
import { kept } from "$lib/ui/kept";
import { copied, pasted } from "../clipboard";
import type { Step } from "../document";

/** Among what was typed, which goes when somebody signs out. */
const KEY = "text.steps";

export const clipboard = {
  put(steps: readonly Step[]): void {
    const text = copied(steps);
    kept.set(KEY, text);
    // It needs https and leave; without them the browser's own keeping is enough.
    void navigator.clipboard?.writeText(text).catch(() => {});
  },
  get(): Step[] | null {
    return pasted(kept.get(KEY) ?? "");
  },
};
