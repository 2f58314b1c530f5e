/** One person’s way with everything that happened on it, kept true while somebody looks. */
import { reasonOf } from "$lib/api";
import { enrolments as api } from "$lib/api/workflows";
import type { Enrolment, EnrolmentTrace, LiveEvent } from "$lib/api/types";

type Calls = Pick<typeof api, "trace" | "order">;

export class Path {
  trace = $state.raw<EnrolmentTrace | null>(null);
  error = $state<string | null>(null);
  isLoading = $state(false);
  #turn = 0;

  constructor(
    readonly id: string,
    private readonly calls: Calls = api,
  ) {}

  get enrolment(): Enrolment | null {
    return this.trace?.enrolment ?? null;
  }

  /** Steps that they came to. */
  readonly visited: ReadonlySet<string> = $derived(
    new Set((this.trace?.turns ?? []).flatMap(({ lines }) => lines.flatMap(({ step }) => step ?? []))),
  );

  /** Only what is not here yet is fetched. Of several that overlap the last counts. */
  async load(): Promise<void> {
    const turn = ++this.#turn;
    this.isLoading = true;
    this.error = null;
    const known = this.trace?.turns ?? [];
    try {
      const found = await this.calls.trace(this.id, known.at(-1)?.seq);
      if (turn === this.#turn) this.trace = { ...found, turns: [...known, ...found.turns] };
    } catch (error) {
      if (turn === this.#turn) this.error = reasonOf(error);
    } finally {
      if (turn === this.#turn) this.isLoading = false;
    }
  }

  async order(order: "pause" | "resume" | "cancel" | "retry"): Promise<void> {
    await this.calls.order(this.id, order);
    await this.load();
  }

  apply(event: LiveEvent): void {
    if (event.type === "enrolment.updated" && event.data.id === this.id) void this.load();
  }
}
