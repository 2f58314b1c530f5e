/** What assistants want to do and people must approve: what waits, and what was heard of the rest. */
import { SvelteMap } from "svelte/reactivity";
import { approvals as api, newKey, reasonOf } from "$lib/api";
import type { Approval } from "$lib/api/types";
import { toasts } from "$lib/ui/toasts.svelte";
import { mergeApproval } from "./words";

/** More than anybody decides on in a sitting; the count says so with a plus. */
export const WAITING_MAX = 100;
const RECENT = 20;

export class Approvals {
  all = new SvelteMap<string, Approval>();
  /** There are more that wait than were fetched. */
  hasMore = $state(false);
  isLoaded = $state(false);
  error = $state<string | null>(null);

  constructor(
    private readonly calls: Pick<typeof api, "list" | "ofConversation" | "approve" | "reject"> = api,
  ) {}

  /** The one that waits for the longest first. */
  readonly waiting: readonly Approval[] = $derived(
    [...this.all.values()]
      .filter((a) => a.state === "waiting")
      .sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at)),
  );

  /** What waits for a person: the rest waits for the contact's code, though people may decide on that, too. */
  readonly forPeople: readonly Approval[] = $derived(this.waiting.filter((a) => a.asks === "person"));

  /** The newest first. */
  readonly decided: readonly Approval[] = $derived(
    [...this.all.values()]
      .filter((a) => a.state !== "waiting")
      .sort((a, b) => Date.parse(b.decided_at ?? b.created_at) - Date.parse(a.decided_at ?? a.created_at)),
  );

  /** What is shown where it was asked: what waits, and what is being done. */
  shownIn(conversation: string): Approval[] {
    return [...this.all.values()]
      .filter((a) => a.conversation_id === conversation && (a.state === "waiting" || a.state === "approved"))
      .sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at));
  }

  /** Whether it was not known before. */
  put(arrived: Approval): boolean {
    const known = this.all.get(arrived.id);
    this.all.set(arrived.id, mergeApproval(known, arrived));
    return known === undefined;
  }

  /** All that wait. What was thought to wait and is not among them was decided while we were away. */
  async load(): Promise<void> {
    this.error = null;
    try {
      const before = this.waiting;
      const page = await this.calls.list("waiting", WAITING_MAX);
      const found = new Set(page.data.map((a) => a.id));
      for (const a of before) if (!found.has(a.id)) this.all.delete(a.id);
      page.data.forEach((a) => this.put(a));
      this.hasMore = Boolean(page.next_cursor);
      this.isLoaded = true;
    } catch (error) {
      this.error = reasonOf(error);
    }
  }

  /** The newest, whatever became of them. */
  async loadRecent(): Promise<void> {
    try {
      (await this.calls.list(undefined, RECENT)).data.forEach((a) => this.put(a));
    } catch (error) {
      this.error = reasonOf(error);
    }
  }

  approve(approval: Approval): Promise<void> {
    return this.#decide(approval, () => this.calls.approve(approval.id, newKey()));
  }

  reject(approval: Approval, reason: string): Promise<void> {
    return this.#decide(approval, () => this.calls.reject(approval.id, reason.trim(), newKey()));
  }

  clear(): void {
    this.all.clear();
    this.isLoaded = false;
    this.hasMore = false;
  }

  async #decide(approval: Approval, ask: () => Promise<Approval>): Promise<void> {
    try {
      this.put(await ask());
    } catch (error) {
      toasts.bad(reasonOf(error));
      // Somebody else was quicker, or its time is over: what stands now says it.
      await this.calls.ofConversation(approval.conversation_id).then(
        (page) => page.data.forEach((a) => this.put(a)),
        () => {},
      );
    }
  }
}
