/** What lies over every page: a dialog, and over that the palette. What is closed gives the focus back. */
import { tick } from "svelte";
import type { Scope } from "$lib/palette/item";

export type Laid = "shortcuts" | "conversation" | "campaign";

class Overlay {
  dialog = $state<Laid | null>(null);
  /** What the palette begins with; `null`: it is not open. */
  palette = $state<Scope | null>(null);
  #before = new Map<"dialog" | "palette", Element | null>();

  show(dialog: Laid): void {
    if (this.dialog === null) this.#before.set("dialog", document.activeElement);
    this.dialog = dialog;
  }

  close(): void {
    this.dialog = null;
    this.#giveBack("dialog");
  }

  find(scope: Scope = "all"): void {
    if (this.palette === null) this.#before.set("palette", document.activeElement);
    this.palette = scope;
  }

  closePalette(): void {
    this.palette = null;
    this.#giveBack("palette");
  }

  /** Once it is off the page; whoever goes on from here moves the focus once more. */
  #giveBack(what: "dialog" | "palette"): void {
    const before = this.#before.get(what);
    this.#before.delete(what);
    void tick().then(() => before instanceof HTMLElement && before.isConnected && before.focus());
  }
}

export const overlay = new Overlay();
