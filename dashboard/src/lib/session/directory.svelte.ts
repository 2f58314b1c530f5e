/** The names behind ids: assistants, members and teams, fetched once and again when they change elsewhere. */
import { assistants, members, teams, tenant } from "$lib/api";
import type { LiveEvent } from "$lib/api/types";
import { session } from "./session.svelte";
import { Resource } from "$lib/ui/resource.svelte";

class Directory {
  assistants = new Resource(() => assistants.list().then((page) => page.data));
  members = new Resource(() => members.list().then((page) => page.data));

  /** What is kept of contacts besides name and company. */
  fields = new Resource(() => tenant.get().then((found) => found.settings.fields));
  teams = new Resource(() => teams.list().then((page) => page.data));

  /** Fetches what is not here yet. */
  need(): void {
    if (!this.assistants.value && !this.assistants.isLoading) void this.assistants.load();
    if (!this.members.value && !this.members.isLoading) void this.members.load();
    if (!this.teams.value && !this.teams.isLoading) void this.teams.load();
  }

  assistantName(id: string | null): string {
    return this.assistants.value?.find((a) => a.id === id)?.name ?? "Assistant";
  }

  memberName(id: string | null): string {
    if (id !== null && id === session.me?.user.id) return "You";
    return this.members.value?.find((m) => m.user_id === id)?.name ?? "Someone";
  }

  teamName(id: string | null): string {
    return this.teams.value?.find((t) => t.id === id)?.name ?? "A team";
  }

  /** Whether the person at the keyboard is in this team. */
  isMine(team: string | null): boolean {
    const me = session.me?.user.id;
    return !!me && !!this.teams.value?.find((t) => t.id === team)?.member_ids.includes(me);
  }

  /** Teams that were changed elsewhere, where they are shown here. */
  apply(event: LiveEvent): void {
    if (event.type === "team.updated" && this.teams.value) void this.teams.load();
  }
}

export const directory = new Directory();
