/** The people behind the rows: fetched as they come into sight, a few at once. */
import { SvelteMap } from "svelte/reactivity";
import { contacts as api } from "$lib/api";
import type { Contact, LiveEvent } from "$lib/api/types";

const AT_ONCE = 4;

export class People {
  known = new SvelteMap<string, Contact>();
  #asked = new Set<string>();
  #queue: string[] = [];
  #working = 0;

  constructor(private readonly get: (id: string) => Promise<Contact> = api.get) {}

  need(ids: readonly string[]): void {
    for (const id of ids) {
      if (this.#asked.has(id)) continue;
      this.#asked.add(id);
      this.#queue.push(id);
    }
    while (this.#working < AT_ONCE && this.#queue.length > 0) void this.#work();
  }

  put(contacts: readonly Contact[]): void {
    for (const contact of contacts) {
      this.#asked.add(contact.id);
      this.known.set(contact.id, contact);
    }
  }

  apply(event: LiveEvent): void {
    if (event.type === "contact.updated" && this.known.has(event.data.contact.id))
      this.put([event.data.contact]);
  }

  async #work(): Promise<void> {
    this.#working += 1;
    for (let id = this.#queue.shift(); id !== undefined; id = this.#queue.shift()) {
      try {
        this.known.set(id, await this.get(id));
      } catch {
        // Their number stands there as it is; the next page asks again.
        this.#asked.delete(id);
      }
    }
    this.#working -= 1;
  }
}
