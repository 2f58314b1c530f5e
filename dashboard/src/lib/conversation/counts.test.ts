import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { counts } from "./counts.svelte";

let asked: number;
let isHidden: boolean;

beforeEach(() => {
  vi.useFakeTimers();
  [asked, isHidden] = [0, false];
  vi.spyOn(document, "hidden", "get").mockImplementation(() => isHidden);
  vi.stubGlobal("fetch", async () => {
    asked += 1;
    return Response.json({ views: [] });
  });
});
afterEach(() => {
  counts.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("are not asked for while nobody sees them, and once when somebody does again", async () => {
  isHidden = true;
  for (let n = 0; n < 3; n += 1) {
    counts.ask();
    await vi.advanceTimersByTimeAsync(4_000);
  }
  expect(asked).toBe(0);
  isHidden = false;
  document.dispatchEvent(new Event("visibilitychange"));
  await vi.advanceTimersByTimeAsync(4_000);
  expect(asked).toBe(1);
  document.dispatchEvent(new Event("visibilitychange"));
  await vi.advanceTimersByTimeAsync(4_000);
  expect(asked).toBe(1);
});

it("are not asked for once nobody looks any more", async () => {
  counts.ask();
  counts.ask();
  counts.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toBe(1);
});
