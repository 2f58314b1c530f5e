import { describe, expect, it, vi } from "vitest";
import type { Contact, ContactList, ListChanged, ListedContacts } from "$lib/api/types";
import { FilledList, type Calls } from "./filled.svelte";

const aList: ContactList = { id: "lst_1", name: "Guests", contacts: 0, created_at: "2026-11-23T10:00:00Z" };

function filled(over: Partial<Calls> = {}) {
  const add = vi.fn(
    async (_: string, { contact_ids = [], phones = [] }: ListedContacts): Promise<ListChanged> => ({
      list: aList,
      changed: contact_ids.length,
      unknown: phones,
      merged: [],
    }),
  );
  const create = vi.fn(async ({ phone }: { phone: string }) => ({ id: `con${phone}` }) as Contact);
  const onchange = vi.fn();
  const calls = { contacts: async () => ({ data: [] }), add, takeOff: add, create, ...over } as Calls;
  return { list: new FilledList("lst_1", onchange, calls), add, create, onchange };
}

describe("a list that is filled", () => {
  it("tells whose numbers are nobody’s, and makes contacts of them", async () => {
    const { list, add, onchange } = filled();
    await list.add({ phones: ["+1", "+2"] });
    expect([list.changed, list.strangers]).toEqual([0, ["+1", "+2"]]);
    await list.addStrangers();
    expect(add).toHaveBeenLastCalledWith("lst_1", { contact_ids: ["con+1", "con+2"] });
    expect([list.changed, list.strangers]).toEqual([2, []]);
    expect(onchange).toHaveBeenCalledTimes(2);
  });

  it("keeps those who could not be made, and puts the others on it", async () => {
    const create = vi.fn(async ({ phone }: { phone: string }) => {
      if (phone === "+2") throw new Error("The network is down.");
      return { id: `con${phone}` } as Contact;
    });
    const { list, add } = filled({ create } as Partial<Calls>);
    await list.add({ phones: ["+1", "+2", "+3"] });
    expect(await list.addStrangers()).toBe(false);
    expect(add).toHaveBeenLastCalledWith("lst_1", { contact_ids: ["con+1"] });
    expect([list.strangers, list.filling.error]).toEqual([["+2", "+3"], "The network is down."]);
  });
});
