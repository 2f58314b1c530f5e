/** Plain words for a message's way and its receipt. */
import type { Message, MessageStatus, ReceiptLine } from "$lib/api/types";

/** What a status means to the one who reads it. */
export const STATUS: Record<MessageStatus, string> = {
  received: "Received",
  noted: "Only your team sees this",
  held: "Sending soon",
  scheduled: "Scheduled",
  queued: "Waiting its turn",
  deferred: "Waiting",
  sending: "Sending…",
  sent: "Sent",
  delivered: "Delivered",
  unconfirmed: "Sent, delivery not confirmed",
  failed: "Not delivered",
  unknown: "Not known whether it was sent",
  skipped: "Not sent",
  cancelled: "Cancelled",
};

export type Tone = "calm" | "good" | "warn" | "bad";

export function toneOf(status: MessageStatus): Tone {
  if (status === "failed" || status === "skipped") return "bad";
  if (status === "unknown") return "warn";
  return status === "delivered" ? "good" : "calm";
}

/** While it may still be taken back. */
export const isCancellable = (message: Message): boolean =>
  message.direction === "out" && ["held", "scheduled", "queued", "deferred"].includes(message.status);

const REASON: Record<string, string> = {
  contact_opted_out: "this person opted out of texts",
  contact_blocked: "this person is blocked",
  quiet_hours: "it is inside your quiet hours",
  number_disabled: "the sending number is switched off",
  number_unusable: "the sending number cannot send now",
  rate_limited: "the number's pace was reached",
  cancelled: "somebody cancelled it",
  contact_replied: "they replied first",
  replied: "they replied first",
  held: "it could still be undone",
  scheduled: "it is scheduled",
};

/** A code of ours as words: known ones well, others at least without underscores. */
export const reasonWords = (code: string): string => REASON[code] ?? code.replaceAll("_", " ");

/** One line of a receipt as a sentence, without its time. */
export function receiptWords(line: ReceiptLine): string {
  const why = line.reason ? reasonWords(line.reason) : null;
  switch (line.kind) {
    case "queued":
      return "Accepted and put in line.";
    case "gate":
      if (line.verdict === "send") return why ? `Allowed to go: ${why}.` : "Checked: allowed to go.";
      if (line.verdict === "defer") return why ? `Told to wait, because ${why}.` : "Told to wait.";
      return why ? `Not sent, because ${why}.` : "Not sent.";
    case "attempt":
      return `Handed to the carrier${(line.attempt ?? 1) > 1 ? `, attempt ${line.attempt}` : ""}.`;
    case "carrier":
      return `The carrier says: ${line.explanation ?? (line.status ? reasonWords(line.status) : "received")}${line.code ? ` (${line.code})` : ""}.`;
    case "settled":
      return `${STATUS[line.status as MessageStatus] ?? "Settled"}${line.explanation ? `: ${line.explanation}` : "."}`;
  }
}
