/** Contacts, their lists and segments over the fake desk. */
import type * as T from "../../src/lib/api/types";
import { holds, parsed, textOf, verdictOf } from "./conditions";
import { notFound, pretty, Refusal, type FakeDesk } from "./desk";
import { consentRoutes } from "./consents";
import { byId, now, page, type Handler } from "./handler";

export function contactOf(d: FakeDesk, id: string): T.Contact {
  const own = d.changed.get(id);
  const added = d.strangers.get(id);
  if (added) return { ...added, fields: d.kept.get(id) ?? added.fields, ...own };
  const found = [...d.conversations.values()].find((c) => c.contact.id === id);
  if (!found) throw notFound();
  const { contact, tags, created_at } = found;
  return { ...contact, ...whole(contact.phone, created_at), tags, fields: d.kept.get(id) ?? {}, ...own };
}

const nothingSaid: T.Contact["consent"]["marketing"] = { standing: null, since: null, numbers: [] };

/** What nobody has changed yet. */
const whole = (phone: string, created_at: string) => ({
  addresses: [
    {
      kind: "phone" as const,
      address: phone,
      pretty: pretty(phone),
      primary: true,
      verified_at: created_at,
      opted_out_at: null,
      suppressed_at: null,
      created_at,
    },
  ],
  suppressed_at: null,
  consent: { marketing: nothingSaid, service: nothingSaid },
  lists: [],
  language: null,
  note: null,
  time_zone: null,
  zone: { source: "number" as const, names: ["America/New_York"] },
  quiet_hours: null,
  created_at,
});

export const contactsOf = (d: FakeDesk): T.Contact[] =>
  [...new Set([...d.conversations.values()].map((c) => c.contact.id)), ...d.strangers.keys()].map((id) =>
    contactOf(d, id),
  );

export function parsePhone(input: string, field = "input"): T.Phone {
  const digits = input.replace(/\D/g, "");
  const refuse = (code: string, message: string): never => {
    throw refused(field, code, message);
  };
  if (digits.length < 10)
    refuse("too_short", "The number is too short: write it in full, with area code and country code.");
  if (digits.length > 13) refuse("too_long", "The number is too long: write one number only.");
  const e164 = digits.length === 10 ? `+1${digits}` : `+${digits}`;
  return { e164, pretty: e164, region: "US", kind: "fixed_line_or_mobile" };
}

const taken = (code: string, field: string, message: string) =>
  new Refusal(409, code, message, [{ field, code, message }]);

export const refused = (field: string, code: string, message: string) =>
  new Refusal(422, "invalid", message, [{ field, code, message }]);

/** Whoever has none of them becomes a contact. */
export function stranger(d: FakeDesk, phone: string, over: Partial<T.Contact> = {}): T.Contact {
  const contact: T.Contact = {
    id: d.id("con"),
    name: null,
    company: null,
    phone,
    phone_pretty: pretty(phone),
    blocked: false,
    opted_out_at: null,
    ...whole(phone, now()),
    tags: [],
    fields: {},
    ...over,
  };
  d.strangers.set(contact.id, contact);
  return contact;
}

const listOf = (d: FakeDesk, id: string): T.ContactList => ({
  ...byId(d.lists, id),
  contacts: d.listed.get(id)?.size ?? 0,
});

function named(
  all: readonly { id: string; name: string }[],
  name: string | null | undefined,
  id = "",
): string {
  if (!name?.trim()) throw refused("name", "empty", "Give it a name.");
  if (all.some((one) => one.id !== id && one.name.toLowerCase() === name.trim().toLowerCase()))
    throw taken("name_taken", "name", "Another one has this name. Choose another one.");
  return name.trim();
}

function fill(d: FakeDesk, id: string, body: unknown, isAdding: boolean): T.ListChanged {
  const { contact_ids = [], phones = [] } = body as T.ListedContacts;
  const members = d.listed.get(id) ?? new Set<string>();
  const before = members.size;
  const all = contactsOf(d);
  const found = phones.map((phone) => all.find((c) => c.phone === parsePhone(phone, "phones[0]").e164)?.id);
  for (const one of [...contact_ids, ...found]) {
    if (one && isAdding) members.add(one);
    else if (one) members.delete(one);
  }
  d.listed.set(id, members);
  const list = listOf(d, id);
  d.emit("list.updated", { list });
  return {
    list,
    changed: Math.abs(members.size - before),
    unknown: phones.filter((_, i) => !found[i]),
    merged: [],
  };
}

function condition(d: FakeDesk, body: unknown): T.Condition {
  const { text, condition: json } = body as T.SegmentPatch;
  if (json) return json;
  const found = parsed(d, text ?? "");
  if ("condition" in found) return found.condition;
  const fault = found.faults[0];
  throw refused("text", fault?.code ?? "", `At character ${fault?.at}: ${fault?.explanation} ${fault?.mend}`);
}

function usedBy(d: FakeDesk, code: string, id: string): void {
  const user = d.campaigns.find((c) => c.state === "draft" && JSON.stringify(c.audience).includes(id));
  if (user)
    throw new Refusal(409, code, `It is used by ${user.name}. Choose something else there first.`, [
      { field: `campaigns.${user.id}.audience`, code, message: `${user.name} uses it.` },
    ]);
}

const fieldOf = (d: FakeDesk, key: string): T.ContactField => {
  const found = d.contactFields.find((field) => field.key === key);
  if (!found) throw notFound();
  return found;
};

export const contactRoutes: Record<string, Handler> = {
  "GET /contact-fields": (d, _, __, query) =>
    page(d.contactFields.filter((field) => !field.archived || query.get("archived") === "true")),
  "POST /contact-fields": (d, _, body) => {
    const made = { ...(body as unknown as T.NewContactField), archived: false };
    if (d.contactFields.some((field) => field.key === made.key))
      throw taken("key_taken", "key", "Another field has this key. Choose another one.");
    d.contactFields.push(made);
    return made;
  },
  "PATCH /contact-fields/:": (d, [key = ""], body) => {
    const { position, renamed_choices: _, ...patch } = body as unknown as T.ContactFieldPatch;
    const field = Object.assign(fieldOf(d, key), patch);
    if (position !== undefined && position !== null) {
      d.contactFields = d.contactFields.filter((one) => one !== field);
      d.contactFields.splice(position, 0, field);
    }
    return field;
  },
  "GET /contact-tags": (d) => {
    const counts = new Map<string, number>();
    for (const { tags } of contactsOf(d)) for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
    return page([...counts].sort().map(([tag, contacts]) => ({ tag, contacts })));
  },
  "POST /phones/parse": (_, __, body) => parsePhone(String(body["input"])),
  "GET /contacts": (d, _, __, query) => {
    const q = query.get("q")?.toLowerCase() ?? "";
    const digits = q.replace(/\D/g, "");
    return page(
      contactsOf(d).filter(
        (c) =>
          (`${c.name} ${c.company}`.toLowerCase().includes(q) ||
            (digits !== "" && c.phone.includes(digits))) &&
          (!query.get("tag") || c.tags.includes(query.get("tag") ?? "")) &&
          (!query.get("list") || d.listed.get(query.get("list") ?? "")?.has(c.id)),
      ),
    );
  },
  "POST /contacts": (d, _, body) => {
    const { phone, email: __, ...own } = body as unknown as T.NewContact;
    const { e164 } = parsePhone(phone ?? "", "phone");
    if (contactsOf(d).some((c) => c.phone === e164))
      throw taken("address_taken", "phone", "Another contact has this address.");
    return stranger(d, e164, own as Partial<T.Contact>);
  },
  "GET /contacts/:": (d, [id = ""]) => contactOf(d, id),
  "PATCH /contacts/:": (d, [id = ""], body) => {
    const { fields, ...own } = body as unknown as T.ContactPatch;
    for (const [key, value] of Object.entries(fields ?? {})) {
      const type = d.contactFields.find((f) => f.key === key)?.kind.type;
      if (type === "number" && value !== null && !/^-?[\d.]+$/.test(String(value)))
        throw refused(`fields.${key}`, "not_fitting", "This is not a number: write it as in 12.5.");
      const { [key]: _, ...others } = d.kept.get(id) ?? {};
      const typed = type === "number" ? Number(value) : type === "yes_no" ? value === "yes" : value;
      d.kept.set(id, value === null || typed === null ? others : { ...others, [key]: typed });
    }
    d.changed.set(id, { ...d.changed.get(id), ...(own as Partial<T.Contact>) });
    const { tags: _, time_zone: __, ...shown } = own;
    for (const c of d.conversations.values())
      if (c.contact.id === id) d.change(c.id, { contact: { ...c.contact, ...(shown as object) } });
    const contact = contactOf(d, id);
    d.emit("contact.updated", { contact });
    return contact;
  },
  "GET /contacts/:/timeline": (d, [id = ""]) => {
    const { created_at: at } = contactOf(d, id);
    const by = { kind: "api", id: null, name: null };
    const change = { id: "chg_1", part: "name", from: null, to: "Ann", by, at };
    return { data: [{ id: "chg_1", at, kind: "change", change }], next_cursor: null };
  },
  "GET /contacts/:/duplicates": () => ({ data: [] }),
  "GET /contacts/:/merges": () => ({ data: [], next_cursor: null }),
  ...consentRoutes,
  "GET /lists": (d) => page(d.lists.map((l) => listOf(d, l.id))),
  "POST /lists": (d, _, body) => {
    const { name } = body as unknown as { name: string };
    const list: T.ContactList = {
      id: d.id("lst"),
      name: named(d.lists, name),
      contacts: 0,
      created_at: now(),
    };
    d.lists.push(list);
    d.emit("list.updated", { list });
    return list;
  },
  "GET /lists/:": (d, [id = ""]) => listOf(d, id),
  "PATCH /lists/:": (d, [id = ""], body) => {
    const { name } = body as unknown as { name: string };
    byId(d.lists, id).name = named(d.lists, name, id);
    d.emit("list.updated", { list: listOf(d, id) });
    return listOf(d, id);
  },
  "DELETE /lists/:": (d, [id = ""]) => {
    usedBy(d, "in_use", id);
    d.lists = d.lists.filter((l) => l.id !== id);
    d.emit("list.updated", { id });
  },
  "GET /lists/:/contacts": (d, [id = ""]) => page([...(d.listed.get(id) ?? [])].map((c) => contactOf(d, c))),
  "POST /lists/:/contacts": (d, [id = ""], body) => fill(d, id, body, true),
  "POST /lists/:/contacts/remove": (d, [id = ""], body) => fill(d, id, body, false),
  "GET /segments": (d) => page(d.segments),
  "POST /segments/preview": (d, _, body) => {
    const { text, condition: json } = body as unknown as T.TryCondition;
    const found = json ? { condition: json } : parsed(d, text ?? "");
    if ("faults" in found)
      return { count: null, sample: [], condition: null, text: null, faults: found.faults };
    const meant = contactsOf(d).filter((c) => holds(d, c, found.condition));
    return {
      count: meant.length,
      sample: meant.slice(0, 20),
      condition: found.condition,
      text: textOf(found.condition),
      faults: [],
    };
  },
  "POST /segments": (d, _, body) => {
    const { name } = body as unknown as T.SegmentPatch;
    return segment(d, named(d.segments, name), condition(d, body));
  },
  "GET /segments/:": (d, [id]) => byId(d.segments, id),
  "PATCH /segments/:": (d, [id], body) => {
    const { name, text } = body as unknown as T.SegmentPatch;
    const kept = byId(d.segments, id);
    if (name !== undefined) kept.name = named(d.segments, name, id);
    if (text) kept.text = textOf((kept.condition = condition(d, body)));
    d.emit("segment.updated", { id });
    return kept;
  },
  "DELETE /segments/:": (d, [id = ""]) => {
    usedBy(d, "in_use", id);
    d.segments = d.segments.filter((s) => s.id !== id);
    d.emit("segment.updated", { id });
  },
  "GET /segments/:/contacts/:/why": (d, [id, contact = ""]) => {
    const why = verdictOf(d, contactOf(d, contact), byId(d.segments, id).condition);
    return { contact_id: contact, holds: why.holds, why };
  },
};

function segment(d: FakeDesk, name: string, of: T.Condition): T.Segment {
  const made: T.Segment = {
    id: d.id("seg"),
    name,
    condition: of,
    text: textOf(of),
    faults: [],
    created_at: now(),
    changed_at: now(),
  };
  d.segments.push(made);
  d.emit("segment.updated", { id: made.id });
  return made;
}

/** Two lists and a segment. */
export function seedGroups(d: FakeDesk): void {
  const all = contactsOf(d);
  for (const [name, from, to] of [
    ["Guests of the open day", 0, 3],
    ["Staff", 3, 4],
  ] as const) {
    const list = { id: d.id("lst"), name, contacts: 0, created_at: now() };
    d.lists.push(list);
    d.listed.set(list.id, new Set(all.slice(from, to).map((c) => c.id)));
  }
  segment(d, "Private patients", { field: "fields.insurance", op: "eq", value: "Private" });
}
