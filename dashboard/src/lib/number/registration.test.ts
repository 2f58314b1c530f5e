import { expect, test } from "vitest";
import type { Number } from "$lib/api/types";
import { registrationBadge, stopped } from "./registration";

type Registration = Number["registration"];

const number = (kind: Number["kind"], registration: Partial<Registration>): Number => ({
  id: "num_1",
  e164: "+12125550199",
  pretty: "(212) 555-0199",
  label: "",
  kind,
  carrier_account_id: "acc_1",
  carrier_ref: null,
  enabled: true,
  assistant_id: null,
  segments_per_second: 1,
  problems: [],
  can_mms: true,
  created_at: "2026-11-01T09:00:00Z",
  registration: {
    state: "registered",
    needed: true,
    stops_texts: false,
    campaign_id: null,
    brand_id: null,
    reason: null,
    mend: null,
    read_at: null,
    ...registration,
  },
});

test("a badge says how far it has come, in the words of the kind of number", () => {
  const badge = (kind: Number["kind"], registration: Partial<Registration>) =>
    registrationBadge(number(kind, registration));
  expect(badge("long_code", {})).toEqual({ words: "10DLC registered", tone: "good" });
  expect(badge("toll_free", {})).toEqual({ words: "Verified", tone: "good" });
  const refused = { state: "rejected", stops_texts: true } as const;
  expect(badge("long_code", refused)).toEqual({ words: "10DLC refused", tone: "bad" });
  expect(badge("toll_free", refused)).toEqual({ words: "Verification refused", tone: "bad" });
  expect(badge("toll_free", { state: "pending", stops_texts: true })?.tone).toBe("note");
  expect(badge("toll_free", { state: "unknown" })).toEqual({
    words: "Registration not known",
    tone: "plain",
  });
});

test("where nobody asks for one, nothing is said", () => {
  expect(registrationBadge(number("short_code", { state: "not_needed", needed: false }))).toBeNull();
});

test("what stops is said only if something does", () => {
  expect(stopped(number("long_code", {}))).toBe("");
  expect(stopped(number("long_code", { state: "unregistered", stops_texts: true }))).toContain("US phones");
  expect(stopped(number("toll_free", { state: "unregistered", stops_texts: true }))).not.toContain("US");
});
