/** Numbers that get no texts, over the fake desk. */
import type * as T from "../../src/lib/api/types";
import { aSuppression } from "../samples";
import { parsePhone, refused } from "./contacts";
import { pretty, type FakeDesk } from "./desk";
import { byId, now, page, type Handler } from "./handler";

function add(d: FakeDesk, phones: readonly string[], over: Partial<T.Suppression>): T.SuppressionsAdded {
  if (!over.reason?.trim()) throw refused("reason", "missing", "Say why these numbers get no texts.");
  const isNew = (e164: string) => !d.suppressions.some((one) => one.phone === e164 && !one.ended_at);
  const fresh = phones.filter(isNew);
  for (const phone of fresh)
    d.suppressions.unshift(
      aSuppression({
        id: d.id("sup"),
        phone,
        phone_pretty: pretty(phone),
        created_at: now(),
        created_by: d.me.user.id,
        ...over,
      }),
    );
  return { added: fresh.length, known: phones.length - fresh.length, rejected_lines: [] };
}

export const suppressionRoutes: Record<string, Handler> = {
  "GET /suppressions": (d, _, __, query) => {
    const phone = query.get("phone");
    const sought = phone && parsePhone(phone, "phone").e164;
    return page(
      d.suppressions.filter(
        (one) => (!sought || one.phone === sought) && (query.get("past") === "true" || !one.ended_at),
      ),
    );
  },
  "POST /suppressions": (d, _, body) => {
    const { phones = [], reason, until } = body as unknown as T.NewSuppressions;
    const read = phones.map((phone, i) => parsePhone(phone, `phones[${i}]`).e164);
    return add(d, read, { reason, until });
  },
  "POST /suppressions/file": (d, _, body, query) => {
    const lines = body.toString().split("\n");
    const isNumber = (line: string) => line.replace(/\D/g, "").length >= 10;
    const phones = lines.filter(isNumber).map((line) => parsePhone(line).e164);
    const added = add(d, phones, { reason: query.get("reason") ?? "", source: "file" });
    const rejected_lines = lines.flatMap((line, i) => (line && !isNumber(line) ? [i + 1] : []));
    return { ...added, rejected_lines };
  },
  "POST /suppressions/:/remove": (d, [id], body) => {
    const why = String(body["why"]);
    return Object.assign(byId(d.suppressions, id), {
      ended_at: now(),
      ended_by: d.me.user.id,
      ended_why: why,
    });
  },
};
