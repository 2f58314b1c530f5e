import { expect, it, vi } from "vitest";
import { Problem } from "$lib/api";
import { aConsent } from "../../../test/samples";
import { emptyForm } from "./consent";
import { ConsentLedger } from "./ledger.svelte";

const calls = () => ({
  consents: vi.fn(async () => ({ data: [aConsent()], next_cursor: null })),
  recordConsent: vi.fn(async () => aConsent()),
  askConsent: vi.fn(async () => ({ message: {} as never })),
});

it("fetches the ledger anew once something is written down", async () => {
  const api = calls();
  const ledger = new ConsentLedger("con_1", api);
  expect(await ledger.record({ ...emptyForm(), how: "At the till" })).toBe(true);
  expect(api.recordConsent).toHaveBeenCalledWith(
    "con_1",
    { state: "opted_in", purpose: "marketing", how: "At the till" },
    expect.any(String),
  );
  await vi.waitFor(() => expect(ledger.lines.all).toHaveLength(1));
});

it("says why nobody was asked, and changes nothing", async () => {
  const api = calls();
  api.askConsent.mockRejectedValueOnce(new Problem(409, "opted_out", "They want no texts."));
  const ledger = new ConsentLedger("con_1", api);
  expect(await ledger.ask("num_1", "")).toBe(false);
  expect(api.askConsent).toHaveBeenCalledWith("con_1", { number_id: "num_1" }, expect.any(String));
  expect(ledger.asking.error).toBe("They want no texts.");
  expect(api.consents).not.toHaveBeenCalled();
});
