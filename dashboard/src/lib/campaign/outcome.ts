/** What came of a campaign, ready to be drawn and read. Pure. */
import type {
  CampaignOutcomes,
  CampaignVariantFigures,
  OutcomeFigures,
  OutcomeReason,
  OutcomeStep,
  SoughtRecipients,
} from "$lib/api/types";
import type { Part } from "$lib/figures/figures";
import { money } from "$lib/ui/format";

const share = (count: number, total: number): number => (total > 0 ? count / total : 0);

/** From who is in it to what they did, each of all. */
export function funnelOf(figures: OutcomeFigures): Part[] {
  const { counts: c, total, clicked, replied, opted_out } = figures;
  const part = (id: string, label: string, means: string, tone: Part["tone"], count: number): Part => ({
    id,
    label,
    means,
    tone,
    count,
    share: share(count, total),
  });
  return [
    part("sent", "Went out", "The carrier took it.", "accent", c.sent + c.delivered + c.unconfirmed),
    part("delivered", "Arrived", "A receipt says so.", "good", c.delivered),
    part("clicked", "Followed a link", "Machines are not counted.", "assistant", clicked),
    part("replied", "Answered", "Within a week.", "assistant", replied),
    part("opted_out", "Said STOP", "Within a week, and to nothing newer.", "bad", opted_out),
  ];
}

/** `$12.40`, one for each currency; empty: no receipt has told. */
export const costsWords = ({ costs }: Pick<OutcomeFigures, "costs">, locale?: string): string =>
  costs.map(({ micros, currency }) => money(micros, currency, locale)).join(" and ");

export type Group = "number" | "country" | "carrier";

export interface GroupRow {
  key: string;
  label: string;
  figures: OutcomeFigures;
}

const UNKNOWN = "Not known";

/** The figures by number, country or carrier, the largest first. */
export function rowsOf(found: CampaignOutcomes, by: Group, names: Intl.DisplayNames): GroupRow[] {
  const rows = {
    number: () => found.numbers.map((one) => row(one.number_id, one.e164 ?? "A number that is gone", one)),
    country: () =>
      found.countries.map((one) =>
        row(one.country ?? "", one.country ? (names.of(one.country) ?? one.country) : UNKNOWN, one),
      ),
    carrier: () => found.carriers.map((one) => row(one.carrier ?? "", one.carrier ?? UNKNOWN, one)),
  }[by]();
  return rows.sort((a, b) => b.figures.total - a.figures.total);
}
const row = (key: string, label: string, figures: OutcomeFigures): GroupRow => ({ key, label, figures });

/** Why some got nothing, the most frequent first; those who wait are no part of it. */
export const missedOf = (reasons: readonly OutcomeReason[]): OutcomeReason[] =>
  reasons
    .filter(({ standing }) => ["failed", "unknown", "skipped"].includes(standing))
    .sort((a, b) => b.count - a.count);

export type Measure = "sent" | "delivered" | "clicked" | "replied" | "opted_out";

export interface Bar {
  at: string;
  count: number;
  /** Of the highest, 0 to 1. */
  height: number;
}

/** One measure, step by step. */
export function courseOf(steps: readonly OutcomeStep[], measure: Measure): Bar[] {
  const most = Math.max(1, ...steps.map((step) => step[measure]));
  return steps.map((step) => ({ at: step.at, count: step[measure], height: step[measure] / most }));
}

/** The text that did best by a measure, if one did: its place. Shares are of those who got it. */
export function bestOf(
  rows: readonly CampaignVariantFigures[],
  measure: "replied" | "delivered",
): number | null {
  const texts = rows.flatMap((one, nth) =>
    one.name === null || one.sent === 0 ? [] : [{ nth, share: one[measure] / one.sent }],
  );
  const [first, second] = texts.sort((a, b) => b.share - a.share);
  return first && second && first.share > second.share ? first.nth : null;
}

/** What is wanted of the rows, as a filter of one choice says it; empty: everybody. */
export const soughtBy = (chosen: string): SoughtRecipients =>
  chosen === ""
    ? {}
    : ["replied", "clicked", "opted_out"].includes(chosen)
      ? { [chosen]: true }
      : { standing: chosen as SoughtRecipients["standing"] };

export const choiceOf = ({ standing, replied, clicked, opted_out }: SoughtRecipients): string =>
  standing ?? (replied ? "replied" : clicked ? "clicked" : opted_out ? "opted_out" : "");
