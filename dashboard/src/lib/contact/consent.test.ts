import { expect, it } from "vitest";
import type { Consent } from "$lib/api/types";
import { aConsent } from "../../../test/samples";
import {
  consentOf,
  detailsOf,
  emptyForm,
  lacks,
  purposesOf,
  said,
  saidBy,
  standings,
  stateOf,
} from "./consent";

const names = { memberName: () => "Mina", numberName: () => "Front desk" };

it.each([
  ["opted_out", "all", "No more texts", "bad"],
  ["opted_out", "marketing", "No more marketing", "bad"],
  ["opted_in", "all", "Texts again", "good"],
  ["opted_in", "service", "Agreed to service texts", "good"],
  ["pending", "marketing", "Asked about marketing", "note"],
] as const)("%s of %s", (state, purpose, label, tone) =>
  expect(stateOf({ state, purpose })).toEqual({ label, tone }),
);

it.each([
  ["keyword", "STOP", null, "They texted “STOP”"],
  ["free_text", "leave me alone", null, "They wrote “leave me alone”"],
  ["keyword", null, null, "They texted a word for it"],
  ["carrier", null, null, "The carrier says so"],
  ["member", null, "usr_1", "Mina wrote it down"],
  ["import", null, null, "It stood in a file"],
  ["something new", null, null, "Told by something new"],
])("%s %s", (source, keyword, by_user_id, words) =>
  expect(saidBy({ source, keyword, by_user_id } as Consent, names)).toBe(words),
);

it("says what counts now of each purpose", () => {
  const since = "2026-11-23T10:00:00Z";
  const marketing = {
    standing: "opted_in" as const,
    since,
    numbers: [{ number_id: "num_1", standing: "opted_out" as const, since }],
  };
  const service = { standing: null, since: null, numbers: [] };
  expect(standings({ marketing, service }, () => "Front desk")).toEqual([
    { purpose: "Marketing", words: "Agreed; no more from Front desk" },
    { purpose: "Service", words: "Nothing said" },
  ]);
});

it("tells what a line rests on, and nothing that it does not say", () => {
  const line = aConsent({ number_id: "num_1", how: "Form on our website", shown: "Send me offers" });
  expect(detailsOf(line, names)).toEqual([
    { label: "Their number", words: "+12125550101" },
    { label: "Our number", words: "Front desk" },
    { label: "Where and how", words: "Form on our website" },
    { label: "Words they saw", words: "Send me offers" },
  ]);
});

it("asks of a yes what shows it, and lets nobody agree to everything", () => {
  const yes = emptyForm();
  expect(lacks(yes)).toMatch(/where and how/);
  expect(lacks({ ...yes, proof: "scan 12" })).toBeNull();
  expect(lacks(said(yes, "opted_out"))).toBeNull();
  expect(purposesOf("opted_in").map((one) => one.value)).not.toContain("all");
  expect(said({ ...yes, state: "opted_out", purpose: "all" }, "opted_in").purpose).toBe("marketing");
});

it("says to the server only what is filled in", () => {
  expect(consentOf({ ...emptyForm(), how: " At the till ", number: "num_1" })).toEqual({
    state: "opted_in",
    purpose: "marketing",
    how: "At the till",
    number_id: "num_1",
  });
});
