/** Who is to get a campaign, page by page, and fetched again as they go on. */
import { reasonOf } from "$lib/api";
import { campaigns as api } from "$lib/api/campaigns";
import type { Page, Recipient, SoughtRecipients } from "$lib/api/types";

const PAGE = 50;
/** So many pages are kept true; those below them are as they were when they were fetched. */
const FRESH_PAGES = 4;
/** While texts go out by the hundred, the list is fetched this often. */
export const REFRESH_MS = 3_000;

export class Recipients {
  all = $state.raw<readonly Recipient[] | null>(null);
  /** Whom to show; nothing said: everybody. */
  sought = $state.raw<SoughtRecipients>({});
  error = $state<string | null>(null);
  isLoading = $state(false);
  #cursor = $state<string | null>(null);
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly campaign: string,
    private readonly fetchPage: typeof api.recipients = api.recipients,
  ) {}

  get hasMore(): boolean {
    return this.#cursor !== null;
  }

  choose(sought: SoughtRecipients): void {
    this.sought = sought;
    this.all = null;
    this.#cursor = null;
    void this.load();
  }

  async load(): Promise<void> {
    const wanted = Math.min(FRESH_PAGES, Math.max(1, Math.ceil((this.all?.length ?? 0) / PAGE)));
    await this.#run(async (isCurrent) => {
      const fresh: Recipient[] = [];
      let cursor: string | null = null;
      for (let page = 0; page < wanted; page++) {
        const found = await this.#page(cursor);
        if (!isCurrent()) return;
        fresh.push(...found.data);
        cursor = found.next_cursor ?? null;
        if (cursor === null) break;
      }
      // Whoever is further down stays: rows keep the order of their ids.
      const last = fresh.at(-1)?.id ?? "";
      const below = cursor === null ? [] : (this.all ?? []).filter((row) => row.id > last);
      if (below.length === 0) this.#cursor = cursor;
      this.all = [...fresh, ...below];
    });
  }

  more(): Promise<void> {
    return this.#run(async (isCurrent) => {
      const found = await this.#page(this.#cursor);
      if (!isCurrent()) return;
      const known = new Set(this.all?.map((row) => row.id));
      this.all = [...(this.all ?? []), ...found.data.filter((row) => !known.has(row.id))];
      this.#cursor = found.next_cursor ?? null;
    });
  }

  /** Something changed: fetched again, but not more often than every few seconds. */
  touch(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (!this.isLoading) void this.load();
      else this.touch();
    }, REFRESH_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#turn += 1;
  }

  #page(cursor: string | null): Promise<Page<Recipient>> {
    return this.fetchPage(this.campaign, { ...this.sought, cursor: cursor ?? undefined, limit: PAGE });
  }

  async #run(work: (isCurrent: () => boolean) => Promise<void>): Promise<void> {
    const turn = ++this.#turn;
    this.isLoading = true;
    this.error = null;
    try {
      await work(() => turn === this.#turn);
    } catch (error) {
      if (turn === this.#turn) this.error = reasonOf(error);
    } finally {
      if (turn === this.#turn) this.isLoading = false;
    }
  }
}
