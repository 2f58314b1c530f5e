/** The names behind ids: assistants and members, fetched once and again when they change elsewhere. */
import { assistants, members, tenant } from "$lib/api";
import { session } from "./session.svelte";
import { Resource } from "$lib/ui/resource.svelte";

class Directory {
  assistants = new Resource(() => assistants.list().then((page) => page.data));
  members = new Resource(() => members.list().then((page) => page.data));

  /** What is kept of contacts besides name and company. */
  fields = new Resource(() => tenant.get().then((found) => found.settings.fields));

  /** Fetches what is not here yet. */
  need(): void {
    if (!this.assistants.value && !this.assistants.isLoading) void this.assistants.load();
    if (!this.members.value && !this.members.isLoading) void this.members.load();
  }

  assistantName(id: string | null): string {
    return this.assistants.value?.find((a) => a.id === id)?.name ?? "Assistant";
  }

  memberName(id: string | null): string {
    if (id !== null && id === session.me?.user.id) return "You";
    return this.members.value?.find((m) => m.user_id === id)?.name ?? "Someone";
  }
}

export const directory = new Directory();
