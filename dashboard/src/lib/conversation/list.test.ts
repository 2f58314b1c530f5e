import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { aConversation } from "../../../test/samples";
import { ConversationList } from "./list.svelte";
import type { View } from "./views";

const PAGE = 2;
const IDS = ["cnv_1", "cnv_2", "cnv_3", "cnv_4", "cnv_5"];
/** Only the server knows what it holds. */
const ASKED: View = { key: "viw_1", name: "Winter", filter: { status: "open", campaign_id: "cmp_1" } };

let list: ConversationList;
let cursors: (string | null)[];
let isAway: boolean;
const shown = () => list.visible.map(({ id }) => id);

beforeEach(() => {
  vi.useFakeTimers();
  list = new ConversationList();
  [cursors, isAway] = [[], false];
  vi.stubGlobal("fetch", async (url: string) => {
    if (isAway) throw new TypeError("network");
    const cursor = new URL(url, location.href).searchParams.get("cursor");
    cursors.push(cursor);
    const from = Number(cursor ?? 0);
    const data = IDS.slice(from, from + PAGE).map((id) => aConversation({ id }));
    return Response.json({ data, next_cursor: from + PAGE < IDS.length ? String(from + PAGE) : null });
  });
});
afterEach(() => {
  list.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("what only the server knows stays as long as it is when something happens", async () => {
  list.show(ASKED);
  await vi.advanceTimersByTimeAsync(0);
  await list.more();
  expect(shown()).toEqual(IDS.slice(0, 4));
  list.heard();
  await vi.advanceTimersByTimeAsync(0);
  expect(shown()).toEqual(IDS.slice(0, 4));
  expect(cursors).toEqual([null, "2", null, "2"]);
  await list.more();
  expect(shown()).toEqual(IDS);
});

it("a page on its way is not given up for what happens meanwhile, which is asked for after it", async () => {
  list.show(ASKED);
  await vi.advanceTimersByTimeAsync(0);
  const more = list.more();
  list.heard();
  await more;
  expect(shown()).toEqual(IDS.slice(0, 4));
  await vi.advanceTimersByTimeAsync(3_000);
  expect(cursors).toEqual([null, "2", null, "2"]);
});

it("asks nothing more when nobody looks", async () => {
  list.show(ASKED);
  await vi.advanceTimersByTimeAsync(0);
  list.heard();
  list.heard();
  await vi.advanceTimersByTimeAsync(0);
  const asked = cursors.length;
  list.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(cursors).toHaveLength(asked);
});

it("says that a search found no answer", async () => {
  isAway = true;
  list.search("anna");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(list.error).toMatch(/cannot be reached/);
});
