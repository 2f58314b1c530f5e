/** What can be done with the conversation on screen. */
import AlarmClock from "@lucide/svelte/icons/alarm-clock";
import Check from "@lucide/svelte/icons/check";
import Link from "@lucide/svelte/icons/link";
import Lock from "@lucide/svelte/icons/lock";
import RotateCcw from "@lucide/svelte/icons/rotate-ccw";
import Sparkles from "@lucide/svelte/icons/sparkles";
import User from "@lucide/svelte/icons/user-round";
import UserCheck from "@lucide/svelte/icons/user-round-check";
import Users from "@lucide/svelte/icons/users";
import type { Conversation, Mode } from "$lib/api/types";
import { closeAndGoOn, patch, setStatus } from "$lib/conversation/actions";
import { snoozeChoices } from "$lib/conversation/words";
import { keysOf } from "$lib/keys/table";
import { composerOf } from "$lib/message/composer.svelte";
import { directory } from "$lib/session/directory.svelte";
import { session } from "$lib/session/session.svelte";
import { dayAndClock } from "$lib/ui/format";
import { roughly } from "$lib/ui/now.svelte";
import { toasts } from "$lib/ui/toasts.svelte";
import type { Item, Scope } from "./item";

const GROUP = "This conversation";

const MODES: { mode: Mode | null; label: string; hint: string }[] = [
  { mode: null, label: "Its own", hint: "As the assistant is set up" },
  { mode: "off", label: "Off", hint: "It keeps out" },
  { mode: "draft", label: "Draft", hint: "It suggests, people send" },
  { mode: "auto", label: "Auto", hint: "It answers by itself" },
];

/** What one thing of it can be set to. */
export function choices(scope: Exclude<Scope, "all">, c: Conversation): Item[] {
  if (scope === "assign") return [...members(c), ...teams(c)];
  if (scope === "snooze")
    return snoozeChoices(new Date(roughly.now)).map(({ label, until }) => ({
      id: `snooze ${label}`,
      group: "Snooze until",
      label,
      hint: dayAndClock(until.getTime(), roughly.now),
      icon: AlarmClock,
      run: () => setStatus(c, "snoozed", until.toISOString()),
    }));
  return MODES.map(({ mode, label, hint }) => ({
    id: `assistant ${label}`,
    group: "The assistant here",
    label,
    hint,
    icon: Sparkles,
    isOn: (c.mode ?? null) === mode,
    run: () => patch(c, { mode }),
  }));
}

function members(c: Conversation): Item[] {
  const me = session.me?.user.id;
  const all = [...(directory.members.value ?? [])].sort(
    (a, b) => Number(b.user_id === me) - Number(a.user_id === me),
  );
  const assign = (assignee_id: string | null, label: string): Item => ({
    id: `assign ${assignee_id}`,
    group: "Assign to",
    label,
    icon: assignee_id === me ? UserCheck : User,
    isOn: c.assignee_id === assignee_id,
    run: () => patch(c, { assignee_id }),
  });
  return [
    ...all.map(({ user_id, name }) => assign(user_id, user_id === me ? `${name} (you)` : name)),
    assign(null, "Nobody"),
  ];
}

function teams(c: Conversation): Item[] {
  const all = directory.teams.value ?? [];
  if (all.length === 0 && !c.team_id) return [];
  const give = (team_id: string | null, label: string): Item => ({
    id: `team ${team_id}`,
    group: "Give to a team",
    label,
    icon: Users,
    isOn: c.team_id === team_id,
    run: () => patch(c, { team_id }),
  });
  return [...all.map(({ id, name }) => give(id, name)), give(null, "Everybody")];
}

export function acts(c: Conversation): Item[] {
  const me = session.me?.user.id ?? null;
  const act = (id: string, label: string, icon: Item["icon"], over: Partial<Item>): Item => ({
    id: `act ${id}`,
    group: GROUP,
    label,
    icon,
    keys: keysOf(id),
    ...over,
  });
  const deep = (scope: Exclude<Scope, "all">, before: (choice: Item) => string): Item[] =>
    choices(scope, c).map((choice) => ({
      ...choice,
      group: GROUP,
      label: `${before(choice)} ${choice.label}`,
      isDeep: true,
    }));
  const isOpen = c.status === "open";
  return [
    isOpen
      ? act("close", "Close", Check, { also: "done resolve", run: () => closeAndGoOn(c) })
      : act("reopen", "Open again", RotateCcw, { also: "reopen", run: () => setStatus(c, "open") }),
    ...(isOpen ? [act("snooze", "Snooze…", AlarmClock, { opens: "snooze", also: "later remind" })] : []),
    ...(me && c.assignee_id !== me
      ? [act("mine", "Assign to me", UserCheck, { also: "take", run: () => patch(c, { assignee_id: me }) })]
      : []),
    act("assign", "Assign…", User, { opens: "assign", also: "give member team" }),
    act("note", "Add a note", Lock, { also: "internal comment", run: () => writeNote(c.id) }),
    act("assistant", "Assistant here…", Sparkles, { opens: "assistant", also: "ai off draft auto" }),
    act("link", "Copy the link to it", Link, { also: "url address share", run: () => copyLink(c.id) }),
    ...(isOpen ? deep("snooze", () => "Snooze:") : []),
    ...deep("assign", ({ id }) => (id.startsWith("team") ? "Give to the team" : "Assign to")),
    ...deep("assistant", () => "Assistant here:"),
  ];
}

function writeNote(conversation: string): void {
  composerOf(conversation).setMode("note");
  document.getElementById("composer")?.focus();
}

async function copyLink(conversation: string): Promise<void> {
  const link = `${location.origin}/inbox/${conversation}`;
  try {
    await navigator.clipboard.writeText(link);
    toasts.show("The link is copied.");
  } catch {
    // Without https there is no clipboard.
    toasts.show(link);
  }
}
