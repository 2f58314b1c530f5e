import { expect, it } from "vitest";
import { FakeDesk } from "../../../test/fake/desk";
import { formOf, patchOf } from "./campaigns";

const { settings } = new FakeDesk().tenant;

it("changes nothing that nobody has changed", () => {
  const { opt_in, links_base, marketing_consent, consent_lapses_months, sending_limits } = settings;
  expect(patchOf(formOf(settings))).toEqual({
    opt_in,
    links_base,
    marketing_consent,
    consent_lapses_months,
    sending_limits,
    campaign_cap: null,
    campaign_approval_above: null,
  });
});

it("asks a second member only when that is switched on", () => {
  const form = { ...formOf(settings), needsApproval: true, approvalAbove: 500 };
  expect(patchOf(form).campaign_approval_above).toBe(500);
  expect(patchOf({ ...form, needsApproval: false }).campaign_approval_above).toBeNull();
  // The server says what it allows.
  expect(patchOf({ ...form, approvalAbove: null }).campaign_approval_above).toBe(0);
});

it("has one opt-in word on each line, and this installation’s own links where none are named", () => {
  const { opt_in, ...rest } = formOf(settings);
  const patch = patchOf({ ...rest, opt_in: { ...opt_in, words: " JOIN\n\nNEWS " }, links_base: "  " });
  expect(patch.opt_in?.words).toEqual(["JOIN", "NEWS"]);
  expect(patch.links_base).toBeNull();
});
