import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Contact, Page } from "$lib/api/types";
import { FoundContacts } from "./found.svelte";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it("asks once the writer has stopped, and for all when nothing is written", async () => {
  const list = vi.fn(async (_: { q?: string }): Promise<Page<Contact>> => ({ data: [] }));
  const found = new FoundContacts(10, list);
  found.look("A");
  found.look("Ann ");
  await vi.runAllTimersAsync();
  found.look(" ");
  await vi.runAllTimersAsync();
  expect(list.mock.calls.map(([{ q }]) => q)).toEqual(["Ann", undefined]);
});
