/** One campaign on screen: as it stands, how fast it goes, and what is ordered of it. */
import { Problem, reasonOf } from "$lib/api";
import { campaigns as api } from "$lib/api/campaigns";
import type { Campaign, CampaignLaunch, LiveEvent } from "$lib/api/types";
import { Action } from "$lib/ui/action.svelte";
import { lookedAt, sumOf, waitingOf, type Sample } from "./progress";

export class WatchedCampaign {
  campaign = $state.raw<Campaign | null>(null);
  error = $state<string | null>(null);
  isMissing = $state(false);
  samples = $state.raw<readonly Sample[]>([]);
  readonly orders = new Action();
  /** What was heard of it so far: an answer that was asked for before counts no more. */
  #heard = 0;

  constructor(
    readonly id: string,
    private readonly calls: Pick<typeof api, "get" | "order" | "launch" | "refuse"> = api,
  ) {}

  async load(): Promise<void> {
    const heard = this.#heard;
    this.error = null;
    try {
      const campaign = await this.calls.get(this.id);
      if (heard === this.#heard) this.put(campaign);
    } catch (error) {
      if (error instanceof Problem && error.status === 404) this.isMissing = true;
      else this.error = reasonOf(error);
    }
  }

  apply(event: LiveEvent): void {
    if (event.type !== "campaign.updated") return;
    const { campaign, id } = event.data;
    if (campaign?.id === this.id) this.put(campaign);
    else if (id === this.id) this.isMissing = true;
  }

  put(campaign: Campaign, at = Date.now()): void {
    this.#heard += 1;
    // How fast it goes is asked only while it goes; the list must be whole, or it grows meanwhile.
    const goes = campaign.state === "running" && campaign.frozen;
    const through = sumOf(campaign.counts) - waitingOf(campaign.counts);
    this.samples = goes ? lookedAt(this.samples, { at, through }) : [];
    this.campaign = campaign;
  }

  order(order: Parameters<typeof api.order>[1]): Promise<boolean> {
    return this.orders.run(() => this.#ask(() => this.calls.order(this.id, order)));
  }

  /** It does not go as it is. `note`: why, for whoever launched it. */
  refuse(note: string): Promise<boolean> {
    return this.orders.run(() => this.#ask(() => this.calls.refuse(this.id, note)));
  }

  launch(action: Action, launch: CampaignLaunch): Promise<boolean> {
    return action.once((key) => this.#ask(() => this.calls.launch(this.id, launch, key)));
  }

  async #ask(asking: () => Promise<Campaign>): Promise<void> {
    const heard = this.#heard;
    try {
      const campaign = await asking();
      // What the stream told meanwhile is newer than the answer, or the same.
      if (heard === this.#heard) this.put(campaign);
    } catch (error) {
      // Somebody else was quicker: what stands now says it.
      if (error instanceof Problem && error.status === 409) void this.load();
      throw error;
    }
  }
}
