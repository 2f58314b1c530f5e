/** The imports, newest first, kept true by the live stream. */
import { imports as api, Problem } from "$lib/api";
import type { ContactImport, LiveEvent } from "$lib/api/types";
import { Paged } from "$lib/ui/paged.svelte";
import { Throttle } from "$lib/ui/throttle";

export const REFRESH_MS = 1_000;

export class ImportList {
  readonly pages: Paged<ContactImport>;
  /** What the stream told of and was not fetched since. */
  readonly #told = new Set<string>();
  readonly #refresh = new Throttle(() => this.#fetchTold(), REFRESH_MS);

  constructor(private readonly calls: Pick<typeof api, "list" | "get"> = api) {
    this.pages = new Paged((cursor) => this.calls.list(cursor));
  }

  apply(event: LiveEvent): void {
    if (event.type !== "import.updated" || this.pages.all === null) return;
    this.#told.add(event.data.id);
    this.#refresh.ask();
  }

  stop(): void {
    this.#refresh.stop();
  }

  async #fetchTold(): Promise<void> {
    const ids = [...this.#told];
    this.#told.clear();
    await Promise.all(ids.map((id) => this.#fetch(id)));
  }

  async #fetch(id: string): Promise<void> {
    try {
      const job = await this.calls.get(id);
      if (this.pages.all?.some((one) => one.id === id)) this.pages.put(job);
      // Ids are in the order of their making: an older one belongs to a page that is not here.
      else if (!this.pages.hasMore || id > (this.pages.all?.at(-1)?.id ?? "")) void this.pages.load();
    } catch (error) {
      if (error instanceof Problem && error.status === 404)
        this.pages.all = this.pages.all?.filter((one) => one.id !== id) ?? null;
      // Otherwise it stays as it was: the stream will tell of it again.
    }
  }
}
