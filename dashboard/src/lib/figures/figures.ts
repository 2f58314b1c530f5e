/** What became of an assistant's work, ready to be drawn and read. Pure. */
import type { AssistantFigures } from "$lib/api/types";

export type Tone = "good" | "assistant" | "accent" | "note" | "bad" | "plain";

export interface Part {
  id: string;
  label: string;
  means: string;
  tone: Tone;
  count: number;
  /** Of the whole, 0 to 1. */
  share: number;
}

type Shape<T> = readonly { id: keyof T & string; label: string; means: string; tone: Tone }[];

const RUNS: Shape<AssistantFigures["runs"]> = [
  { id: "replied", label: "Replied", means: "Its reply was sent.", tone: "good" },
  { id: "suggested", label: "Suggested", means: "Its reply went to people as a draft.", tone: "assistant" },
  { id: "handed_off", label: "Handed over", means: "People got the conversation.", tone: "note" },
  {
    id: "approval",
    label: "Asked first",
    means: "It wanted to do something that people must approve.",
    tone: "accent",
  },
  { id: "refused", label: "Held back", means: "The checks did not let its reply through.", tone: "bad" },
  { id: "silent", label: "Said nothing", means: "Nothing was to be said.", tone: "plain" },
  { id: "outdated", label: "Overtaken", means: "Another text or a person came in between.", tone: "plain" },
  { id: "for_workflows", label: "For workflows", means: "A step of a workflow asked it.", tone: "accent" },
];

const DRAFTS: Shape<AssistantFigures["drafts"]> = [
  { id: "accepted", label: "Sent as it was", means: "Nothing was to be changed.", tone: "good" },
  { id: "edited", label: "Sent with changes", means: "A person wrote parts anew.", tone: "assistant" },
  { id: "rejected", label: "Rejected", means: "A person did not want it.", tone: "bad" },
  { id: "open", label: "Waiting", means: "Nobody has decided.", tone: "accent" },
  { id: "superseded", label: "Overtaken", means: "The conversation moved on.", tone: "plain" },
];

function partsOf<T extends { total: number }>(counts: T, shape: Shape<T>): Part[] {
  return shape.map((part) => {
    const count = Number(counts[part.id]);
    return { ...part, count, share: counts.total > 0 ? count / counts.total : 0 };
  });
}

export const runParts = ({ runs }: AssistantFigures): Part[] => partsOf(runs, RUNS);
export const draftParts = ({ drafts }: AssistantFigures): Part[] => partsOf(drafts, DRAFTS);

/** Of the suggestions that people decided on, how many went out, changed or not; `null`: none was decided on. */
export function acceptance({
  drafts: d,
}: AssistantFigures): { sent: number; unchanged: number; decided: number } | null {
  const decided = d.accepted + d.edited + d.rejected;
  return decided === 0
    ? null
    : { sent: (d.accepted + d.edited) / decided, unchanged: d.accepted / decided, decided };
}

/** `100%` and `0%` only where it is all or nothing. */
export function percent(share: number): string {
  if (share <= 0) return "0%";
  if (share >= 1) return "100%";
  return `${Math.min(99, Math.max(1, Math.round(share * 100)))}%`;
}

/** `812`, `12.4k`, `3.1M`. */
export function short(count: number): string {
  if (count < 10_000) return count.toLocaleString("en");
  if (count < 1_000_000) return `${(count / 1_000).toFixed(count < 100_000 ? 1 : 0)}k`;
  return `${(count / 1_000_000).toFixed(1)}M`;
}

export const PERIODS = [
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
] as const;
export type Period = (typeof PERIODS)[number]["value"];

export const sinceOf = (period: Period, now: number): string =>
  new Date(now - Number(period) * 24 * 3_600_000).toISOString();
