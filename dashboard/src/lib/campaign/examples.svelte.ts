/** One of the contacts as an example, and the labels that they have. */
import { contacts as api } from "$lib/api";
import { every } from "$lib/api/every";
import type { Contact } from "$lib/api/types";

type Calls = Pick<typeof api, "list" | "tags">;

export class Examples {
  /** The newest contacts; `null`: they were not looked at yet. */
  contacts = $state.raw<readonly Contact[] | null>(null);
  /** The labels that somebody has, sorted. */
  tags = $state.raw<readonly string[]>([]);

  constructor(private readonly calls: Calls = api) {}

  async load(): Promise<void> {
    try {
      const [contacts, tags] = await Promise.all([this.calls.list({ limit: 100 }), every(this.calls.tags)]);
      this.contacts = contacts.data;
      this.tags = tags.map(({ tag }) => tag).sort((a, b) => a.localeCompare(b));
    } catch {
      // An example is a help, and a tag can be written.
    }
  }
}
