import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { reports as real } from "$lib/api/reports";
import { Reports } from "./reports.svelte";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const PERIOD = { from: "2026-11-23", until: "2026-11-29" };

function calls(isBehind = false) {
  const answer = () => vi.fn(async () => ({ period: { ...PERIOD, is_behind: isBehind } }) as never);
  const of = {
    volume: answer(),
    responses: answer(),
    deliverability: answer(),
    assistants: answer(),
    cost: answer(),
  };
  return { ...of, file: real.file };
}

it("loads all of them for the days that are chosen", async () => {
  const api = calls();
  const reports = new Reports(api);
  await reports.load();
  for (const one of [api.volume, api.responses, api.deliverability, api.assistants, api.cost])
    expect(one).toHaveBeenCalledExactlyOnceWith({ period: "7d" });
  reports.choose("90d");
  expect(api.cost).toHaveBeenLastCalledWith({ period: "90d" });
  expect(reports.file("cost")).toBe("/api/v1/reports/cost.csv?period=90d");
});

it("takes up the days that are shown when own ones are to be chosen", async () => {
  const api = calls();
  const reports = new Reports(api);
  await reports.load();
  reports.choose("own");
  expect(reports.wanted).toEqual(PERIOD);
  reports.from = "";
  api.volume.mockClear();
  await reports.load();
  expect(api.volume).not.toHaveBeenCalled();
});

it("asks again while something is being counted, and not for ever", async () => {
  const api = calls(true);
  const reports = new Reports(api);
  await reports.load();
  for (let i = 0; i < 20; i++) await vi.advanceTimersByTimeAsync(2_000);
  expect(api.volume).toHaveBeenCalledTimes(5);
  reports.choose("today");
  await vi.advanceTimersByTimeAsync(0);
  reports.stop();
  await vi.advanceTimersByTimeAsync(9_000);
  expect(api.volume).toHaveBeenCalledTimes(6);
});
