/** The names behind ids, as they can stand in a sentence: assistants, members, teams, lists and segments, fetched once and again when they change elsewhere. */
import { assistants, contactFields, imports, lists, members, numbers, segments, teams } from "$lib/api";
import { every } from "$lib/api/every";
import type { LiveEvent } from "$lib/api/types";
import { session } from "./session.svelte";
import { apart } from "$lib/ui/apart";
import { Resource } from "$lib/ui/resource.svelte";

class Directory {
  assistants = new Resource(() => assistants.list().then((page) => page.data));
  members = new Resource(() => members.list().then((page) => page.data));

  /** What is kept of contacts besides name and company. */
  fields = new Resource(() => contactFields.list().then((page) => page.data));
  numbers = new Resource(() => numbers.list().then((page) => page.data));
  teams = new Resource(() => teams.list().then((page) => page.data));
  lists = new Resource(() => every(lists.list));
  segments = new Resource(() => every(segments.list));
  /** The newest of them. */
  imports = new Resource(() => imports.list().then((page) => page.data));

  /** Fetches what is not here yet. */
  need(): void {
    if (!this.assistants.value && !this.assistants.isLoading) void this.assistants.load();
    if (!this.members.value && !this.members.isLoading) void this.members.load();
    if (!this.teams.value && !this.teams.isLoading) void this.teams.load();
  }

  needNumbers(): void {
    if (!this.numbers.value && !this.numbers.isLoading) void this.numbers.load();
  }

  /** The same for lists and segments, which only some pages name. */
  needGroups(): void {
    if (!this.lists.value && !this.lists.isLoading) void this.lists.load();
    if (!this.segments.value && !this.segments.isLoading) void this.segments.load();
    if (!this.imports.value && !this.imports.isLoading) void this.imports.load();
  }

  assistantName(id: string | null): string {
    return apart(this.assistants.value?.find((a) => a.id === id)?.name ?? "Assistant");
  }

  memberName(id: string | null): string {
    if (id !== null && id === session.me?.user.id) return "You";
    return apart(this.members.value?.find((m) => m.user_id === id)?.name ?? "Someone");
  }

  /** As people call it, else as they read it. */
  numberName(id: string): string {
    const number = this.numbers.value?.find((n) => n.id === id);
    return number ? apart(number.label || number.pretty) : "a number";
  }

  teamName(id: string | null): string {
    return apart(this.teams.value?.find((t) => t.id === id)?.name ?? "A team");
  }

  listName(id: string): string {
    return apart(this.lists.value?.find((l) => l.id === id)?.name ?? "a list");
  }

  segmentName(id: string): string {
    return apart(this.segments.value?.find((s) => s.id === id)?.name ?? "a segment");
  }

  /** Whether the person at the keyboard is in this team. */
  isMine(team: string | null): boolean {
    const me = session.me?.user.id;
    return !!me && !!this.teams.value?.find((t) => t.id === team)?.member_ids.includes(me);
  }

  /** What was changed elsewhere, where it is shown here. */
  apply(event: LiveEvent): void {
    if (event.type === "team.updated" && this.teams.value) void this.teams.load();
    if (event.type === "number.updated" && this.numbers.value) void this.numbers.load();
    if (event.type === "list.updated" && this.lists.value) void this.lists.load();
    // A segment may look at a list, and have faults once it is gone.
    if (/^(list|segment)\./.test(event.type) && this.segments.value) void this.segments.load();
  }
}

export const directory = new Directory();
