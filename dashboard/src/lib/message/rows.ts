/** How a thread is laid out: day marks, and runs of one author that stand close together. Pure. */
import type { Message } from "$lib/api/types";
import { dayOf } from "$lib/ui/format";

/** Texts further apart than this begin a new run. */
const RUN_MS = 5 * 60_000;

export interface Row {
  message: Message;
  /** Set on the first message of a day. */
  day: string | null;
  startsRun: boolean;
  endsRun: boolean;
}

export function layOut(messages: readonly Message[], zone?: string): Row[] {
  const days = messages.map((m) => dayOf(m.created_at, zone));
  const joins = (i: number) => {
    const [a, b] = [messages[i - 1], messages[i]];
    if (!a || !b || days[i - 1] !== days[i]) return false;
    const isSame =
      a.direction === b.direction && a.author.kind === b.author.kind && a.author.id === b.author.id;
    return isSame && Date.parse(b.created_at) - Date.parse(a.created_at) < RUN_MS;
  };
  return messages.map((message, i) => ({
    message,
    day: days[i] === days[i - 1] ? null : message.created_at,
    startsRun: !joins(i),
    endsRun: !joins(i + 1),
  }));
}
