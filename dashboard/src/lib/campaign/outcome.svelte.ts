/** What came of a campaign, asked for again as it goes on. */
import { campaigns as api } from "$lib/api/campaigns";
import type { Campaign, CampaignOutcomes, CampaignVariantFigures, HeldNumber } from "$lib/api/types";
import { Resource } from "$lib/ui/resource.svelte";
import { Throttle } from "$lib/ui/throttle";

const REFRESH_MS = 5_000;

export class Outcome {
  readonly found: Resource<CampaignOutcomes>;
  /** Of several texts; of one, nothing. */
  readonly variants: Resource<readonly CampaignVariantFigures[]>;
  /** Its numbers that a limit holds just now. */
  readonly pace: Resource<readonly HeldNumber[]>;
  #seen = "";
  #campaign: Campaign | null = null;
  readonly #looking = new Throttle(() => this.#load(), REFRESH_MS);

  constructor(id: string, calls: Pick<typeof api, "outcomes" | "variants" | "pace"> = api) {
    this.found = new Resource(() => calls.outcomes(id));
    this.variants = new Resource(async () => (await calls.variants(id)).data);
    this.pace = new Resource(async () => (await calls.pace(id)).held);
  }

  /** Looks again where there is more to see: at once, and then no more often than every few seconds. */
  look(campaign: Campaign): void {
    const { state, counts, replied, clicked } = campaign;
    const seen = JSON.stringify([state, counts, replied, clicked]);
    if (seen === this.#seen) return;
    this.#seen = seen;
    this.#campaign = campaign;
    this.#looking.ask();
  }

  stop(): void {
    this.#looking.stop();
  }

  #load(): void {
    const campaign = this.#campaign;
    if (!campaign) return;
    void this.found.load();
    if (campaign.variants.length || campaign.holdout_percent) void this.variants.load();
    if (campaign.state === "running") void this.pace.load();
    else this.pace.value = null;
  }
}
