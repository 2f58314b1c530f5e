/** Plain words for contacts and what they said about getting texts. Pure. */
import type { Consent, Contact } from "$lib/api/types";

export const nameOf = ({ name, phone_pretty }: Pick<Contact, "name" | "phone_pretty">): string =>
  name?.trim() || phone_pretty;

/** One line of the ledger, as in `They texted “STOP”`. */
export function consentWords({ source, keyword }: Pick<Consent, "source" | "keyword">): string {
  const said = keyword ? ` “${keyword}”` : "";
  switch (source) {
    case "keyword":
      return `They texted${said || " a word for it"}`;
    case "free_text":
      return `They wrote${said || " so"}`;
    case "carrier":
      return "The carrier says so";
    case "member":
      return "Somebody here noted it";
    case "api":
      return "A program noted it";
    default:
      return `Told by ${source}`;
  }
}
