import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { aCampaign, counts, someOutcomes } from "../../../test/samples";
import { Outcome } from "./outcome.svelte";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const calls = () => ({
  outcomes: vi.fn(async () => someOutcomes()),
  variants: vi.fn(async () => ({ data: [] })),
  pace: vi.fn(async () => ({ held: [] })),
});

it("is asked for once for what it has seen, and not by the second while it goes on", async () => {
  const api = calls();
  const outcome = new Outcome("cmp_1", api);
  const at = (delivered: number) => aCampaign({ state: "running", counts: counts({ delivered }) });
  outcome.look(at(1));
  outcome.look(at(1));
  for (let n = 2; n < 20; n++) outcome.look(at(n));
  expect(api.outcomes).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(api.outcomes).toHaveBeenCalledTimes(2);
  outcome.stop();
});

it("asks of several texts and of limits only where there are some", () => {
  const api = calls();
  const done = new Outcome("cmp_1", api);
  done.look(aCampaign({ state: "done" }));
  expect([api.variants, api.pace].map((call) => call.mock.calls.length)).toEqual([0, 0]);
  const variants = [{ name: "A", body: "Hi", weight: 1 }];
  new Outcome("cmp_1", api).look(aCampaign({ state: "running", variants }));
  expect([api.variants, api.pace].map((call) => call.mock.calls.length)).toEqual([1, 1]);
});
