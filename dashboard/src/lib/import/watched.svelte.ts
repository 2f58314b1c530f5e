/** One import on screen: as it stands, how fast it goes, and what is ordered of it. */
import { imports as api, Problem, reasonOf } from "$lib/api";
import type { ContactImport, ImportPatch, LiveEvent } from "$lib/api/types";
import { Action } from "$lib/ui/action.svelte";
import { Throttle } from "$lib/ui/throttle";
import { lookedAt, throughOf, type Sample } from "./pace";
import { isAtWork } from "./words";

/** A large file is told of several times a second. */
export const REFRESH_MS = 700;

export type Order = Parameters<typeof api.order>[1];

export class WatchedImport {
  job = $state.raw<ContactImport | null>(null);
  error = $state<string | null>(null);
  isMissing = $state(false);
  samples = $state.raw<readonly Sample[]>([]);
  readonly orders = new Action();
  /** What was heard of it so far: an answer that was asked for before counts no more. */
  #heard = 0;
  readonly #refresh = new Throttle(() => this.load(), REFRESH_MS);

  constructor(
    readonly id: string,
    private readonly calls: Pick<typeof api, "get" | "order" | "update"> = api,
  ) {}

  async load(): Promise<void> {
    const heard = this.#heard;
    this.error = null;
    try {
      const job = await this.calls.get(this.id);
      if (heard === this.#heard) this.put(job);
    } catch (error) {
      if (error instanceof Problem && error.status === 404) this.isMissing = true;
      else this.error = reasonOf(error);
    }
  }

  /** The stream says only that it has gone on. */
  apply(event: LiveEvent): void {
    if (event.type === "import.updated" && event.data.id === this.id) this.#refresh.ask();
  }

  put(job: ContactImport, at = Date.now()): void {
    this.#heard += 1;
    const isOther = job.state !== this.job?.state;
    const sample = { at, through: throughOf(job) };
    this.samples = isAtWork(job.state) ? lookedAt(isOther ? [] : this.samples, sample) : [];
    this.job = job;
  }

  /** Throws with the reason when it is refused. */
  async change(patch: ImportPatch): Promise<void> {
    await this.#ask(() => this.calls.update(this.id, patch));
  }

  order(order: Order): Promise<boolean> {
    return this.orders.run(() => this.#ask(() => this.calls.order(this.id, order)));
  }

  stop(): void {
    this.#refresh.stop();
  }

  async #ask(asking: () => Promise<ContactImport>): Promise<void> {
    try {
      this.put(await asking());
    } catch (error) {
      // Somebody else was quicker: what stands now says it.
      if (error instanceof Problem && error.status === 409) void this.load();
      throw error;
    }
  }
}
