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
    [{ verdict: "send", when: "queued" }, "Checked: allowed to go."],
    [{ verdict: "send", when: "sending" }, "Checked again: allowed to go."],
    [
      { verdict: "defer", reason: "quiet_hours" },
      "Told to wait. Because it is quiet hours where this person is.",
    ],
    [{ verdict: "skip", reason: "contact_blocked", explanation: "Unblock them." }, "Not sent. Unblock them."],
    [{ kind: "attempt", attempt: 1 }, "Handed to the carrier."],
    [{ kind: "attempt", attempt: 2, result: "busy" }, "Handed to the carrier, attempt 2: busy."],
    [{ kind: "carrier", status: "sent" }, "The carrier says: Sent."],
    [
      { kind: "carrier", status: "failed", code: "40001", explanation: "A landline." },
      "The carrier says: A landline. (40001)",
    ],
    [{ kind: "settled", result: "it had gone out" }, "Settled: it had gone out."],
    [{ kind: "cancelled", reason: "contact_replied" }, "Cancelled: they replied first."],
    [{ kind: "cancelled", reason: "human_replied" }, "Cancelled: a person answered instead."],
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
