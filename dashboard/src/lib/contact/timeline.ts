/** Plain words for what happened with a contact. Pure. */
import { apart } from "$lib/ui/apart";
import type { ContactChange, TimelineEntry } from "$lib/api/types";
import { STANDING } from "$lib/campaign/words";
import { saidBy, stateOf, type Names } from "./consent";

export interface Told {
  what: string;
  text: string;
  tone: "plain" | "accent" | "note" | "bad" | "good";
}

const PARTS: Record<string, string> = {
  name: "Name",
  company: "Company",
  language: "Language",
  time_zone: "Time zone",
  note: "Note",
  blocked: "Blocked",
  primary: "Primary phone",
  tags: "Label",
  phone: "Phone",
  email: "E-mail",
};
const SEVERAL = ["tags", "phone", "email"];

/** One change, as in `Company: Acme → Bolt (Mia)`. */
export function changeWords({
  part,
  from,
  to,
  by,
}: Pick<ContactChange, "part" | "from" | "to" | "by">): string {
  const what = PARTS[part] ?? part.replace(/^fields\./, "");
  const known = (text: string | null | undefined) => apart(text ?? "not known");
  const who =
    (by.name && apart(by.name)) ??
    { api: "a program", assistant: "an assistant", import: "a file" }[by.kind as string] ??
    by.kind;
  if (SEVERAL.includes(part))
    return to ? `${what} ${known(to)} added (${who})` : `${what} ${known(from)} removed (${who})`;
  return `${what}: ${known(from)} → ${known(to)} (${who})`;
}

/** What an entry of the timeline says. */
export function happened(
  { message, campaign, consent, change }: TimelineEntry,
  names: Pick<Names, "memberName">,
): Told {
  if (message) {
    const { direction, body } = message;
    if (direction === "note") return { what: "Note", text: body, tone: "note" };
    return { what: direction === "in" ? "They wrote" : "We wrote", text: body, tone: "plain" };
  }
  if (campaign)
    return {
      what: campaign.campaign_name,
      text: campaign.body ?? STANDING[campaign.standing].label,
      tone: "accent",
    };
  if (consent) {
    const { label, tone } = stateOf(consent);
    return { what: label, text: saidBy(consent, names), tone };
  }
  return { what: "Changed", text: change ? changeWords(change) : "", tone: "plain" };
}
