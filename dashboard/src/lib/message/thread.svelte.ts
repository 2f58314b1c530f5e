/** The messages of one conversation, as far back as they were asked for. */
import { conversations as api, reasonOf } from "$lib/api";
import type { Message } from "$lib/api/types";
import { mergeMessages } from "$lib/live/merge";

export class Thread {
  /** Oldest first. */
  messages = $state.raw<readonly Message[]>([]);
  isLoaded = $state(false);
  isLoading = $state(false);
  error = $state<string | null>(null);
  #cursor = $state<string | null>(null);

  constructor(readonly id: string) {}

  get hasOlder(): boolean {
    return this.#cursor !== null;
  }

  merge(arrived: readonly Message[]): void {
    this.messages = mergeMessages(this.messages, arrived);
  }

  /** Fetches the newest page. The stream keeps it true from then on, so a loaded thread needs no second one. */
  async load(again = false): Promise<void> {
    if (this.isLoading || (this.isLoaded && !again)) return;
    await this.#page(undefined);
  }

  async older(): Promise<void> {
    if (this.isLoading || !this.#cursor) return;
    await this.#page(this.#cursor);
  }

  async #page(cursor: string | undefined): Promise<void> {
    this.isLoading = true;
    this.error = null;
    try {
      const page = await api.messages(this.id, cursor);
      this.merge(page.data);
      // A refreshed first page must not forget how far back we already went.
      if (cursor !== undefined || !this.isLoaded) this.#cursor = page.next_cursor ?? null;
      this.isLoaded = true;
    } catch (error) {
      this.error = reasonOf(error);
    } finally {
      this.isLoading = false;
    }
  }
}
