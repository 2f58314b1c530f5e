/** Contacts that are looked for by a piece of their name, company or number. */
import { contacts as api } from "$lib/api";
import type { Contact, LiveEvent } from "$lib/api/types";
import { Paged } from "$lib/ui/paged.svelte";

const PAUSE_MS = 180;

export class FoundContacts {
  query = $state("");
  readonly pages: Paged<Contact>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(limit: number, list: typeof api.list = api.list) {
    this.pages = new Paged((cursor) => list({ q: this.query.trim() || undefined, cursor, limit }));
  }

  /** Looks after a breath. */
  look(query: string): void {
    this.query = query;
    this.stop();
    this.#timer = setTimeout(() => void this.pages.load(), PAUSE_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  apply(event: LiveEvent): void {
    if (event.type === "contact.updated") this.pages.put(event.data.contact);
  }
}
