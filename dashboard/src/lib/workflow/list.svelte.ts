/** The workflows, the newest first, kept true by the live stream. */
import { reasonOf } from "$lib/api";
import { workflows as api } from "$lib/api/workflows";
import type { LiveEvent, Workflow } from "$lib/api/types";

export type Shown = "current" | "archived";
const PAUSE_MS = 200;

export class WorkflowList {
  all = $state.raw<readonly Workflow[] | null>(null);
  search = $state("");
  shown = $state<Shown>("current");
  error = $state<string | null>(null);
  isLoading = $state(false);
  #cursor = $state<string | null>(null);
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly list: typeof api.list = api.list) {}

  get hasMore(): boolean {
    return this.#cursor !== null;
  }

  /** Whether it is all of them, as far as they go. */
  get isAll(): boolean {
    return this.search.trim() === "" && this.shown === "current";
  }

  /** From the beginning; what was loaded before stays until then. */
  load = (): Promise<void> => this.#fetch(undefined, () => []);

  more = (): Promise<void> => this.#fetch(this.#cursor ?? undefined, () => this.all ?? []);

  look(change: { search?: string; shown?: Shown }): void {
    this.search = change.search ?? this.search;
    this.shown = change.shown ?? this.shown;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), change.search === undefined ? 0 : PAUSE_MS);
  }

  apply(event: LiveEvent): void {
    if (event.type !== "workflow.updated" || this.all === null) return;
    const { workflow, id } = event.data;
    if (workflow === undefined) this.all = this.all.filter((one) => one.id !== id);
    else if (!this.#isMeant(workflow)) this.all = this.all.filter((one) => one.id !== workflow.id);
    else if (this.all.some((one) => one.id === workflow.id))
      this.all = this.all.map((one) => (one.id === workflow.id ? workflow : one));
    // Ids are in the order of their making: an older one belongs to a page that is not here.
    else if (this.#cursor === null || workflow.id > (this.all.at(-1)?.id ?? ""))
      this.all = [...this.all, workflow].sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  #isMeant({ name, state }: Workflow): boolean {
    const isShown = (state === "archived") === (this.shown === "archived");
    return isShown && name.toLowerCase().includes(this.search.trim().toLowerCase());
  }

  async #fetch(cursor: string | undefined, before: () => readonly Workflow[]): Promise<void> {
    const turn = ++this.#turn;
    this.isLoading = true;
    this.error = null;
    const search = this.search.trim();
    try {
      const page = await this.list({
        ...(search && { q: search }),
        ...(this.shown === "archived" && { state: "archived" as const }),
        ...(cursor && { cursor }),
      });
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
