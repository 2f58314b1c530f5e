/** Where the keyboard goes after a row was added, moved or taken out, so that it never falls out of the form. */
import { tick } from "svelte";

/** The first thing that can be written in a row; without rows, what adds one. */
export async function focusRow(box: HTMLElement, nth: number): Promise<void> {
  await tick();
  const rows = [...box.querySelectorAll<HTMLElement>(":scope > [data-row]")];
  const row = rows[Math.min(nth, rows.length - 1)] ?? box.querySelector<HTMLElement>(":scope > [data-add]");
  const first = row?.querySelector<HTMLElement>("input, select, textarea");
  (first ?? row?.querySelector<HTMLElement>("button:enabled"))?.focus();
}

/** A row was moved: what moved it goes with it, or its other way where that one has come to its end. */
export async function focusMoved(box: HTMLElement, nth: number, way: "up" | "down"): Promise<void> {
  await tick();
  const row = box.querySelectorAll<HTMLElement>(":scope > [data-row]")[nth];
  const same = row?.querySelector<HTMLElement>(`[data-move="${way}"]:enabled`);
  (same ?? row?.querySelector<HTMLElement>("[data-move]:enabled"))?.focus();
}
