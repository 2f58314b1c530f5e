/** How many an audience means, counted by the server as a segment of its own. */
import { apart } from "$lib/ui/apart";
import { reasonOf, segments as api } from "$lib/api";
import type { CampaignAudience, Condition, Segment } from "$lib/api/types";
import { conditionOf, isNobody, PHONES_ASKED_MAX, segmentsOf, skippedOf, whose } from "./audience";

const PAUSE_MS = 400;

export interface Reached {
  /** People who are meant. */
  people: number;
  /** Of them, those who will be skipped: they opted out, or are blocked. */
  skipped: number;
  /** So many more may be: numbers of which nobody can tell before the launch whether they are named twice, or left out. */
  upTo: number;
}

export class Reach {
  /** `null`: nobody is chosen, it is being counted, or it cannot be. */
  reached = $state.raw<Reached | null>(null);
  /** Why it cannot be told. */
  error = $state<string | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #abort: AbortController | null = null;

  constructor(private readonly preview: typeof api.preview = api.preview) {}

  /** Counts after a breath; what was being counted before is given up. `segments`: all that there are; `null`: not here yet. */
  take(audience: CampaignAudience, segments: readonly Segment[] | null): void {
    this.stop();
    this.reached = null;
    this.error = null;
    if (isNobody(audience) || !segments) return;
    this.#timer = setTimeout(() => void this.#count(audience, segments), PAUSE_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#abort?.abort();
  }

  async #count(audience: CampaignAudience, segments: readonly Segment[]): Promise<void> {
    const abort = (this.#abort = new AbortController());
    try {
      const reached = await counted(audience, segments, (condition) =>
        this.#howMany(condition, abort.signal),
      );
      if (!abort.signal.aborted) this.reached = reached;
    } catch (error) {
      // No count is better than a wrong one.
      if (!abort.signal.aborted) this.error = reasonOf(error);
    }
  }

  async #howMany(condition: Condition, signal: AbortSignal): Promise<number> {
    const { count, faults } = await this.preview({ condition }, signal);
    if (count === null) throw new Error(faults[0]?.explanation ?? "The server does not count it.");
    return count;
  }
}

/** Numbers that are nobody's yet become contacts; of many one cannot tell whose they are. */
export async function counted(
  audience: CampaignAudience,
  segments: readonly Segment[],
  howMany: (condition: Condition) => Promise<number>,
): Promise<Reached> {
  const { phones } = audience;
  const named = segmentsOf(audience).map((id) => segments.find((segment) => segment.id === id));
  if (named.includes(undefined)) throw new Error("A segment of it is not here any more.");
  const broken = named.find((segment) => segment?.faults.length);
  if (broken) throw new Error(`The segment “${apart(broken.name)}” makes no sense any more.`);
  if (audience.imports.length || audience.without_imports.length)
    throw new Error("Whom an import means is counted when you check the launch.");
  const condition = conditionOf(audience, segments);
  const areFew = phones.length <= PHONES_ASKED_MAX;
  const [people, skipped, known] = await Promise.all([
    condition ? howMany(condition) : 0,
    condition ? howMany(skippedOf(condition)) : 0,
    phones.length > 0 && areFew ? howMany(whose(phones)) : 0,
  ]);
  const strangers = Math.max(0, phones.length - known);
  // Who is new has no tag and is on no list, but a condition may mean them.
  const isCertain = areFew && audience.without_segments.length === 0;
  return { people: people + (isCertain ? strangers : 0), skipped, upTo: isCertain ? 0 : strangers };
}

/** `42 people`, `42 to 1,042 people`. */
export function people({ people: count, upTo }: Pick<Reached, "people" | "upTo">): string {
  const most = count + upTo;
  const range = [count, ...(upTo ? [most] : [])].map((n) => n.toLocaleString("en")).join(" to ");
  return `${range} ${most === 1 ? "person" : "people"}`;
}
