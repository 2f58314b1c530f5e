/** What the workspace has that workflows name, fetched once: the names behind ids, and what can be chosen. */
import { campaigns } from "$lib/api/campaigns";
import { workflows } from "$lib/api/workflows";
import { every } from "$lib/api/every";
import type { Workflow } from "$lib/api/types";
import { Examples } from "$lib/campaign/examples.svelte";
import { directory } from "$lib/session/directory.svelte";
import { Resource } from "$lib/ui/resource.svelte";
import { catalogueOf } from "./catalogue";
import type { Document } from "./document";
import type { Names } from "./words";

export interface Choice {
  id: string;
  name: string;
}

export class Ground {
  workflows = new Resource<Workflow[]>(() => every((cursor) => workflows.list({ cursor })));
  campaigns = new Resource(() => campaigns.list().then((page) => page.data));
  /** People to try it with, and the tags that somebody has. */
  examples = new Examples();

  load(): void {
    directory.need();
    directory.needNumbers();
    directory.needGroups();
    void directory.fields.load();
    void this.workflows.load();
    void this.campaigns.load();
    void this.examples.load();
  }

  readonly numbers: Choice[] = $derived(
    (directory.numbers.value ?? []).map(({ id, label, pretty }) => ({ id, name: label || pretty })),
  );
  readonly teams: Choice[] = $derived(directory.teams.value ?? []);
  readonly members: Choice[] = $derived(
    (directory.members.value ?? []).map(({ user_id, name }) => ({ id: user_id, name })),
  );
  readonly assistants: Choice[] = $derived(directory.assistants.value ?? []);
  readonly lists: Choice[] = $derived(directory.lists.value ?? []);
  readonly segments: Choice[] = $derived(directory.segments.value ?? []);

  /** What things are called in a document. */
  names(document: Pick<Document, "variables">): Names {
    const names = catalogueOf(document, directory.fields.value ?? []);
    const called = (all: readonly Choice[] | null | undefined, id: string, otherwise: string) =>
      all?.find((one) => one.id === id)?.name ?? otherwise;
    return {
      names,
      number: (id) => called(this.numbers, id, "a number"),
      // A list may be named by its name, too.
      list: (id) => called(this.lists, id, id.startsWith("lst_") ? "a list" : id),
      segment: (id) => called(this.segments, id, "a segment"),
      team: (id) => called(this.teams, id, "a team"),
      member: (id) => called(this.members, id, "somebody"),
      assistant: (id) => called(this.assistants, id, "An assistant"),
      workflow: (id) => called(this.workflows.value, id, "a workflow"),
      campaign: (id) => called(this.campaigns.value, id, "a campaign"),
    };
  }
}

export const ground = new Ground();
