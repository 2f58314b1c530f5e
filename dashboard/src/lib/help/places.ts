/** Which part of which guide belongs to a page. */
import type { Route } from "$lib/ui/router.svelte";
import { find } from "$lib/ui/router.svelte";
import { placeOf, type Place } from "./guide";

const at = (path: string, to: string): Route<string> => ({ path, page: to });

/** The first that fits counts, as with pages. */
export const places: readonly Route<string>[] = [
  at("/", "inbox"),
  at("/inbox", "inbox"),
  at("/inbox/:id", "inbox#a-conversation"),
  at("/approvals", "assistants#what-it-may-do"),
  at("/campaigns", "campaigns"),
  at("/campaigns/snippets", "campaigns#the-text"),
  at("/campaigns/:id", "campaigns#in-the-dashboard"),
  at("/workflows", "workflows"),
  at("/workflows/gallery", "workflows#how-it-is-written"),
  at("/workflows/:id", "workflows#the-steps"),
  at("/workflows/:id/:part", "workflows#trying-it"),
  at("/contacts", "contacts"),
  at("/contacts/lists", "segments"),
  at("/contacts/lists/:id", "segments"),
  at("/contacts/segments", "segments#in-the-dashboard"),
  at("/contacts/segments/:id", "segments#a-condition"),
  at("/contacts/imports", "contacts#files"),
  at("/contacts/imports/new", "contacts#in-the-dashboard"),
  at("/contacts/imports/:id", "contacts#in-the-dashboard"),
  at("/contacts/suppressions", "contacts#numbers-that-get-no-texts"),
  at("/contacts/:id", "contacts#one-person-several-addresses"),
  at("/assistants", "assistants"),
  at("/assistants/:id", "assistants"),
  at("/assistants/:id/knowledge", "assistants#what-it-knows"),
  at("/assistants/:id/tools", "assistants#what-it-may-do"),
  at("/assistants/:id/versions", "assistants#versions"),
  at("/assistants/:id/tests", "assistants#rehearsal"),
  at("/assistants/:id/replay", "assistants#rehearsal"),
  at("/assistants/:id/:tab", "assistants#how-far-it-may-go"),
  at("/search", "search"),
  at("/reports", "reports"),
  at("/numbers", "telnyx#4-adopt-your-numbers"),
  at("/settings", "settings"),
  at("/settings/answering", "assistants#which-assistant-takes-a-conversation"),
  at("/settings/carrier", "telnyx#3-connect-the-account"),
  at("/settings/members", "settings#members-and-roles"),
  at("/settings/teams", "settings#teams"),
  at("/settings/keys", "settings#api-keys"),
  at("/settings/webhooks", "settings#webhooks"),
  at("/settings/fields", "contacts#fields-of-your-own"),
  at("/settings/campaigns", "campaigns#at-which-hour-from-which-number-and-how-fast"),
  at("/settings/:section", "settings"),
];

/** `null` for an address that no page has. */
export function helpFor(path: string): Place | null {
  const found = find(places, path);
  return found && placeOf(found.page);
}
