import { beforeEach, describe, expect, it, vi } from "vitest";
import type { SearchHit, SearchKind, SearchResults } from "$lib/api/types";
import { Search } from "./search.svelte";

const hit = (kind: SearchKind, n: number) => ({ kind, id: `${kind}${n}`, title: `${n}` }) as SearchHit;
const of = (
  kind: SearchKind,
  count: number,
  next_cursor: string | null = null,
  since: string | null = null,
) => ({
  kind,
  count,
  next_cursor,
  searched_since: since,
});
const answer = (data: SearchHit[], found: SearchResults["found"]): SearchResults => ({
  data,
  found,
  next_cursor: null,
});
const seven = [1, 2, 3, 4, 5, 6, 7].map((n) => hit("message", n));

describe("searching", () => {
  const find =
    vi.fn<(query: { q: string; cursor?: string }, signal?: AbortSignal) => Promise<SearchResults>>();
  let search: Search;

  beforeEach(() => {
    vi.useFakeTimers();
    find.mockReset();
    find.mockResolvedValue(
      answer([...seven, hit("list", 1)], [of("message", 7, "c1"), of("contact", 0), of("list", 1)]),
    );
    search = new Search(find);
  });

  it("looks once for what was typed in one breath", async () => {
    for (const typed of ["b", "br", " bread "]) search.look(typed);
    await vi.runAllTimersAsync();
    expect(find.mock.calls.map(([query]) => query.q)).toEqual(["bread"]);
    expect(search.groups.map(({ kind, hits, isMore }) => [kind, hits.length, isMore])).toEqual([
      ["message", 5, true],
      ["list", 1, false],
    ]);
    expect([search.count("message"), search.count("contact"), search.count("campaign")]).toEqual([
      "7+",
      "0",
      "",
    ]);
    search.kind = "message";
    expect(search.groups.map(({ hits }) => hits.length)).toEqual([7]);
  });

  it("goes on with one kind, and keeps the others", async () => {
    search.query = "bread";
    await search.load();
    find.mockResolvedValue(answer([hit("message", 8)], [of("message", 1)]));
    await search.more("message");
    expect(find.mock.lastCall?.[0]).toMatchObject({ q: "bread", kinds: "message", cursor: "c1" });
    expect([search.count("message"), search.count("list"), search.hits.length]).toEqual(["8", "1", 9]);
    await search.more("message");
    expect(find).toHaveBeenCalledTimes(2);
  });

  it("lets only the last answer count", async () => {
    let late: (results: SearchResults) => void = () => {};
    find.mockReturnValueOnce(new Promise((resolve) => (late = resolve)));
    search.query = "old";
    const first = search.load();
    search.query = "new";
    await search.load();
    late(answer([hit("contact", 9)], [of("contact", 1)]));
    await first;
    expect([search.answered, search.hits.length, search.isLoading]).toEqual(["new", 8, false]);
  });

  it("says why it cannot, keeps what it had, and forgets all when the box is emptied", async () => {
    search.query = "bread";
    await search.load();
    find.mockRejectedValue(new Error("off"));
    await search.load();
    expect([search.error !== null, search.hits.length]).toEqual([true, 8]);
    search.look("");
    expect([search.error, search.hits.length, search.answered, search.groups.length]).toEqual([
      null,
      0,
      null,
      0,
    ]);
  });

  it("shows that it did not come to the end, although nothing was found so far", async () => {
    find.mockResolvedValue(answer([], [of("message", 0, "c2", "2026-01-01T00:00:00Z"), of("contact", 0)]));
    search.query = "rare";
    await search.load();
    expect(search.groups.map(({ kind, isMore }) => [kind, isMore])).toEqual([["message", true]]);
  });
});
