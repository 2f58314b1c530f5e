/** What contacts said about getting texts, and erasing them, over the fake desk. */
import type * as T from "../../src/lib/api/types";
import { aConsent } from "../samples";
import { contactOf, refused } from "./contacts";
import { Refusal, type FakeDesk } from "./desk";
import { now, page, type Handler } from "./handler";

function ledgerOf(d: FakeDesk, id: string): T.Consent[] {
  const { opted_out_at: at, phone } = contactOf(d, id);
  const known = d.ledgers.get(id);
  if (known) return known;
  const stop = { source: "keyword", keyword: "STOP", by_user_id: null };
  const lines: T.Consent[] = at
    ? [aConsent({ ...stop, id: d.id("cst"), state: "opted_out", purpose: "all", phone, at })]
    : [];
  d.ledgers.set(id, lines);
  return lines;
}

export const consentRoutes: Record<string, Handler> = {
  "GET /contacts/:/consents": (d, [id = ""]) => page(ledgerOf(d, id)),
  "POST /contacts/:/consents": (d, [id = ""], body) => {
    const said = body as unknown as T.NewConsent;
    if (said.state === "opted_in" && !said.how && !said.proof)
      throw refused("how", "missing", "Say where and how they agreed, or give the proof.");
    const line = aConsent({
      phone: contactOf(d, id).phone,
      ...(said as Partial<T.Consent>),
      id: d.id("cst"),
      by_user_id: d.me.user.id,
      at: said.at ?? now(),
    });
    ledgerOf(d, id).unshift(line);
    if (line.state === "opted_out" && line.purpose === "all")
      d.changed.set(id, { ...d.changed.get(id), opted_out_at: line.at });
    d.emit("contact.updated", { contact: contactOf(d, id) });
    return line;
  },
  "POST /contacts/:/consents/request": (d, [id = ""]) => {
    if (contactOf(d, id).opted_out_at)
      throw new Refusal(409, "opted_out", "They want no texts: only they can take that back, with START.");
    const { phone } = contactOf(d, id);
    const shown = d.tenant.settings.opt_in.request;
    const asked = { state: "pending", source: "opt_in", by_user_id: null, shown, phone } as const;
    ledgerOf(d, id).unshift(aConsent({ ...asked, id: d.id("cst"), at: now() }));
    d.emit("contact.updated", { contact: contactOf(d, id) });
    return { message: d.messages[0] };
  },
  "POST /contacts/:/erase": (d, [id = ""], body) => {
    if (body["confirm"] !== id)
      throw refused("confirm", "not_the_id", "This is not the contact’s id. Nothing was erased.");
    d.erased.push(id);
    d.strangers.delete(id);
    return { id, suppressed: 0, forgotten_uploads: 0 };
  },
};
