/** What every form of a step is given. */
import type { Acts, Kind } from "../document";

export interface ActProps<K extends Kind> {
  act: Acts[K];
  /** What is wrong in a part of it: `/text`. */
  fault: (part: string) => string | undefined;
  /** `field`: where somebody types, so that it is undone together. */
  onwrite: (act: Acts[K], field?: string) => void;
}

/** A part that says nothing is left out of the document. */
export function without<T extends object>(of: T): T {
  return Object.fromEntries(
    Object.entries(of).filter(([, value]) => value !== undefined && !isEmpty(value)),
  ) as T;
}

const isEmpty = (value: unknown): boolean =>
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0);
