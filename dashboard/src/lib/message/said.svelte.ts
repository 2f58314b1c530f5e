/** Snippets for one person in a conversation, with what is known of them put in. */
import { contacts, snippets as api } from "$lib/api";
import { every } from "$lib/api/every";
import type { Contact, NewContactField, Snippet } from "$lib/api/types";
import { fill, read } from "$lib/campaign/template";
import { Resource } from "$lib/ui/resource.svelte";

export interface Ready {
  id: string;
  name: string;
  /** As this person would read it; `null`: something is not known of them. */
  text: string | null;
  lacks: string | null;
}

export class SnippetsFor {
  readonly found: Resource<readonly Ready[]>;

  constructor(
    contact: string,
    own: () => readonly NewContactField[],
    list: typeof api.list = api.list,
    get: (id: string) => Promise<Contact> = contacts.get,
  ) {
    this.found = new Resource(async () => {
      const [all, person] = await Promise.all([every(list), get(contact)]);
      return all.map((one) => readyFor(one, person, own())).sort((a, b) => a.name.localeCompare(b.name));
    });
  }
}

export function readyFor(
  { id, name, body }: Snippet,
  person: Contact,
  own: readonly NewContactField[],
): Ready {
  const found = read(body, null);
  if ("fault" in found) return { id, name, text: null, lacks: null };
  const filled = fill(found.parts, person, own);
  return "text" in filled
    ? { id, name, text: filled.text, lacks: null }
    : { id, name, text: null, lacks: filled.lacks };
}
