/** What the palette draws from: the page on screen, what is known here, and the server. */
import Filter from "@lucide/svelte/icons/list-filter";
import List from "@lucide/svelte/icons/list";
import Megaphone from "@lucide/svelte/icons/megaphone";
import MessageSquare from "@lucide/svelte/icons/message-square";
import Monitor from "@lucide/svelte/icons/monitor";
import Moon from "@lucide/svelte/icons/moon";
import PenLine from "@lucide/svelte/icons/square-pen";
import Rows from "@lucide/svelte/icons/rows-3";
import RowsClose from "@lucide/svelte/icons/rows-4";
import Search from "@lucide/svelte/icons/search";
import Keyboard from "@lucide/svelte/icons/keyboard";
import Sparkles from "@lucide/svelte/icons/sparkles";
import Sun from "@lucide/svelte/icons/sun";
import Upload from "@lucide/svelte/icons/upload";
import User from "@lucide/svelte/icons/user-round";
import Clock from "@lucide/svelte/icons/clock-3";
import Workflow from "@lucide/svelte/icons/workflow";
import { contacts, conversations } from "$lib/api";
import { campaigns } from "$lib/api/campaigns";
import type { Campaign, Contact, Conversation } from "$lib/api/types";
import { workflows } from "$lib/api/workflows";
import { nameOf } from "$lib/conversation/words";
import { keysOf } from "$lib/keys/table";
import { desk } from "$lib/live/desk.svelte";
import { directory } from "$lib/session/directory.svelte";
import { overlay } from "$lib/session/overlay.svelte";
import { session } from "$lib/session/session.svelte";
import { density, type Density } from "$lib/ui/density.svelte";
import { Resource } from "$lib/ui/resource.svelte";
import { find as pageAt } from "$lib/ui/router.svelte";
import { theme, type Theme } from "$lib/ui/theme.svelte";
import { routes } from "$routes/index";
import { acts, choices } from "./acts";
import type { Item } from "./item";
import type { Sources } from "./palette.svelte";
import { PLACES } from "./places";
import type { Recents } from "./recents";

/** The page that searches messages; where there is none, the palette does not offer it. */
const SEARCH = "/search";
const FOUND_MAX = 5;
/** The newest; an older one is found on its own page. */
const CAMPAIGNS_MAX = 100;

const THEMES: [Theme, string, Item["icon"]][] = [
  ["system", "Light or dark as the system", Monitor],
  ["light", "Light", Sun],
  ["dark", "Dark", Moon],
];
const DENSITIES: [Density, string, Item["icon"]][] = [
  ["comfortable", "Comfortable rows", Rows],
  ["compact", "Compact rows", RowsClose],
];

export function sourcesFor(recents: Recents): Sources {
  const sent = new Resource(() => campaigns.list(undefined, CAMPAIGNS_MAX).then(({ data }) => data));
  void sent.load();
  directory.need();
  directory.needGroups();

  return {
    items(scope) {
      const open = desk.viewing ? desk.conversations.get(desk.viewing) : undefined;
      if (scope !== "all") return open ? choices(scope, open) : [];
      return [...lately(recents), ...(open ? acts(open) : []), ...beginnings(), ...PLACES, ...looks()];
    },
    things: () => [
      ...[...desk.conversations.values()].map(ofConversation),
      ...(sent.value ?? []).map(ofCampaign),
      ...named("Assistants", "/assistants", Sparkles, directory.assistants.value),
      ...named("Lists", "/contacts/lists", List, directory.lists.value),
      ...named("Segments", "/contacts/segments", Filter, directory.segments.value),
    ],
    async find(q, signal) {
      const asked = await Promise.allSettled([
        conversations.list({ status: "all", q, limit: FOUND_MAX }, signal),
        contacts.list({ q, limit: FOUND_MAX }, signal),
        workflows.list({ q, state: "all" }, signal),
      ]);
      const [talks, people, flows] = asked;
      // One that refuses takes nothing away from what the others found.
      if (talks.status === "rejected" && asked.every(({ status }) => status === "rejected"))
        throw talks.reason;
      for (const one of foundBy(talks)) desk.putConversation(one);
      return [
        ...foundBy(talks).map(ofConversation),
        ...foundBy(people).map(ofContact),
        ...named("Workflows", "/workflows", Workflow, foundBy(flows).slice(0, FOUND_MAX)),
      ];
    },
    last: (sought) =>
      pageAt(routes, SEARCH) && {
        id: "search messages",
        group: "Messages",
        label: `Search messages for “${sought}”`,
        icon: Search,
        run: () => seek(sought),
      },
  };
}

const foundBy = <T>(asked: PromiseSettledResult<{ data: T[] }>): T[] =>
  asked.status === "fulfilled" ? asked.value.data : [];

/** The page reads what is sought from its address. */
function seek(sought: string): void {
  history.pushState(null, "", `${SEARCH}?q=${encodeURIComponent(sought)}`);
  dispatchEvent(new PopStateEvent("popstate"));
}

const lately = (recents: Recents): Item[] =>
  recents.all.map(({ id, group, label, path }) => ({
    id: `recent ${id}`,
    group: "Recent",
    label,
    hint: group === "Go to" ? undefined : group.replace(/s$/, ""),
    icon: PLACES.find((place) => place.path === path)?.icon ?? Clock,
    path,
  }));

function beginnings(): Item[] {
  const make = (label: string, icon: Item["icon"], over: Partial<Item>): Item => ({
    id: `make ${label}`,
    group: "Begin",
    label,
    icon,
    ...over,
  });
  return [
    make("New conversation", PenLine, {
      keys: keysOf("new"),
      also: "write text",
      run: () => overlay.show("conversation"),
    }),
    ...(session.mayManage
      ? [make("New campaign", Megaphone, { also: "bulk send", run: () => overlay.show("campaign") })]
      : []),
    make("Import contacts", Upload, { also: "csv file upload", path: "/contacts/imports/new" }),
    make("Keyboard shortcuts", Keyboard, {
      keys: keysOf("shortcuts"),
      also: "keys help",
      run: () => overlay.show("shortcuts"),
    }),
  ];
}

function looks(): Item[] {
  const group = "Appearance";
  return [
    ...THEMES.map(([value, label, icon]) => ({
      id: `theme ${value}`,
      group,
      label,
      icon,
      also: "appearance theme mode colours",
      isOn: theme.chosen === value,
      run: () => theme.choose(value),
    })),
    ...DENSITIES.map(([value, label, icon]) => ({
      id: `density ${value}`,
      group,
      label,
      icon,
      also: "appearance density",
      isOn: density.chosen === value,
      run: () => density.choose(value),
    })),
  ];
}

const ofConversation = (c: Conversation): Item => ({
  id: `conversation ${c.id}`,
  group: "Conversations",
  label: nameOf(c),
  hint:
    [c.contact.name && c.contact.phone_pretty, c.contact.company].filter(Boolean).join(" · ") || undefined,
  also: c.contact.phone,
  icon: MessageSquare,
  path: `/inbox/${c.id}`,
});

const ofContact = (contact: Contact): Item => ({
  id: `contact ${contact.id}`,
  group: "Contacts",
  label: contact.name?.trim() || contact.phone_pretty || (contact.addresses[0]?.pretty ?? "A contact"),
  hint: [contact.name && contact.phone_pretty, contact.company].filter(Boolean).join(" · ") || undefined,
  also: contact.phone,
  icon: User,
  path: `/contacts/${contact.id}`,
});

const ofCampaign = ({ id, name }: Campaign): Item => ({
  id: `campaign ${id}`,
  group: "Campaigns",
  label: name,
  icon: Megaphone,
  path: `/campaigns/${id}`,
});

const named = (
  group: string,
  under: string,
  icon: Item["icon"],
  all: readonly { id: string; name: string }[] | null,
): Item[] =>
  (all ?? []).map(({ id, name }) => ({
    id: `${under} ${id}`,
    group,
    label: name,
    icon,
    path: `${under}/${id}`,
  }));
