/** How many an audience means, as far as can be told before a launch: contacts are looked through, up to a bound. */
import { contacts as api } from "$lib/api";
import type { CampaignAudience, Contact } from "$lib/api/types";

const PAGES_MAX = 20;

export interface Reached {
  /** People who are meant. */
  people: number;
  /** Of them, those who will be skipped: they opted out, or are blocked. */
  skipped: number;
  /** There are more contacts than were looked at. */
  isMore: boolean;
}

export class Reach {
  /** The contacts that were looked at; `null`: not yet. */
  contacts = $state.raw<readonly Contact[] | null>(null);
  isMore = $state(false);
  isLoading = false;

  constructor(private readonly list: typeof api.list = api.list) {}

  async load(): Promise<void> {
    if (this.isLoading) return;
    this.isLoading = true;
    try {
      const found: Contact[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < PAGES_MAX; page++) {
        const { data, next_cursor } = await this.list({ cursor, limit: 100 });
        found.push(...data);
        // The first page is enough to choose an example from.
        this.contacts = [...found];
        this.isMore = Boolean(next_cursor);
        if (!next_cursor) break;
        cursor = next_cursor;
      }
    } catch {
      // No count is better than a wrong one.
      this.isMore = true;
    } finally {
      this.isLoading = false;
    }
  }

  /** The tags that somebody has, sorted. */
  readonly tags: readonly string[] = $derived(
    [...new Set(this.contacts?.flatMap((contact) => contact.tags))].sort((a, b) => a.localeCompare(b)),
  );

  of(audience: CampaignAudience): Reached | null {
    return this.contacts && reached(audience, this.contacts, this.isMore);
  }
}

/** Those named one by one count whatever their tags are: who leaves people out by tag leaves out contacts. */
export function reached(audience: CampaignAudience, contacts: readonly Contact[], isMore: boolean): Reached {
  const { everyone, tags, phones, without_tags } = audience;
  const named = new Set(phones);
  const has = (contact: Contact, some: readonly string[]) => contact.tags.some((tag) => some.includes(tag));
  const meant = contacts.filter(
    (c) => named.has(c.phone) || ((everyone || has(c, tags)) && !has(c, without_tags)),
  );
  const known = new Set(contacts.map((c) => c.phone));
  const strangers = phones.filter((phone) => !known.has(phone)).length;
  return {
    people: meant.length + strangers,
    skipped: meant.filter((c) => c.blocked || c.opted_out_at !== null).length,
    // Numbers are counted whoever has them.
    isMore: isMore && (everyone || tags.length > 0),
  };
}

/** `42 people`, `more than 2,000 people`. */
export const people = ({ people: count, isMore }: Pick<Reached, "people" | "isMore">): string =>
  `${isMore ? "more than " : ""}${count.toLocaleString("en")} ${count === 1 ? "person" : "people"}`;
