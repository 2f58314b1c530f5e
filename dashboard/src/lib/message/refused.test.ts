import { flushSync } from "svelte";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { desk } from "$lib/live/desk.svelte";
import { toasts } from "$lib/ui/toasts.svelte";
import { composerOf } from "./composer.svelte";
import { Outbox, type Outgoing } from "./outbox.svelte";
import { tellRefused } from "./refused.svelte";

let box: Outbox;
let end: () => void;
const told = () => toasts.all.map(({ text, action }) => [text, action?.label]);
const refused = (key: string, conversation_id: string): Outgoing => ({
  key,
  conversation_id,
  kind: "text",
  message: { body: key },
  media: [],
  state: "refused",
  reason: "Ann opted out.",
  created_at: new Date().toISOString(),
});

beforeEach(() => {
  localStorage.clear();
  for (const { id } of toasts.all) toasts.dismiss(id);
  vi.stubGlobal("fetch", async () => Response.json({ detail: "Ann opted out." }, { status: 422 }));
  box = new Outbox();
  end = tellRefused(box);
});
afterEach(() => {
  end();
  desk.viewing = null;
  vi.unstubAllGlobals();
});

it("a refused text goes back into its box and is told, with the way there", async () => {
  await box.send("cnv_away", { kind: "text", message: { body: "Hello" }, media: [] });
  flushSync();
  expect([composerOf("cnv_away").body, box.all]).toEqual(["Hello", []]);
  expect(told()).toEqual([["Not sent. Ann opted out.", "Open"]]);
});

it("those that are kept are told of once", () => {
  box.restore([refused("one", "cnv_1"), refused("two", "cnv_1")]);
  flushSync();
  box.restore([refused("one", "cnv_1")]);
  flushSync();
  expect(told()).toEqual([["2 texts were not sent.", "Open"]]);
});

it("nothing is told of what one looks at", () => {
  desk.viewing = "cnv_1";
  box.restore([refused("one", "cnv_1")]);
  flushSync();
  expect(told()).toEqual([]);
});
