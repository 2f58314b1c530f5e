/** Plain words for what assistants want to do. Pure. */
import type { Approval, Assistant } from "$lib/api/types";

type State = Approval["state"];

export const STATE: Record<State, { label: string; tone: "note" | "accent" | "good" | "bad" | "plain" }> = {
  waiting: { label: "Waits for you", tone: "note" },
  approved: { label: "Being done", tone: "accent" },
  done: { label: "Done", tone: "good" },
  failed: { label: "Did not work", tone: "bad" },
  unknown: { label: "Perhaps done", tone: "bad" },
  rejected: { label: "Refused", tone: "plain" },
  expired: { label: "Nobody decided in time", tone: "plain" },
};

/** How far along it is; what is less far and arrives later is old news. */
const RANK: Record<State, number> = {
  waiting: 0,
  approved: 1,
  rejected: 2,
  expired: 2,
  done: 2,
  failed: 2,
  unknown: 2,
};

export const mergeApproval = (known: Approval | undefined, arrived: Approval): Approval =>
  known && RANK[arrived.state] < RANK[known.state] ? known : arrived;

/** `Book a table` for `book_a_table`. */
export function toolName(tool: string): string {
  const words = tool.replaceAll("_", " ").trim();
  return words.charAt(0).toLocaleUpperCase() + words.slice(1);
}

/** What becomes of it while it waits, before the time until which it can be decided. */
export const waitsFor = ({ asks }: Approval): string =>
  asks === "contact"
    ? "The contact was texted a code and confirms with it; you may decide instead. Lapses:"
    : "Done at once when approved. Lapses:";

/** Who decided; empty: nobody. */
export const deciderOf = (a: Approval, memberName: (id: string | null) => string): string =>
  a.decided_by_kind === "member"
    ? memberName(a.decided_by)
    : a.decided_by_kind === "contact"
      ? "The contact, by the code"
      : "";

/** What it is for, as the assistant is told; empty: it has no such tool any more. */
export const purposeOf = ({ tool, assistant_id }: Approval, assistants: readonly Assistant[]): string =>
  assistants.find((a) => a.id === assistant_id)?.tools.find((t) => t.name === tool)?.description ?? "";

export interface Argument {
  name: string;
  value: string;
  /** It has parts, and is shown as it is written. */
  isLaidOut: boolean;
}

/** What it is called with, a line for each argument. */
export function argumentsOf(value: unknown): Argument[] {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return value === null || value === undefined
      ? []
      : [{ name: "", value: laidOut(value), isLaidOut: true }];
  return Object.entries(value).map(([name, one]) => {
    const isLaidOut = typeof one === "object" && one !== null;
    return { name: toolName(name), value: isLaidOut ? laidOut(one) : plain(one), isLaidOut };
  });
}

const laidOut = (value: unknown): string => JSON.stringify(value, null, 2);

function plain(value: unknown): string {
  if (value === true) return "Yes";
  if (value === false) return "No";
  return value === null || value === "" ? "—" : String(value);
}
