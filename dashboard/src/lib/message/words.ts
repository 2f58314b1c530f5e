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
  quiet_hours: "it is quiet hours where this person is",
  no_open_hour: "the quiet hours leave no hour to send in",
  number_disabled: "the sending number is switched off",
  number_not_registered: "the sending number is not registered for texts to this phone",
  contact_replied: "they replied first",
  human_replied: "a person answered instead",
  asked: "somebody took it back",
  assistant_removed: "the assistant that wrote it was removed",
  assistant_switched_off: "the assistant that wrote it may not send by itself any more",
};

/** A code of ours as words: known ones well, others at least without underscores. */
export const reasonWords = (code: string): string => REASON[code] ?? code.replaceAll("_", " ");

/** One line of a receipt as a sentence, without its time. The server's own words come first. */
export function receiptWords(line: ReceiptLine): string {
  const why = line.explanation ?? (line.reason ? `Because ${reasonWords(line.reason)}.` : "");
  switch (line.kind) {
    case "queued":
      return "Accepted and put in line.";
    case "gate":
      if (line.verdict === "send")
        return line.when === "sending" ? "Checked again: allowed to go." : "Checked: allowed to go.";
      return `${line.verdict === "defer" ? "Told to wait." : "Not sent."} ${why}`.trimEnd();
    case "attempt":
      return `Handed to the carrier${(line.attempt ?? 1) > 1 ? `, attempt ${line.attempt}` : ""}${told(line.result)}`;
    case "carrier": {
      const said = line.explanation ?? (line.status ? `${STATUS[line.status]}.` : "Received.");
      return `The carrier says: ${said}${line.code ? ` (${line.code})` : ""}`;
    }
    case "settled":
      return `Settled${told(line.result)}`;
    case "cancelled":
      return `Cancelled${line.reason ? `: ${reasonWords(line.reason)}.` : "."}`;
  }
}

/** The server's words after a colon, ended as a sentence; a full stop when there are none. */
function told(words: string | null | undefined): string {
  if (!words) return ".";
  return `: ${/[.!?]$/.test(words) ? words : `${words}.`}`;
}
