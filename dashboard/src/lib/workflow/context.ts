/** What the parts of a builder share, however deep they lie: the document at hand, what is wrong with it, what things are called. */
import { createContext } from "svelte";
import type { Editor } from "./editor.svelte";
import type { Funnel } from "$lib/enrolment/funnel";
import type { Faults } from "./faults";
import type { Names } from "./words";

export interface Building {
  readonly editor: Editor;
  readonly faults: Faults;
  /** What is worth a second look. */
  readonly warnings: Faults;
  readonly names: Names;
  /** Where the contact stands who is played on the phone. */
  readonly standsAt: string | null;
  /** It is only looked at. */
  readonly isLocked: boolean;
  /** How many are where, and where one of them has been. */
  readonly figures?: { funnel: Funnel; visited: ReadonlySet<string> | null };
  /** Of what is only looked at a step is picked. */
  readonly onpick?: (step: string) => void;
}

export const [building, setBuilding] = createContext<Building>();
