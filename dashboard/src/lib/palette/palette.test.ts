import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Component } from "svelte";
import { ranked, shelved } from "./arrange";
import { RECENTS, type Item, type Scope } from "./item";
import { Palette } from "./palette.svelte";
import { Recents } from "./recents";

const icon = (() => {}) as unknown as Component<{ size?: number }>;
const item = (label: string, over: Partial<Item> = {}): Item => ({
  id: label,
  group: "Go to",
  label,
  icon,
  ...over,
});
const person = (label: string) => item(label, { id: `person ${label}`, group: "Contacts" });

const ITEMS: Record<Scope, Item[]> = {
  all: [
    item("Anna, lately", { group: "Recent" }),
    item("Close", { group: "This conversation" }),
    item("Assign to Mina", { group: "This conversation", isDeep: true }),
    item("Inbox"),
    item("Campaigns"),
  ],
  assign: [item("Mina", { group: "Assign to" }), item("Nobody", { group: "Assign to" })],
  snooze: [],
  assistant: [],
};

let asked: { sought: string; answer: (items: Item[]) => void; refuse: () => void; signal: AbortSignal }[];
let palette: Palette;
const labels = () => palette.items.map(({ label }) => label);

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  palette = new Palette({
    items: (scope) => ITEMS[scope],
    things: () => [item("Winter campaign", { group: "Campaigns" })],
    find: (sought, signal) =>
      new Promise((answer, refuse) =>
        asked.push({ sought, answer, refuse: () => refuse(new Error()), signal }),
      ),
    last: (sought) => item(`Search messages for “${sought}”`, { id: "last", group: "Messages" }),
  });
});
afterEach(() => vi.useRealTimers());

const typed = async (query: string) => {
  palette.write(query);
  await vi.advanceTimersByTimeAsync(200);
};

it("offers what there is as it comes, and nothing that is only for who looks for it", () => {
  expect(labels()).toEqual(["Anna, lately", "Close", "Inbox", "Campaigns"]);
  expect(palette.groups.map(({ name }) => name)).toEqual(["Recent", "This conversation", "Go to"]);
  expect(palette.selected?.label).toBe("Anna, lately");
  expect(asked).toEqual([]);
});

it("puts the best first, then what is found, and the search of messages last", async () => {
  await typed("camp");
  expect(labels()).toEqual(["Campaigns", "Winter campaign", "Search messages for “camp”"]);
  expect(palette.isLooking).toBe(true);
  asked[0]!.answer([person("Naomi Campbell")]);
  await vi.advanceTimersByTimeAsync(0);
  expect(labels()).toEqual(["Campaigns", "Winter campaign", "Naomi Campbell", "Search messages for “camp”"]);
  expect(palette.isLooking).toBe(false);
});

it("asks once for a word, and gives up what it asked for the last one", async () => {
  palette.write("jo");
  palette.write("jon");
  await vi.advanceTimersByTimeAsync(200);
  expect(asked.map(({ sought }) => sought)).toEqual(["jon"]);
  await typed("jona");
  expect(asked[0]!.signal.aborted).toBe(true);
  asked[0]!.answer([person("Jon Late")]);
  asked[1]!.answer([person("Jonas Weber")]);
  await vi.advanceTimersByTimeAsync(0);
  expect(labels()).toEqual(["Jonas Weber", "Search messages for “jona”"]);
});

it("keeps of an earlier word only what still fits", async () => {
  await typed("an");
  asked[0]!.answer([person("Anna"), person("Andrew")]);
  await vi.advanceTimersByTimeAsync(0);
  palette.write("andr");
  expect(labels()).toEqual(["Andrew", "Search messages for “andr”"]);
});

it("does not ask for a single letter, nor inside a choice", async () => {
  await typed("j");
  palette.enter("assign");
  await typed("mina");
  expect(asked).toEqual([]);
  expect(labels()).toEqual(["Mina"]);
});

it("tells that it could not ask, and goes on", async () => {
  await typed("camp");
  asked[0]!.refuse();
  await vi.advanceTimersByTimeAsync(0);
  expect([palette.hasFailed, palette.isLooking]).toEqual([true, false]);
  expect(labels()).toContain("Campaigns");
});

it("walks round the ends, and stays with what was picked when more arrives", async () => {
  palette.move(-1);
  expect(palette.selected?.label).toBe("Campaigns");
  palette.move(1);
  expect(palette.selected?.label).toBe("Anna, lately");
  await typed("camp");
  palette.move(1);
  asked[0]!.answer([person("Naomi Campbell")]);
  await vi.advanceTimersByTimeAsync(0);
  expect(palette.selected?.label).toBe("Winter campaign");
  palette.write("camp");
  expect(palette.selected?.label).toBe("Campaigns");
});

it("goes into a choice and back, but no further than it began", () => {
  palette.enter("assign");
  expect(labels()).toEqual(["Mina", "Nobody"]);
  expect(palette.leave()).toBe(true);
  expect(palette.scope).toBe("all");
  expect(palette.leave()).toBe(false);
});

it("shows no more than a few of one kind, each once", () => {
  const many = Array.from({ length: 9 }, (_, i) => person(`Anna ${i}`));
  const [group] = ranked("anna", many, [many[3]!, person("Anna of the server")]);
  expect(group?.items).toHaveLength(6);
  expect(new Set(group?.items.map(({ id }) => id)).size).toBe(6);
});

it("puts what only might be meant behind what the server found", () => {
  const groups = ranked("cmpgn", [item("Campaigns")], [person("Cmpgn Ltd")]);
  expect(groups.map(({ name }) => name)).toEqual(["Contacts", "Go to"]);
});

it("finds a thing by other words too", () => {
  const dark = item("Dark", { also: "appearance theme night" });
  expect(ranked("night", [dark], [])[0]?.items).toEqual([dark]);
  expect(shelved([{ ...dark, isDeep: true }])).toEqual([]);
});

it("remembers a few ways, the latest first, and survives what else stands there", () => {
  const recents = new Recents("ten_1.usr_1");
  for (let i = 0; i < 9; i++)
    recents.add({ id: `${i}`, group: "Go to", label: `Page ${i}`, path: `/p/${i}` });
  recents.add({ id: "7", group: "Go to", label: "Page 7 renamed", path: "/p/7" });
  expect(recents.all.map(({ label }) => label).slice(0, 2)).toEqual(["Page 7 renamed", "Page 8"]);
  expect(recents.all).toHaveLength(6);
  expect(new Recents("ten_1.usr_2").all).toEqual([]);
  localStorage.setItem(`tidings.${RECENTS}ten_1.usr_1`, `[{"path":"https://elsewhere"},null,3]`);
  expect(recents.all).toEqual([]);
  localStorage.setItem(`tidings.${RECENTS}ten_1.usr_1`, "{");
  expect(recents.all).toEqual([]);
});
