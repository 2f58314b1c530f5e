/** What the palette offers: a way to somewhere, something to do, or a list of more. */
import type { Component } from "svelte";

/** Under this the browser keeps where somebody went; removed when they sign out, for names of people stand in it. */
export const RECENTS = "recents.";

/** What is chosen from: everything, or what one thing can be set to. */
export type Scope = "all" | "assign" | "snooze" | "assistant";

export interface Item {
  id: string;
  /** The heading it stands under. */
  group: string;
  label: string;
  /** Beside it, quieter. */
  hint?: string;
  /** Other words that it is found by. */
  also?: string;
  icon: Component<{ size?: number }>;
  /** What does the same without the palette. */
  keys?: readonly string[];
  /** It is so now. */
  isOn?: boolean;
  /** Shown only when somebody looks for it. */
  isDeep?: boolean;
  path?: string;
  opens?: Scope;
  run?: () => unknown;
}

export interface Group {
  name: string;
  items: Item[];
}
