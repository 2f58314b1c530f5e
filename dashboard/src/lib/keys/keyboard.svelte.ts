/** Hears the keys that stand in the table, and does what whoever is on screen has said they do. */
import { kept } from "$lib/ui/kept";
import { doerOf } from "./doers";
import { meaning } from "./table";

/** Between the two keys of one shortcut. */
const PATIENCE_MS = 1_500;
/** Where letters are written, or belong to what is open. */
const OWN_KEYS = "input, textarea, select, [contenteditable], dialog, [popover]";

export const isMac = /mac|iphone|ipad/i.test(navigator.userAgent);

export class Keyboard {
  /** Single letters can be switched off: who speaks to the computer must not set them off. */
  hasLetters = $state(kept.get("keys") !== "off");
  #pressed: string[] = [];
  #at = -Infinity;

  letters(has: boolean): void {
    this.hasLetters = has;
    kept.set("keys", has ? null : "off");
  }

  press(event: KeyboardEvent): void {
    const name = nameOf(event);
    if (name === null || event.defaultPrevented || event.isComposing) return;
    // A key that is held walks the list, and does nothing else again and again.
    if (event.repeat && name !== "j" && name !== "k") return;
    const target = event.target instanceof Element ? event.target : null;
    const isPlain = !name.startsWith("Mod ");
    if (isPlain) {
      if (target?.closest(OWN_KEYS) || (!this.hasLetters && name.length === 1)) return;
      // The focus may have fallen to what lies behind an open dialog; every one of ours covers the page.
      if (document.querySelector("dialog[open]")) return;
      if (name === "Enter" && target?.closest("a, button, summary")) return;
    }
    const before = isPlain && event.timeStamp - this.#at < PATIENCE_MS ? this.#pressed : [];
    this.#pressed = [];
    // Not the second key by itself: whoever slips from "g i" to "g e" does not mean to close anything.
    const found = meaning([...before, name]);
    if (found === null) return;
    if (found === "begun") {
      [this.#pressed, this.#at] = [[name], event.timeStamp];
      return;
    }
    const doer = doerOf(found.id);
    if (!doer || doer() === false) return;
    event.preventDefault();
  }
}

function nameOf(event: KeyboardEvent): string | null {
  if (event.altKey) return null;
  const key = event.key.length === 1 && !event.shiftKey ? event.key.toLowerCase() : event.key;
  if (event.metaKey || event.ctrlKey) return event.metaKey && event.ctrlKey ? null : `Mod ${key}`;
  return key;
}

export const keyboard = new Keyboard();
