/** All pages of a list that is never long. */
import type { Page } from "./types";

/** More than there may be of anything that is fetched so. */
const PAGES_MAX = 20;

export async function every<T>(fetchPage: (cursor?: string) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  for (let nth = 0; nth < PAGES_MAX; nth++) {
    const page = await fetchPage(cursor);
    all.push(...page.data);
    if (!page.next_cursor) break;
    cursor = page.next_cursor;
  }
  return all;
}
