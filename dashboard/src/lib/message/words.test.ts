import { describe, expect, it } from "vitest";
import type { ReceiptLine } from "$lib/api/types";
import { aMessage } from "../../../test/samples";
import { isCancellable, reasonWords, receiptWords, toneOf } from "./words";

const line = (over: Partial<ReceiptLine>): ReceiptLine => ({
  at: "2026-11-23T10:00:00Z",
  kind: "gate",
  ...over,
});

describe("a receipt", () => {
  it.each<[Partial<ReceiptLine>, string]>([
    [{ kind: "queued" }, "Accepted and put in line."],
    [{ verdict: "send" }, "Checked: allowed to go."],
    [{ verdict: "defer", reason: "quiet_hours" }, "Told to wait, because it is inside your quiet hours."],
    [{ verdict: "skip", reason: "contact_opted_out" }, "Not sent, because this person opted out of texts."],
    [{ kind: "attempt", attempt: 1 }, "Handed to the carrier."],
    [{ kind: "attempt", attempt: 2 }, "Handed to the carrier, attempt 2."],
    [{ kind: "carrier", status: "sent" }, "The carrier says: sent."],
    [
      { kind: "carrier", status: "failed", code: "40001", explanation: "not a mobile number" },
      "The carrier says: not a mobile number (40001).",
    ],
    [{ kind: "settled", status: "delivered" }, "Delivered."],
  ])("%o reads %s", (over, then) => expect(receiptWords(line(over))).toBe(then));

  it("reads a reason it has never met", () => expect(reasonWords("moon_too_full")).toBe("moon too full"));
});

it.each(["held", "scheduled", "queued", "deferred"] as const)("%s may be taken back", (status) =>
  expect(isCancellable(aMessage({ status }))).toBe(true),
);
it.each(["sending", "sent", "delivered", "failed"] as const)("%s may not", (status) =>
  expect(isCancellable(aMessage({ status }))).toBe(false),
);
it("only what needs somebody is coloured so", () => {
  expect([toneOf("failed"), toneOf("unknown"), toneOf("queued"), toneOf("delivered")]).toEqual([
    "bad",
    "warn",
    "calm",
    "good",
  ]);
});
