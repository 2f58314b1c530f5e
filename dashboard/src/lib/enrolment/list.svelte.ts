/** Who is on their way through a workflow: found by name or number, by how they stand, by where. */
import { enrolments as api } from "$lib/api/workflows";
import type { Enrolment, EnrolmentStatus } from "$lib/api/types";
import { Paged } from "$lib/ui/paged.svelte";
import { Throttle } from "$lib/ui/throttle";

const PAUSE_MS = 200;
/** A busy workflow tells of somebody all the time; looking so often is enough. */
const EVERY_MS = 3_000;

export class EnrolmentList {
  q = $state("");
  status = $state<EnrolmentStatus | "">("");
  step = $state<string | null>(null);
  readonly pages: Paged<Enrolment>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #again = new Throttle(() => void this.pages.load(), EVERY_MS);

  constructor(workflow: string, list: typeof api.list = api.list) {
    this.pages = new Paged((cursor) =>
      list(
        {
          workflow_id: workflow,
          q: this.q.trim() || undefined,
          status: this.status || undefined,
          step: this.step ?? undefined,
        },
        cursor,
      ),
    );
  }

  get isNarrowed(): boolean {
    return this.q.trim() !== "" || this.status !== "" || this.step !== null;
  }

  look(by: { q?: string; status?: EnrolmentStatus | ""; step?: string | null }): void {
    Object.assign(this, by);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.pages.load(), by.q === undefined ? 0 : PAUSE_MS);
  }

  /** Somebody went on. Who has looked further down the list is not taken back to its top. */
  heard(): void {
    if ((this.pages.all?.length ?? 0) <= 25) this.#again.ask();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#again.stop();
  }
}
