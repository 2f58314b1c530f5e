/** What a launch would do, in plain words and in parts to be drawn. Pure. */
import type { CampaignCheck } from "$lib/api/types";
import type { Part } from "$lib/figures/figures";
import { dayAndClock, money, plural } from "$lib/ui/format";

const MANY = 4;

/** How many texts take one segment, two, and so on; what is long is told together. */
export function lengthsOf({ segments }: CampaignCheck): Part[] {
  const total = segments.reduce((sum, texts) => sum + texts, 0);
  const part = (length: number, label: string, count: number): Part => ({
    id: String(length),
    label,
    means: "",
    tone: length === 1 ? "good" : length === 2 ? "accent" : length < MANY ? "note" : "bad",
    count,
    share: total > 0 ? count / total : 0,
  });
  const short = segments.slice(0, MANY - 1).map((texts, i) => part(i + 1, plural(i + 1, "segment"), texts));
  const long = segments.slice(MANY - 1).reduce((sum, texts) => sum + texts, 0);
  return [...short, part(MANY, `${MANY} segments or more`, long)].filter(({ count }) => count > 0);
}

/** `$8.40 to $16.80`, and for what nobody knows the price. */
export function costWords({ estimate }: CampaignCheck, locale?: string): string {
  if (!estimate) return "";
  const bands = estimate.costs.map(({ currency, lowest_micros, highest_micros }) => {
    const [lowest, highest] = [lowest_micros, highest_micros].map((micros) =>
      money(micros, currency, locale),
    );
    return lowest === highest ? `about ${lowest}` : `${lowest} to ${highest}`;
  });
  const { unpriced_segments: unknown, unpriced_countries: where } = estimate;
  if (unknown > 0) {
    const named = where.filter(Boolean);
    const there = named.length
      ? ` to ${named.slice(0, MANY).join(", ")}${named.length > MANY ? " and more" : ""}`
      : "";
    bands.push(
      `${bands.length ? "and " : ""}an unknown sum for ${count(unknown, "segment")}${there}: nothing was billed there lately`,
    );
  }
  return bands.join(", ") || "nothing";
}

/** When the last of those who wait may be texted, and how many wait. */
export function laterWords(check: CampaignCheck, now: number, zone?: string): string | null {
  const waiting = check.later.reduce((sum, { count }) => sum + count, 0);
  const first = check.later.map((later) => later.first).sort()[0];
  const last = check.later
    .map((later) => later.last)
    .sort()
    .at(-1);
  if (!first || !last) return null;
  const at = (when: string) => dayAndClock(when, now, { zone });
  const when = first === last ? at(first) : `between ${at(first)} and ${at(last)}`;
  return `${count(waiting, "person must wait", "people must wait")}: they may be texted ${when}.`;
}

/** When the last text has gone, and how that is reckoned. */
export function endWords({ estimate }: CampaignCheck, now: number, zone?: string): string | null {
  if (!estimate?.finishes_at) return null;
  const pace = estimate.segments_per_second.toLocaleString("en", { maximumFractionDigits: 1 });
  return `${dayAndClock(estimate.finishes_at, now, { zone })}, at ${pace} segments a second, if nothing else is sent.`;
}

export const skippedOf = ({ skipped }: CampaignCheck): number =>
  skipped.reduce((sum, { count }) => sum + count, 0);

/** `1,204 people`. */
export const count = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
