/** Who is on one list, and how it is filled. */
import { contacts as contactsApi, lists as api, newKey } from "$lib/api";
import type { Contact, ContactList, ListedContacts } from "$lib/api/types";
import { Action } from "$lib/ui/action.svelte";
import { Paged } from "$lib/ui/paged.svelte";

export interface Calls {
  contacts: typeof api.contacts;
  add: typeof api.add;
  takeOff: typeof api.takeOff;
  create: typeof contactsApi.create;
}
const CALLS: Calls = { ...api, create: contactsApi.create };

export class FilledList {
  readonly members: Paged<Contact>;
  readonly filling = new Action();
  /** Numbers that were to be put on it and are nobody's yet. */
  strangers = $state.raw<readonly string[]>([]);
  /** How many the last order put on it, or took off it; `null`: there was none. */
  changed = $state<number | null>(null);

  constructor(
    readonly id: string,
    /** It has other counts now. */
    private readonly onchange: (list: ContactList) => void,
    private readonly calls: Calls = CALLS,
  ) {
    this.members = new Paged((cursor) => calls.contacts(id, cursor));
  }

  add(who: ListedContacts): Promise<boolean> {
    return this.filling.run(() => this.#add(who));
  }

  takeOff(contact: string): Promise<boolean> {
    return this.filling.run(async () => {
      const { list } = await this.calls.takeOff(this.id, { contact_ids: [contact] });
      this.changed = null;
      this.onchange(list);
      await this.members.load();
    });
  }

  /** Makes contacts of those who are nobody's yet, and puts them on it. */
  addStrangers(): Promise<boolean> {
    return this.filling.run(async () => {
      const made: string[] = [];
      try {
        for (const phone of this.strangers) made.push((await this.calls.create({ phone }, newKey())).id);
      } finally {
        // Whoever became a contact is put on it, even if the next one did not.
        const left = this.strangers.slice(made.length);
        if (made.length) await this.#add({ contact_ids: made });
        this.strangers = left;
      }
    });
  }

  async #add(who: ListedContacts): Promise<void> {
    const { list, changed, unknown } = await this.calls.add(this.id, who);
    this.changed = changed;
    this.strangers = unknown;
    this.onchange(list);
    await this.members.load();
  }
}
