/** The messages of one conversation, as far back as they were asked for; or some of them around one that was found. */
import { conversations as api, reasonOf } from "$lib/api";
import type { Message, MessagePart } from "$lib/api/types";
import { mergeMessages } from "$lib/live/merge";

export class Thread {
  /** Oldest first. */
  messages = $state.raw<readonly Message[]>([]);
  isLoaded = $state(false);
  isLoading = $state(false);
  error = $state<string | null>(null);
  #cursor = $state<string | null>(null);
  /** After which one there are more that are not here; `null`: what is here goes on to the end. */
  #newerThan = $state<string | null>(null);
  #turn = 0;

  constructor(
    readonly id: string,
    private readonly fetchPage: typeof api.messages = api.messages,
  ) {}

  get hasOlder(): boolean {
    return this.#cursor !== null;
  }

  get hasNewer(): boolean {
    return this.#newerThan !== null;
  }

  merge(arrived: readonly Message[]): void {
    // What comes in at the end does not join what stands before a gap; it is fetched with the rest.
    const joins = this.hasNewer
      ? arrived.filter(({ id }) => this.messages.some((known) => known.id === id))
      : arrived;
    this.messages = mergeMessages(this.messages, joins);
  }

  /** Fetches the newest page. The stream keeps it true from then on, so a loaded thread needs no second one. */
  async load(again = false): Promise<void> {
    if (this.isLoading || (this.isLoaded && (!again || this.hasNewer))) return;
    await this.#page({});
  }

  /** Goes to a message that was found; to the end, if it is not there any more. Resolves to whether it is. */
  async around(id: string): Promise<boolean> {
    const isHere = () => this.messages.some((known) => known.id === id);
    if (isHere()) return true;
    await this.#page({ around: id });
    if (this.error) await this.load();
    return isHere();
  }

  /** Back to the end, from wherever it went. */
  async latest(): Promise<void> {
    if (this.hasNewer) await this.#page({});
  }

  async older(): Promise<void> {
    if (!this.isLoading && this.#cursor) await this.#page({ cursor: this.#cursor });
  }

  async newer(): Promise<void> {
    if (this.isLoading || !this.#newerThan) return;
    await this.#page({ newer_than: this.#newerThan });
    // What came in meanwhile was not joined.
    if (!this.hasNewer) await this.load(true);
  }

  /** Of several that overlap only the last counts. */
  async #page(part: MessagePart): Promise<void> {
    const turn = ++this.#turn;
    this.isLoading = true;
    this.error = null;
    try {
      const page = await this.fetchPage(this.id, part);
      if (turn !== this.#turn) return;
      const goesOn = part.cursor !== undefined || part.newer_than !== undefined;
      const isElsewhere = !!part.around || (!goesOn && this.hasNewer);
      // A refreshed first page must not forget how far back we already went.
      if (part.cursor || isElsewhere || !this.isLoaded) this.#cursor = page.next_cursor ?? null;
      if (!part.cursor) this.#newerThan = page.newer_than ?? null;
      this.messages = mergeMessages(isElsewhere ? [] : this.messages, page.data);
      this.isLoaded = true;
    } catch (error) {
      if (turn === this.#turn) this.error = reasonOf(error);
    } finally {
      if (turn === this.#turn) this.isLoading = false;
    }
  }
}
