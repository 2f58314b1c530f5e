/** A view as its form has it, where nothing is an empty text. Pure. */
import type { ConversationFilter } from "$lib/api/types";

export interface ViewForm {
  name: string;
  status: string;
  assignee: string;
  holder: string;
  team: string;
  number_id: string;
  campaign_id: string;
  tag: string;
  q: string;
  order: string;
  unread: boolean;
  waiting: boolean;
  failed: boolean;
}

export const formOf = (name: string, filter: ConversationFilter): ViewForm => ({
  name,
  status: filter.status ?? "open",
  assignee: filter.assignee ?? "",
  holder: filter.holder ?? "",
  team: filter.team ?? "",
  number_id: filter.number_id ?? "",
  campaign_id: filter.campaign_id ?? "",
  tag: filter.tag ?? "",
  q: filter.q ?? "",
  order: filter.order ?? "recent",
  unread: filter.unread ?? false,
  waiting: filter.waiting ?? false,
  failed: filter.failed ?? false,
});

/** Only what was chosen: what is not said stays what the list does by itself. */
export function filterOf({ name: _, status, order, ...rest }: ViewForm): ConversationFilter {
  const said = Object.entries(rest)
    .map(([field, value]) => [field, typeof value === "string" ? value.trim() : value] as const)
    .filter(([, value]) => value);
  return {
    ...(status !== "open" && { status }),
    ...Object.fromEntries(said),
    ...(order !== "recent" && { order }),
  };
}
