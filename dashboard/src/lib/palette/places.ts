/** Every page that one can go to by its name. */
import AlarmClock from "@lucide/svelte/icons/alarm-clock";
import Ban from "@lucide/svelte/icons/ban";
import Building from "@lucide/svelte/icons/building";
import ChartColumn from "@lucide/svelte/icons/chart-column";
import Hash from "@lucide/svelte/icons/hash";
import Inbox from "@lucide/svelte/icons/inbox";
import Key from "@lucide/svelte/icons/key-round";
import LayoutTemplate from "@lucide/svelte/icons/layout-template";
import List from "@lucide/svelte/icons/list";
import ListFilter from "@lucide/svelte/icons/list-filter";
import Lock from "@lucide/svelte/icons/lock-keyhole";
import Megaphone from "@lucide/svelte/icons/megaphone";
import Palette from "@lucide/svelte/icons/palette";
import Phone from "@lucide/svelte/icons/phone";
import Settings from "@lucide/svelte/icons/settings";
import Shield from "@lucide/svelte/icons/shield-check";
import Sparkles from "@lucide/svelte/icons/sparkles";
import Tags from "@lucide/svelte/icons/tags";
import TextQuote from "@lucide/svelte/icons/text-quote";
import Upload from "@lucide/svelte/icons/upload";
import UserCog from "@lucide/svelte/icons/user-cog";
import Users from "@lucide/svelte/icons/users";
import Webhook from "@lucide/svelte/icons/webhook";
import Workflow from "@lucide/svelte/icons/workflow";
import { SHORTCUTS } from "$lib/keys/table";
import { find } from "$lib/ui/router.svelte";
import { routes } from "$routes/index";
import type { Item } from "./item";

type Place = Pick<Item, "label" | "icon" | "also"> & { path: string };

const MAIN: Place[] = [
  { path: "/inbox", label: "Inbox", icon: Inbox, also: "conversations texts" },
  { path: "/approvals", label: "Approvals", icon: Shield, also: "waiting" },
  { path: "/campaigns", label: "Campaigns", icon: Megaphone, also: "bulk sends" },
  { path: "/workflows", label: "Workflows", icon: Workflow, also: "automation" },
  { path: "/contacts", label: "Contacts", icon: Users, also: "people customers" },
  { path: "/assistants", label: "Assistants", icon: Sparkles, also: "ai knowledge" },
  { path: "/numbers", label: "Numbers", icon: Hash, also: "phone registration" },
  { path: "/reports", label: "Reports", icon: ChartColumn, also: "figures charts" },
  { path: "/settings", label: "Settings", icon: Settings },
];

/** Too many to be shown before somebody looks for one. */
const DEEP: Place[] = [
  { path: "/campaigns/snippets", label: "Snippets", icon: TextQuote, also: "templates" },
  { path: "/workflows/gallery", label: "Gallery of workflows", icon: LayoutTemplate, also: "templates" },
  { path: "/contacts/lists", label: "Lists", icon: List, also: "contacts" },
  { path: "/contacts/segments", label: "Segments", icon: ListFilter, also: "contacts audience" },
  { path: "/contacts/imports", label: "Imports", icon: Upload, also: "contacts csv file" },
  { path: "/contacts/suppressions", label: "Numbers that get no texts", icon: Ban, also: "suppression stop" },
  {
    path: "/settings/workspace",
    label: "Settings: Workspace",
    icon: Building,
    also: "quiet hours name zone",
  },
  { path: "/settings/answering", label: "Settings: Answering", icon: AlarmClock, also: "office hours rules" },
  { path: "/settings/campaigns", label: "Settings: Campaigns", icon: Megaphone, also: "limits consent" },
  { path: "/settings/fields", label: "Settings: Contact fields", icon: Tags },
  { path: "/settings/members", label: "Settings: Members", icon: Users, also: "roles users" },
  { path: "/settings/teams", label: "Settings: Teams", icon: UserCog },
  { path: "/settings/carrier", label: "Settings: Carrier accounts", icon: Phone, also: "telnyx" },
  { path: "/settings/keys", label: "Settings: API keys", icon: Key },
  { path: "/settings/webhooks", label: "Settings: Webhooks", icon: Webhook, also: "deliveries" },
  { path: "/settings/secrets", label: "Settings: Workflow secrets", icon: Lock },
  {
    path: "/settings/appearance",
    label: "Settings: Appearance",
    icon: Palette,
    also: "theme dark density keys",
  },
  { path: "/settings/password", label: "Settings: Your password", icon: Lock },
];

const item = (isDeep: boolean) => (place: Place) => ({
  ...place,
  id: `go ${place.path}`,
  group: "Go to",
  isDeep,
  keys: SHORTCUTS.find(({ goes }) => goes === place.path)?.keys,
});

/** Those that this build has. */
export const PLACES: Item[] = [...MAIN.map(item(false)), ...DEEP.map(item(true))].filter(
  ({ path }) => find(routes, path) !== null,
);
