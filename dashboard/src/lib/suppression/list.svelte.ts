/** The numbers that get no texts: looked for, added by hand or from a file, and taken off. */
import { suppressions as api } from "$lib/api";
import type { Suppression, SuppressionsAdded } from "$lib/api/types";
import { Action } from "$lib/ui/action.svelte";
import { Paged } from "$lib/ui/paged.svelte";
import { phonesIn } from "./words";

export interface Adding {
  /** One number a line; with a file it does not count. */
  phones: string;
  file: File | null;
  reason: string;
  /** On the browser's clock; empty: for good. */
  until: string;
}

export class SuppressionList {
  /** A whole number to look for; empty: all. */
  phone = $state("");
  /** Also those that count no more. */
  withPast = $state(false);
  readonly pages: Paged<Suppression>;
  readonly adding = new Action();
  readonly removal = new Action();
  /** What became of the last ones that were added. */
  added = $state.raw<SuppressionsAdded | null>(null);

  constructor(private readonly calls: Pick<typeof api, "list" | "add" | "addFile" | "takeOff"> = api) {
    this.pages = new Paged((cursor) =>
      calls.list({ phone: this.phone.trim() || undefined, past: this.withPast || undefined, cursor }),
    );
  }

  look(phone: string): Promise<void> {
    this.phone = phone;
    return this.pages.load();
  }

  showPast(withPast: boolean): Promise<void> {
    this.withPast = withPast;
    return this.pages.load();
  }

  /** Resolves to whether they are on the list; `added` says how many, and which lines were not read. */
  async add({ phones, file, reason, until }: Adding): Promise<boolean> {
    const end = until ? new Date(until).toISOString() : null;
    return this.#changes(
      this.adding.once(async (key) => {
        this.added = null;
        this.added = file
          ? await this.calls.addFile(file, reason, end)
          : await this.calls.add({ phones: phonesIn(phones), reason, until: end }, key);
      }),
    );
  }

  takeOff(id: string, why: string): Promise<boolean> {
    return this.#changes(this.removal.once((key) => this.calls.takeOff(id, why, key)));
  }

  async #changes(change: Promise<boolean>): Promise<boolean> {
    const done = await change;
    if (done) void this.pages.load();
    return done;
  }
}
