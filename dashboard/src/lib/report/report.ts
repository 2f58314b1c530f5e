/** What reports say, ready to be drawn and read. Pure. */
import type {
  AssistantWork,
  CostOf,
  DeliveryCounts,
  ReportPeriod,
  Volume,
  VolumeStep,
  WaitedTime,
  WaitSpread,
} from "$lib/api/types";
import type { Part, Tone } from "$lib/figures/figures";

/** How something stands to the period before. */
export interface Change {
  words: string;
  way: "up" | "down" | "same";
}

/** `12% more`, `as before`, `none before`. */
export function changeOf(now: number, before: number): Change {
  if (now === before) return { words: now === 0 ? "none before either" : "as before", way: "same" };
  if (before === 0) return { words: "none before", way: "up" };
  const share = Math.round((Math.abs(now - before) / before) * 100);
  const amount = share > 999 ? "far" : share < 1 ? "a little" : `${share}%`;
  return now > before ? { words: `${amount} more`, way: "up" } : { words: `${amount} less`, way: "down" };
}

/** The same of a wait: shorter is better. */
export function waitChange(now: number, before: number | null): Change | null {
  if (before === null) return null;
  if (span(now) === span(before)) return { words: "as before", way: "same" };
  return now > before
    ? { words: `${span(before)} before`, way: "up" }
    : { words: `${span(before)} before`, way: "down" };
}

/** `45 s`, `7 min`, `2 h 5 min`, `3 d 4 h`. */
export function span(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  const days = Math.floor(hours / 24);
  return hours % 24 ? `${days} d ${hours % 24} h` : `${days} d`;
}

/** `between 6 min and 7 min`, of a length that is known to a place. */
export function exactness({ from_seconds: from, until_seconds: until }: WaitSpread["median"]): string {
  return until - from <= 1 ? `${from} s` : `between ${span(from)} and ${span(until)}`;
}

export type Clock = "clock" | "office_hours";
export const spreadOf = (time: WaitedTime, clock: Clock): WaitSpread | null => time[clock];

/** `23 – 29 Nov`, `29 Nov`. Days are told as they are, by nobody's clock. */
export function daysOf(from: string, until: string, locale?: string): string {
  const date = (day: string) => new Date(`${day}T12:00:00Z`);
  const format = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: "UTC" });
  return from === until ? format.format(date(from)) : format.formatRange(date(from), date(until));
}

export const comparedWith = (period: ReportPeriod): string =>
  `compared with ${daysOf(period.before_from, period.before_until)}`;

/** What a step of time is called: `Mon 23 Nov`, `09:00`. */
export function stepName(at: string, locale?: string): string {
  const [day = "", hour] = at.split("T");
  if (hour) return hour;
  const options = { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" } as const;
  return new Intl.DateTimeFormat(locale, options).format(new Date(`${day}T12:00:00Z`));
}

export const VOLUMES: { value: keyof Volume; label: string; means: string }[] = [
  { value: "texts_in", label: "Texts in", means: "What people wrote to you." },
  { value: "texts_out", label: "Texts out", means: "What you sent, campaigns and workflows among them." },
  { value: "opened", label: "Opened", means: "Conversations that began." },
  { value: "closed", label: "Closed", means: "Conversations that were closed." },
  { value: "opt_outs", label: "Opt-outs", means: "People who want no more texts." },
];

/** A column of a chart: heights from 0 to 1. */
export interface Column {
  at: string;
  name: string;
  now: number;
  before: number;
  height: number;
  heightBefore: number;
}

/** `top`: what the highest line of the scale stands for. */
export function columnsOf(
  steps: readonly VolumeStep[],
  of: keyof Volume,
): { columns: Column[]; top: number } {
  const top = niceTop(Math.max(0, ...steps.flatMap((step) => [step.now[of], step.before[of]])));
  const columns = steps.map(({ at, now, before }) => ({
    at,
    name: stepName(at),
    now: now[of],
    before: before[of],
    height: now[of] / top,
    heightBefore: before[of] / top,
  }));
  return { columns, top };
}

/** The next number that is easily halved: 2, 4, 10, 20, 40, 100, … */
export function niceTop(most: number): number {
  let step = 1;
  while (step * 10 < most) step *= 10;
  for (const times of [2, 4, 6, 8, 10]) if (step * times >= most) return step * times;
  return step * 10;
}

const OUTCOMES: { id: keyof DeliveryCounts; label: string; means: string; tone: Tone }[] = [
  { id: "delivered", label: "Arrived", means: "The carrier says so.", tone: "good" },
  { id: "unconfirmed", label: "Went out", means: "No receipt will come.", tone: "accent" },
  { id: "on_its_way", label: "On its way", means: "No receipt came yet.", tone: "plain" },
  { id: "unknown", label: "Unknown", means: "Nobody knows whether it went out.", tone: "note" },
  { id: "failed", label: "Failed", means: "It did not arrive.", tone: "bad" },
  {
    id: "not_sent",
    label: "Not sent",
    means: "Something forbade it: quiet hours, an opt-out.",
    tone: "note",
  },
];

export function deliveryParts(counts: DeliveryCounts): { parts: Part[]; total: number } {
  const total = OUTCOMES.reduce((sum, { id }) => sum + counts[id], 0);
  const parts = OUTCOMES.map((one) => ({
    ...one,
    count: counts[one.id],
    share: total ? counts[one.id] / total : 0,
  }));
  return { parts, total };
}

/** Of what went out and whose end is known, how much arrived; `null`: nothing's is. */
export function arrived({ delivered, unconfirmed, failed }: DeliveryCounts): number | null {
  const known = delivered + unconfirmed + failed;
  return known ? (delivered + unconfirmed) / known : null;
}

const WORK: {
  id: Exclude<keyof AssistantWork, "runs" | "drafts" | "cost">;
  label: string;
  means: string;
  tone: Tone;
}[] = [
  { id: "answered", label: "Answered", means: "Its reply was sent.", tone: "good" },
  { id: "suggested", label: "Suggested", means: "Its reply went to people as a draft.", tone: "assistant" },
  { id: "handed_over", label: "Handed over", means: "People got the conversation.", tone: "note" },
  {
    id: "asked_first",
    label: "Asked first",
    means: "It asked people before it did something.",
    tone: "accent",
  },
  { id: "held_back", label: "Held back", means: "The checks did not let its reply through.", tone: "bad" },
  { id: "silent", label: "Said nothing", means: "Nothing was to be said.", tone: "plain" },
  { id: "outdated", label: "Overtaken", means: "Another text or a person came in between.", tone: "plain" },
  { id: "for_workflows", label: "For workflows", means: "A step of a workflow asked it.", tone: "accent" },
];

export const workParts = (work: AssistantWork): Part[] =>
  WORK.map((one) => ({ ...one, count: work[one.id], share: work.runs ? work[one.id] / work.runs : 0 }));

/** What a sum in a currency is made of; the dearest currency first. */
export interface Money {
  currency: string;
  billed: number;
  estimated: number;
  before: number;
}

export function totals(costs: readonly CostOf[]): Money[] {
  const all = new Map<string, Money>();
  for (const { currency, now, before } of costs) {
    const sum = all.get(currency) ?? { currency, billed: 0, estimated: 0, before: 0 };
    sum.billed += now.billed_micros;
    sum.estimated += now.estimated_micros;
    sum.before += before.billed_micros + before.estimated_micros;
    all.set(currency, sum);
  }
  return [...all.values()].sort((a, b) => b.billed + b.estimated - a.billed - a.estimated);
}

const PURPOSES: Record<string, string> = {
  conversation: "Conversations",
  campaign: "Campaigns",
  workflow: "Workflows",
};

export const costName = ({ what, purpose }: Pick<CostOf, "what" | "purpose">): string =>
  `${PURPOSES[purpose] ?? purpose}, ${what === "models" ? "models" : "texts"}`;
