/** Where the keyboard goes after something was done. */

export const stepElement = (id: string): HTMLElement | null => document.getElementById(`step-${id}`);

export function focusStep(id: string): void {
  const card = stepElement(id);
  card?.focus({ preventScroll: true });
  card?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** The first thing that can be written of a step; if it says nothing that can be, the step. */
export function focusForm(id: string): void {
  const panel = document.getElementById("step-form");
  const first = panel?.querySelector<HTMLElement>("textarea, input:not([type=hidden]), select, button");
  stepElement(id)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  if (first) first.focus();
  else focusStep(id);
}
