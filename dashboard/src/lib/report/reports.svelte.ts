/** The reports of a page: over which days, and each as it comes. */
import { reports as calls, type ReportName, type WantedPeriod } from "$lib/api/reports";
import type { ReportPeriod } from "$lib/api/types";
import { Resource } from "$lib/ui/resource.svelte";

export type Choice = "today" | "7d" | "30d" | "90d" | "own";

export const CHOICES: { value: Choice; label: string }[] = [
  { value: "today", label: "Today" },
  { value: "7d", label: "7 days" },
  { value: "30d", label: "30 days" },
  { value: "90d", label: "90 days" },
  { value: "own", label: "Own dates" },
];

/** What happened just now is counted within a moment. */
const AGAIN_MS = 1_500;
const AGAIN_MAX = 4;

export class Reports {
  choice = $state<Choice>("7d");
  from = $state("");
  until = $state("");
  readonly volume = new Resource(() => this.api.volume(this.wanted));
  readonly responses = new Resource(() => this.api.responses(this.wanted));
  readonly deliverability = new Resource(() => this.api.deliverability(this.wanted));
  readonly assistants = new Resource(() => this.api.assistants(this.wanted));
  readonly cost = new Resource(() => this.api.cost(this.wanted));
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly api: typeof calls = calls) {}

  get wanted(): WantedPeriod {
    return this.choice === "own"
      ? { from: this.from, until: this.until || undefined }
      : { period: this.choice };
  }

  /** The days are said, as far as one must. */
  get isChosen(): boolean {
    return this.choice !== "own" || this.from !== "";
  }

  get #all(): Resource<{ period: ReportPeriod }>[] {
    return [this.volume, this.responses, this.deliverability, this.assistants, this.cost];
  }

  /** Which days the figures that are shown are over. */
  get period(): ReportPeriod | null {
    return this.volume.value?.period ?? null;
  }

  /** Own dates begin as the days that are shown. */
  choose(choice: Choice): void {
    if (choice === "own" && this.period) {
      this.from = this.period.from;
      this.until = this.period.until;
    }
    this.choice = choice;
    void this.load();
  }

  file(name: ReportName): string {
    return this.api.file(name, this.wanted);
  }

  /** All of them, and again while something is being counted. */
  async load(times = 0): Promise<void> {
    this.stop();
    if (!this.isChosen) return;
    const asked = JSON.stringify(this.wanted);
    await Promise.all(this.#all.map((one) => one.load()));
    const isBehind = this.#all.some((one) => one.value?.period.is_behind);
    if (isBehind && times < AGAIN_MAX && asked === JSON.stringify(this.wanted))
      this.#again = setTimeout(() => void this.load(times + 1), AGAIN_MS);
  }

  stop(): void {
    clearTimeout(this.#again);
  }
}
