/** How campaigns may go, as a form has it. Pure. */
import type { Tenant, TenantPatch } from "$lib/api/types";
import { capFormOf, capOf, linesOf, type CapForm } from "./sending";

type Settings = Tenant["settings"];
export type LimitsForm = Settings["sending_limits"];

export interface CampaignsForm {
  cap: CapForm;
  marketing_consent: Settings["marketing_consent"];
  /** `null`: it counts until they take it back. */
  consent_lapses_months: number | null;
  opt_in: {
    /** One on each line. */
    words: string;
    request: string;
    days: number | null;
  };
  needsApproval: boolean;
  approvalAbove: number | null;
  /** Empty: this installation’s own address. */
  links_base: string;
  limits: LimitsForm;
}

const APPROVAL_USUAL = 1_000;

export const formOf = (s: Settings): CampaignsForm => ({
  cap: capFormOf(s.campaign_cap),
  marketing_consent: s.marketing_consent,
  consent_lapses_months: s.consent_lapses_months,
  opt_in: { words: s.opt_in.words.join("\n"), request: s.opt_in.request, days: s.opt_in.days },
  needsApproval: s.campaign_approval_above != null,
  approvalAbove: s.campaign_approval_above ?? APPROVAL_USUAL,
  links_base: s.links_base ?? "",
  // In one order, however the server writes them.
  limits: {
    campaigns_per_minute: s.sending_limits.campaigns_per_minute,
    account_per_minute: s.sending_limits.account_per_minute,
    account_per_day: s.sending_limits.account_per_day,
    number_per_day: s.sending_limits.number_per_day,
  },
});

export const patchOf = (form: CampaignsForm): NonNullable<TenantPatch["settings"]> => ({
  campaign_cap: capOf(form.cap),
  marketing_consent: form.marketing_consent,
  consent_lapses_months: form.consent_lapses_months,
  opt_in: {
    words: linesOf(form.opt_in.words),
    request: form.opt_in.request.trim(),
    days: form.opt_in.days ?? 0,
  },
  campaign_approval_above: form.needsApproval ? (form.approvalAbove ?? 0) : null,
  links_base: form.links_base.trim() || null,
  sending_limits: form.limits,
});
