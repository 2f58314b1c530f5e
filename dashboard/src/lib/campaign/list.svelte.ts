/** The campaigns, the newest first, kept true by the live stream. */
import { reasonOf } from "$lib/api";
import { campaigns as api } from "$lib/api/campaigns";
import type { Campaign, LiveEvent } from "$lib/api/types";

export class CampaignList {
  all = $state.raw<readonly Campaign[] | null>(null);
  error = $state<string | null>(null);
  isLoading = $state(false);
  #cursor = $state<string | null>(null);
  #turn = 0;

  constructor(private readonly list: typeof api.list = api.list) {}

  get hasMore(): boolean {
    return this.#cursor !== null;
  }

  /** From the beginning; what was loaded before stays until then. */
  load(): Promise<void> {
    return this.#fetch(undefined, () => []);
  }

  more(): Promise<void> {
    return this.#fetch(this.#cursor ?? undefined, () => this.all ?? []);
  }

  apply(event: LiveEvent): void {
    if (event.type !== "campaign.updated" || this.all === null) return;
    const { campaign, id } = event.data;
    if (campaign === undefined) this.all = this.all.filter((one) => one.id !== id);
    else if (this.all.some((one) => one.id === campaign.id))
      this.all = this.all.map((one) => (one.id === campaign.id ? campaign : one));
    // Ids are in the order of their making: an older one belongs to a page that is not here.
    else if (this.#cursor === null || campaign.id > (this.all.at(-1)?.id ?? ""))
      this.all = [...this.all, campaign].sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  async #fetch(cursor: string | undefined, before: () => readonly Campaign[]): Promise<void> {
    const turn = ++this.#turn;
    this.isLoading = true;
    this.error = null;
    try {
      const page = await this.list(cursor);
      if (turn !== this.#turn) return;
      const known = before();
      this.all = [...known, ...page.data.filter((one) => !known.some((other) => other.id === one.id))];
      this.#cursor = page.next_cursor ?? null;
    } catch (error) {
      if (turn === this.#turn) this.error = reasonOf(error);
    } finally {
      if (turn === this.#turn) this.isLoading = false;
    }
  }
}
