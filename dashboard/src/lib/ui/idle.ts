/** Does something once the browser has nothing better to do. */
export function whenIdle(work: () => void): void {
  // Safari has no idle time to tell of.
  if (typeof requestIdleCallback === "function") requestIdleCallback(work, { timeout: 3_000 });
  else setTimeout(work, 500);
}
