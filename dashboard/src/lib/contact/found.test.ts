import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Contact, Page } from "$lib/api/types";
import { FoundContacts } from "./found.svelte";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it("asks once the writer has stopped, and for all when nothing is written", async () => {
  const list = vi.fn(async (_: { q?: string; tag?: string }): Promise<Page<Contact>> => ({ data: [] }));
  const found = new FoundContacts(10, list);
  found.look("A");
  found.look("Ann ");
  await vi.runAllTimersAsync();
  found.look(" ");
  await vi.runAllTimersAsync();
  expect(list.mock.calls.map(([{ q }]) => q)).toEqual(["Ann", undefined]);
});

it("narrows at once, together with what is written", async () => {
  const list = vi.fn(async (_: { q?: string; tag?: string }): Promise<Page<Contact>> => ({ data: [] }));
  const found = new FoundContacts(10, list);
  found.look("Ann");
  found.narrow({ tag: "vip" });
  expect(found.isNarrowed).toBe(true);
  await vi.runAllTimersAsync();
  found.look("");
  found.narrow({ tag: "" });
  await vi.runAllTimersAsync();
  expect(list.mock.calls.map(([{ q, tag }]) => [q, tag])).toEqual([
    ["Ann", "vip"],
    [undefined, undefined],
  ]);
  expect(found.isNarrowed).toBe(false);
});
