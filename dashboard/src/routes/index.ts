/** Every page by its URL; each is fetched when first visited. */
import type { Component } from "svelte";
import type { Route } from "$lib/ui/router.svelte";

export interface Page {
  /** In the document's title. */
  title: string;
  /** Shown without signing in, and without the navigation. */
  isPublic?: boolean;
  load: () => Promise<{ default: Component<Record<string, string>> }>;
}

const page = (title: string, load: () => Promise<unknown>, isPublic = false): Page => ({
  title,
  isPublic,
  load: load as Page["load"],
});

const inbox = page("Inbox", () => import("./inbox/Inbox.svelte"));
const assistants = page("Assistants", () => import("./assistants/Assistants.svelte"));
const workflow = page("Workflow", () => import("./workflows/Workflow.svelte"));
const settings = page("Settings", () => import("./settings/Settings.svelte"));

export const routes: Route<Page>[] = [
  { path: "/", page: inbox },
  { path: "/inbox", page: inbox },
  { path: "/inbox/:id", page: inbox },
  { path: "/search", page: page("Search", () => import("./search/Search.svelte")) },
  { path: "/approvals", page: page("Approvals", () => import("./approvals/Approvals.svelte")) },
  { path: "/campaigns", page: page("Campaigns", () => import("./campaigns/Campaigns.svelte")) },
  { path: "/campaigns/snippets", page: page("Snippets", () => import("./campaigns/Snippets.svelte")) },
  { path: "/campaigns/:id", page: page("Campaign", () => import("./campaigns/Campaign.svelte")) },
  { path: "/workflows", page: page("Workflows", () => import("./workflows/Workflows.svelte")) },
  { path: "/workflows/gallery", page: page("Gallery", () => import("./workflows/Gallery.svelte")) },
  { path: "/workflows/:id", page: workflow },
  { path: "/workflows/:id/:part", page: workflow },
  { path: "/contacts", page: page("Contacts", () => import("./contacts/Contacts.svelte")) },
  { path: "/contacts/lists", page: page("Lists", () => import("./contacts/Lists.svelte")) },
  { path: "/contacts/lists/:id", page: page("List", () => import("./contacts/List.svelte")) },
  { path: "/contacts/segments", page: page("Segments", () => import("./contacts/Segments.svelte")) },
  { path: "/contacts/segments/:id", page: page("Segment", () => import("./contacts/Segment.svelte")) },
  { path: "/contacts/imports", page: page("Imports", () => import("./contacts/Imports.svelte")) },
  { path: "/contacts/imports/new", page: page("Import", () => import("./contacts/NewImport.svelte")) },
  { path: "/contacts/imports/:id", page: page("Import", () => import("./contacts/Import.svelte")) },
  { path: "/contacts/suppressions", page: page("No texts", () => import("./contacts/Suppressions.svelte")) },
  { path: "/contacts/:id", page: page("Contact", () => import("./contacts/Contact.svelte")) },
  { path: "/assistants", page: assistants },
  { path: "/assistants/:id", page: assistants },
  { path: "/assistants/:id/:tab", page: assistants },
  { path: "/numbers", page: page("Numbers", () => import("./numbers/Numbers.svelte")) },
  { path: "/reports", page: page("Reports", () => import("./reports/Reports.svelte")) },
  { path: "/settings", page: settings },
  { path: "/settings/:section", page: settings },
  { path: "/sign-in", page: page("Sign in", () => import("./sign-in/SignIn.svelte"), true) },
  { path: "/setup/:token", page: page("Set up", () => import("./setup/Setup.svelte"), true) },
];
