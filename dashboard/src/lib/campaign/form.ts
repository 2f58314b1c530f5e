/** A draft as its form has it, what of it differs from what is kept, and what may not be kept. Pure. */
import { apart } from "$lib/ui/apart";
import type {
  Campaign,
  CampaignAudience,
  CampaignCanary,
  CampaignPatch,
  CampaignVariant,
  Segment,
} from "$lib/api/types";
import { isNobody, segmentsOf, tidy } from "./audience";
import { read, type Fault } from "./template";

export interface DraftForm {
  name: string;
  purpose: Campaign["purpose"];
  body: string;
  /** Several texts in the place of `body`; none: it is everybody’s. */
  variants: readonly CampaignVariant[];
  holdout_percent: number;
  links: Campaign["links"];
  numbers: readonly string[];
  audience: CampaignAudience;
  throttle: Campaign["throttle"];
  canary: CampaignCanary | null;
  outside_hours: Campaign["outside_hours"];
  /** `null`: what the settings say. */
  over_cap: Campaign["over_cap"];
  send_before: string | null;
  /** What whoever gets it enters then. */
  workflow_id: string | null;
}
export type DraftField = keyof DraftForm;
/** In the order of the page. */
export const FIELDS: readonly DraftField[] = [
  "name",
  "purpose",
  "body",
  "variants",
  "holdout_percent",
  "links",
  "audience",
  "numbers",
  "throttle",
  "canary",
  "outside_hours",
  "over_cap",
  "send_before",
  "workflow_id",
];

/** As the server keeps them, so that only what differs in fact counts as a change. */
export const formOf = (c: Campaign): DraftForm => ({
  name: c.name,
  purpose: c.purpose,
  body: c.body,
  variants: c.variants,
  holdout_percent: c.holdout_percent,
  links: c.links,
  numbers: [...c.numbers].sort(),
  audience: tidy(c.audience),
  throttle: c.throttle,
  canary: c.canary,
  outside_hours: c.outside_hours,
  over_cap: c.over_cap,
  send_before: c.send_before,
  workflow_id: c.workflow_id,
});

const CANARY_FIELDS = [
  "percent",
  "at_least",
  "wait_minutes",
  "max_failed_percent",
  "max_opted_out_percent",
  "max_complained_percent",
] as const satisfies readonly (keyof CampaignCanary)[];

const asKept = (form: DraftForm, field: DraftField): unknown => {
  if (field === "name") return form.name.trim();
  if (field === "numbers") return [...form.numbers].sort();
  if (field === "audience") return tidy(form.audience);
  // In one order, whoever wrote them.
  if (field === "variants") return form.variants.map(({ name, body, weight }) => [name.trim(), body, weight]);
  if (field === "throttle") return form.throttle.segments_per_minute;
  if (field === "canary") return form.canary && CANARY_FIELDS.map((one) => form.canary?.[one]);
  // The server writes instants in fewer digits than a browser.
  if (field === "send_before") return form.send_before === null ? null : Date.parse(form.send_before);
  return form[field];
};

/** The value of a field, to be compared. */
export const valueOf = (form: DraftForm, field: DraftField): string => JSON.stringify(asKept(form, field));

export const changedIn = (form: DraftForm, base: DraftForm): DraftField[] =>
  FIELDS.filter((field) => valueOf(form, field) !== valueOf(base, field));

/** What somebody else changed comes in; what is changed here stays. */
export function rebased(form: DraftForm, base: DraftForm, arrived: DraftForm): DraftForm {
  const ours = changedIn(form, base);
  return Object.fromEntries(
    FIELDS.map((field) => [field, ours.includes(field) ? form[field] : arrived[field]]),
  ) as unknown as DraftForm;
}

export type Faults = Partial<Record<DraftField, string>>;

export const textFault = (body: string, known: readonly string[] | null): Fault | null => {
  const found = read(body, known);
  return "fault" in found ? found.fault : null;
};

/** What the server would refuse to keep. */
export function faultsOf(form: DraftForm, known: readonly string[] | null, now: number): Faults {
  const faults: Faults = {};
  if (form.name.trim() === "") faults.name = "Give it a name.";
  const fault = textFault(form.body, known);
  if (fault) faults.body = fault.message;
  const wrong = variantFault(form.variants, known);
  if (wrong) faults.variants = wrong;
  if (form.send_before !== null && Date.parse(form.send_before) <= now)
    faults.send_before = "This time has passed. Choose a later one.";
  return faults;
}

/** Why several texts cannot be kept: they are told apart by their names. */
function variantFault(variants: readonly CampaignVariant[], known: readonly string[] | null): string | null {
  const names = variants.map(({ name }) => name.trim());
  if (names.includes("")) return "Give each text a name.";
  const again = names.find((name, i) => names.indexOf(name) !== i);
  if (again) return `Two texts are called “${apart(again)}”. Give each a name of its own.`;
  for (const { name, body } of variants) {
    const fault = textFault(body, known);
    if (fault) return `In “${apart(name.trim())}”: ${fault.message}`;
  }
  return null;
}

/** What must be there before it can be launched. */
export function missingIn(form: DraftForm, isRetry = false): { field: DraftField; message: string }[] {
  const missing: { field: DraftField; message: string }[] = [];
  if (form.variants.length === 0 && form.body.trim() === "")
    missing.push({ field: "body", message: "Write its text." });
  for (const { name, body } of form.variants)
    if (body.trim() === "")
      missing.push({ field: "variants", message: `Write the text “${apart(name.trim())}”.` });
  if (form.numbers.length === 0) missing.push({ field: "numbers", message: "Choose a number to send from." });
  // Whom the next try is for is settled.
  if (!isRetry && isNobody(form.audience))
    missing.push({ field: "audience", message: "Choose who gets it." });
  return missing;
}

/** Segments of it that make no sense any more: no campaign is launched with them. */
export const brokenIn = (
  audience: CampaignAudience,
  segments: readonly Segment[],
): { field: DraftField; message: string }[] =>
  segments
    .filter(({ id, faults }) => faults.length > 0 && segmentsOf(audience).includes(id))
    .map(({ name }) => ({
      field: "audience",
      message: `The segment “${apart(name)}” makes no sense any more. Mend it under Contacts, or leave it out.`,
    }));

export const patchOf = (form: DraftForm, fields: readonly DraftField[]): CampaignPatch => {
  const kept: CampaignPatch = {
    ...form,
    name: form.name.trim(),
    numbers: [...form.numbers],
    variants: form.variants.map((one) => ({ ...one, name: one.name.trim() })),
  };
  return Object.fromEntries(fields.map((field) => [field, kept[field]]));
};
