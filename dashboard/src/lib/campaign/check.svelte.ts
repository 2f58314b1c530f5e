/** What a launch would do: counted by the server for everybody it would reach, and followed while it counts. */
import { reasonOf } from "$lib/api";
import { campaigns as api } from "$lib/api/campaigns";
import type { CampaignCheck, LiveEvent } from "$lib/api/types";

/** Lost events cost so long. */
const LOOK_MS = 3_000;

export class LaunchCheck {
  check = $state.raw<CampaignCheck | null>(null);
  /** Why there is none. */
  error = $state<string | null>(null);
  readonly isCounting: boolean = $derived(this.check?.state === "counting");
  /** Rises with each question: an answer to an older one counts no more. */
  #asked = 0;
  #isLooking = false;
  #isMissed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly id: string,
    private readonly calls: Pick<typeof api, "tryLaunch" | "check"> = api,
  ) {}

  /** Has it counted anew, as if it began at `when`; `null`: as soon as it may. */
  async ask(when: string | null): Promise<void> {
    const asked = ++this.#asked;
    clearTimeout(this.#timer);
    this.error = null;
    try {
      const check = await this.calls.tryLaunch(this.id, when);
      if (asked === this.#asked) this.#put(check);
    } catch (error) {
      if (asked !== this.#asked) return;
      this.check = null;
      this.error = reasonOf(error);
    }
  }

  apply(event: LiveEvent): void {
    if (event.type === "campaign.checked" && event.data.id === this.id && this.check) void this.look();
  }

  /** How far it is. One answer at a time is waited for. */
  async look(): Promise<void> {
    this.#isMissed = this.#isLooking;
    if (this.#isLooking) return;
    this.#isLooking = true;
    const asked = this.#asked;
    try {
      const check = await this.calls.check(this.id);
      // What was counted for an older question says nothing of this one.
      if (asked === this.#asked && check.run >= (this.check?.run ?? 0)) this.#put(check);
    } catch (error) {
      if (asked === this.#asked) this.error = reasonOf(error);
    } finally {
      this.#isLooking = false;
    }
    if (this.#isMissed) void this.look();
  }

  stop(): void {
    this.#asked += 1;
    clearTimeout(this.#timer);
  }

  #put(check: CampaignCheck): void {
    this.check = check;
    clearTimeout(this.#timer);
    if (check.state === "counting") this.#timer = setTimeout(() => void this.look(), LOOK_MS);
  }
}
