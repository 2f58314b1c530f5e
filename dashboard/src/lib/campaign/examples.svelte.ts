/** Some of the contacts, to choose an example and tags from. */
import { contacts as api } from "$lib/api";
import type { Contact } from "$lib/api/types";

const PAGES_MAX = 20;

export class Examples {
  /** The contacts that were looked at; `null`: not yet. */
  contacts = $state.raw<readonly Contact[] | null>(null);
  isLoading = false;

  constructor(private readonly list: typeof api.list = api.list) {}

  async load(): Promise<void> {
    if (this.isLoading) return;
    this.isLoading = true;
    try {
      const found: Contact[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < PAGES_MAX; page++) {
        const { data, next_cursor } = await this.list({ cursor, limit: 100 });
        found.push(...data);
        // The first page is enough to choose an example from.
        this.contacts = [...found];
        if (!next_cursor) break;
        cursor = next_cursor;
      }
    } catch {
      // An example is a help, and a tag can be written.
    } finally {
      this.isLoading = false;
    }
  }

  /** The tags that somebody has, sorted. */
  readonly tags: readonly string[] = $derived(
    [...new Set(this.contacts?.flatMap((contact) => contact.tags))].sort((a, b) => a.localeCompare(b)),
  );
}
