/**
 * What the list and an open thread are painted without: fetched when it is first wanted, and before that as soon as
 * the browser is idle, so that wanting it shows it at once.
 */
export const later = {
  approval: () => import("$lib/approval/ApprovalCard.svelte"),
  details: () => import("./Details.svelte"),
  newOne: () => import("./New.svelte"),
  receipt: () => import("$lib/message/Receipt.svelte"),
  schedule: () => import("$lib/message/Schedule.svelte"),
  snippets: () => import("$lib/message/SnippetMenu.svelte"),
};

export function fetchAhead(): void {
  // Whoever wants it asks again, and is told.
  for (const load of Object.values(later)) load().catch(() => {});
}
