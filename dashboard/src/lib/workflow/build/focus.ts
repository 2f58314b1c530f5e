/** Where the keyboard goes after something was done. */

import { tick } from "svelte";
import type { Editor } from "../editor.svelte";

export const stepElement = (id: string): HTMLElement | null => document.getElementById(`step-${id}`);

export function focusStep(id: string): void {
  const card = stepElement(id);
  card?.focus({ preventScroll: true });
  card?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** What is wrong in the form of a step, else the first thing that can be written; if there is nothing, the step. */
export function focusForm(id: string): void {
  const panel = document.getElementById("step-form");
  const wrong = panel?.querySelector<HTMLElement>('[aria-invalid="true"]');
  // It may be folded up.
  wrong?.closest("details")?.setAttribute("open", "");
  const first =
    wrong ?? panel?.querySelector<HTMLElement>("textarea, input:not([type=hidden]), select, button");
  stepElement(id)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  if (first) first.focus();
  else focusStep(id);
}

/** A place is to be chosen for a step: the keyboard goes to the next one that it can have. */
export async function carry(editor: Editor, id: string): Promise<void> {
  editor.carry(id);
  await tick();
  const targets = [...document.querySelectorAll<HTMLElement>("[data-target]")];
  const own = stepElement(id);
  const isBehind = (one: HTMLElement) =>
    own !== null && !!(own.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);
  const target = targets.find(isBehind) ?? targets.at(-1);
  if (target) focusTarget(target);
}

function focusTarget(target: HTMLElement): void {
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** From one place to the next, or back. */
export function walkTargets(by: 1 | -1): void {
  const targets = [...document.querySelectorAll<HTMLElement>("[data-target]")];
  const at = targets.indexOf(document.activeElement as HTMLElement);
  const next = targets[at + by];
  if (next) focusTarget(next);
}

/** It happened in something that lies over the builder: its keys are its own. */
export const isInDialog = ({ target }: Event): boolean =>
  target instanceof Element && target.closest("dialog, [popover]") !== null;
