/** Plain words for contacts. Pure. */
import type { Contact } from "$lib/api/types";

export const nameOf = ({ name, phone_pretty }: Pick<Contact, "name" | "phone_pretty">): string =>
  name?.trim() || phone_pretty;
