import { expect, it, vi } from "vitest";
import { Problem } from "$lib/api";
import type { Snippet } from "$lib/api/types";
import { aSnippet } from "../../../test/samples";
import { SnippetLibrary } from "./library.svelte";

const taken = new Problem(422, "invalid", "Invalid.", [
  { field: "name", code: "taken", message: "Another snippet has this name." },
]);
const calls = () => ({
  list: vi.fn(async () => ({
    data: [aSnippet({ id: "snp_2", name: "Thanks" }), aSnippet()],
    next_cursor: null,
  })),
  create: vi.fn(async ({ name, body }: Partial<Snippet>) =>
    aSnippet({ id: "snp_3", name: name ?? "", body: body ?? "" }),
  ),
  update: vi.fn(async (id: string, change: Partial<Snippet>) => aSnippet({ id, ...change })),
  remove: vi.fn(async () => {}),
});
const names = (library: SnippetLibrary) => library.found.value?.map(({ name }) => name);

it("keeps them by name, whichever way they come", async () => {
  const library = new SnippetLibrary(calls() as never);
  await library.found.load();
  expect(names(library)).toEqual(["Hours", "Thanks"]);
  expect(await library.keep("Parking", "Behind the house.")).toBe(true);
  const hours = library.found.value?.[0];
  expect(await library.keep("Opening hours", "8 to 5.", hours)).toBe(true);
  expect(names(library)).toEqual(["Opening hours", "Parking", "Thanks"]);
  await library.remove("snp_3");
  expect(names(library)).toEqual(["Opening hours", "Thanks"]);
});

it("changes nothing that was refused, and says why", async () => {
  const api = calls();
  api.create.mockRejectedValueOnce(taken);
  api.remove.mockRejectedValueOnce(new Problem(403, "forbidden", "Managers do this."));
  const library = new SnippetLibrary(api as never);
  await library.found.load();
  expect(await library.keep("Hours", "8 to 5.")).toBe(false);
  expect(library.saving.field("name")).toBe("Another snippet has this name.");
  expect(await library.remove("snp_1")).toBe(false);
  expect(library.removal.error).toBe("Managers do this.");
  expect(names(library)).toEqual(["Hours", "Thanks"]);
});
