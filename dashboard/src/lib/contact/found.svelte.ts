/** Contacts that are looked for by a piece of their name, company or number. */
import { contacts as api } from "$lib/api";
import type { Contact, LiveEvent } from "$lib/api/types";
import { Paged } from "$lib/ui/paged.svelte";

const PAUSE_MS = 180;

export class FoundContacts {
  query = $state("");
  /** Only those with this label, on this list; empty: whoever is found. */
  tag = $state("");
  list = $state("");
  readonly pages: Paged<Contact>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(limit: number, list: typeof api.list = api.list) {
    this.pages = new Paged((cursor) =>
      list({
        q: this.query.trim() || undefined,
        tag: this.tag || undefined,
        list: this.list || undefined,
        cursor,
        limit,
      }),
    );
  }

  /** Looks after a breath. */
  look(query: string): void {
    this.query = query;
    this.stop();
    this.#timer = setTimeout(() => void this.pages.load(), PAUSE_MS);
  }

  /** Looks at once. */
  narrow(by: { tag?: string; list?: string }): void {
    Object.assign(this, by);
    this.stop();
    void this.pages.load();
  }

  get isNarrowed(): boolean {
    return [this.query, this.tag, this.list].some((text) => text.trim() !== "");
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  apply(event: LiveEvent): void {
    if (event.type === "contact.updated") this.pages.put(event.data.contact);
  }
}
