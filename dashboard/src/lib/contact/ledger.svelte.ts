/** What a contact said about getting texts, and what is written down or asked of it here. */
import { contacts as api, tenant } from "$lib/api";
import type { Consent, Tenant } from "$lib/api/types";
import { Action } from "$lib/ui/action.svelte";
import { Paged } from "$lib/ui/paged.svelte";
import { Resource } from "$lib/ui/resource.svelte";
import { consentOf, type ConsentForm } from "./consent";

type Calls = Pick<typeof api, "consents" | "recordConsent" | "askConsent">;

export class ConsentLedger {
  readonly lines: Paged<Consent>;
  readonly recording = new Action();
  readonly asking = new Action();
  /** With which words people are asked. */
  readonly words = new Resource<Tenant["settings"]["opt_in"]>(
    async () => (await tenant.get()).settings.opt_in,
  );

  constructor(
    readonly contact: string,
    private readonly calls: Calls = api,
  ) {
    this.lines = new Paged((cursor) => calls.consents(contact, cursor));
  }

  /** Resolves to whether it is written down. */
  record(form: ConsentForm): Promise<boolean> {
    return this.#write(this.recording, (key) => this.calls.recordConsent(this.contact, consentOf(form), key));
  }

  /** From one of our numbers, on one of theirs; empty: their first. */
  ask(number_id: string, phone: string): Promise<boolean> {
    const asked = { number_id, ...(phone && { phone }) };
    return this.#write(this.asking, (key) => this.calls.askConsent(this.contact, asked, key));
  }

  async #write(action: Action, write: (key: string) => Promise<unknown>): Promise<boolean> {
    const done = await action.once(write);
    if (done) void this.lines.load();
    return done;
  }
}
