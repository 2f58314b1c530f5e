/** Campaigns over the fake desk: launched, sent a few at a time, paused, ended. */
import { anAudience, conditionOf } from "../../src/lib/campaign/audience";
import { OWN_NAMES, fill, read } from "../../src/lib/campaign/template";
import type * as T from "../../src/lib/api/types";
import { holds } from "./conditions";
import { contactOf, contactsOf, refused, stranger } from "./contacts";
import { Refusal, measure, type FakeDesk } from "./desk";
import { outcomeRoutes } from "./outcomes";
import { byId, now, page, type Handler } from "./handler";

const ROUND_MS = 250;
/** So many leave in one round. */
const AT_ONCE = 3;
const PAGE = 50;
const NOBODY: T.RecipientCounts = {
  pending: 0,
  deferred: 0,
  queued: 0,
  sending: 0,
  sent: 0,
  unknown: 0,
  delivered: 0,
  unconfirmed: 0,
  failed: 0,
  skipped: 0,
  cancelled: 0,
};

/** A few of what the product finds. */
function findingsIn(body: string): T.TextFinding[] {
  const found: T.TextFinding[] = [];
  const at = body.indexOf("bit.ly/");
  const from = [...body.slice(0, at)].length;
  if (at >= 0)
    found.push({
      variant: null,
      code: "public_shortener",
      severity: "refuse",
      span: { from, to: from + "bit.ly".length },
      explanation: "Carriers block links that go through bit.ly.",
      mend: "Write the whole address, or one of a domain of your own.",
    });
  if (body && !/STOP/.test(body))
    found.push({
      variant: null,
      code: "no_opt_out",
      severity: "warning",
      span: null,
      explanation: "It does not say how to get no more of these.",
      mend: "End it with “Reply STOP to opt out”.",
    });
  return found;
}

export function aCampaignOf(d: FakeDesk, over: Partial<T.Campaign> & Pick<T.Campaign, "name">): T.Campaign {
  const campaign: T.Campaign = {
    id: d.id("cmp"),
    state: "draft",
    body: "",
    media: [],
    workflow_id: null,
    numbers: [],
    audience: anAudience(),
    halt: null,
    only_canary: false,
    findings: [],
    send_before: null,
    retry: null,
    canary: null,
    outside_hours: "defer",
    over_cap: null,
    variants: [],
    holdout_percent: 0,
    purpose: "marketing",
    links: "as_written",
    schedule: { at_local: null, spread_seconds: 0 },
    throttle: { segments_per_minute: null },
    starts_at: null,
    frozen: false,
    counts: NOBODY,
    total: 0,
    replied: 0,
    clicked: 0,
    created_by: d.me.user.id,
    created_at: now(),
    launched_at: null,
    ended_at: null,
    ...over,
  };
  d.campaigns.unshift(campaign);
  return campaign;
}

/** What is kept, with its counts, told to everybody. */
function put(d: FakeDesk, id: string, change: Partial<T.Campaign>): T.Campaign {
  const at = d.campaigns.findIndex((c) => c.id === id);
  const rows = d.recipients.get(id) ?? [];
  const counts = { ...NOBODY };
  for (const row of rows) counts[row.standing] += 1;
  const replied = rows.filter((row) => row.replied_at).length;
  const campaign = { ...byId(d.campaigns, id), ...change, counts, total: rows.length, replied };
  campaign.findings = campaign.variants.length
    ? campaign.variants.flatMap(({ body }, variant) => findingsIn(body).map((one) => ({ ...one, variant })))
    : findingsIn(campaign.body);
  d.campaigns[at] = campaign;
  d.emit("campaign.updated", { campaign });
  return campaign;
}

function check(d: FakeDesk, patch: T.CampaignPatch): void {
  if (patch.body === undefined) return;
  const found = read(patch.body, [...OWN_NAMES, ...d.contactFields.map((f) => f.key)]);
  if ("fault" in found) throw refused("body", found.fault.code, found.fault.message);
}

/** Everybody whom an audience means gets a row. */
export function freeze(d: FakeDesk, campaign: T.Campaign): T.Recipient[] {
  const { phones } = campaign.audience;
  const known = contactsOf(d);
  phones.filter((one) => !known.some((c) => c.phone === one)).forEach((phone) => stranger(d, phone));
  const condition = conditionOf(campaign.audience, d.segments);
  const again = campaign.retry && (d.recipients.get(campaign.retry.of) ?? []);
  const meant = contactsOf(d).filter((c) =>
    again
      ? again.some((row) => row.contact_id === c.id && row.standing === "failed")
      : condition && holds(d, c, condition),
  );
  const rows = meant.map((c): T.Recipient => ({
    id: d.id("rcp"),
    contact_id: c.id,
    phone: c.phone,
    number_id: campaign.numbers[0] ?? "",
    standing: "pending",
    failure: null,
    not_before: campaign.starts_at,
    body: null,
    segments: null,
    conversation_id: null,
    sent_at: null,
    delivered_at: null,
    replied_at: null,
    clicked_at: null,
    variant: null,
    opted_out_at: null,
    carrier: null,
    parts: null,
    cost: null,
  }));
  d.recipients.set(campaign.id, rows);
  return rows;
}

/** One person's turn: skipped with reason, failed now and then, or sent. */
export function turn(d: FakeDesk, campaign: T.Campaign, row: T.Recipient, nth: number): void {
  const contact = contactOf(d, row.contact_id);
  row.not_before = null;
  const why = (code: string, explanation: string, mend = "") => (row.failure = { code, explanation, mend });
  if (contact.opted_out_at) {
    row.standing = "skipped";
    why(
      "contact_opted_out",
      "This person asked for no more texts. Only they can undo that, by texting START.",
    );
    return;
  }
  const body = campaign.variants[nth % Math.max(1, campaign.variants.length)]?.body ?? campaign.body;
  const found = read(body, null);
  const filled = "parts" in found ? fill(found.parts, contact, d.contactFields) : { text: "" };
  if ("lacks" in filled) {
    row.standing = "skipped";
    why(
      "lacks_field",
      `Nothing is known of them as ${filled.lacks}. Fill that in, or write another word for it, as in {${filled.lacks}|there}.`,
    );
    return;
  }
  row.body = filled.text;
  row.segments = measure(filled.text).segments;
  if (nth % 7 === 5) {
    row.standing = "failed";
    why(
      "40001",
      "This number cannot receive texts: it is a landline.",
      "Ask for a mobile number, or call instead.",
    );
    return;
  }
  row.standing = "sent";
  row.sent_at = now();
}

function run(d: FakeDesk, id: string): void {
  const timer = setInterval(() => {
    const campaign = d.campaigns.find((c) => c.id === id);
    if (!campaign || !["scheduled", "running", "paused"].includes(campaign.state))
      return clearInterval(timer);
    if (campaign.state === "paused" || Date.parse(campaign.starts_at ?? now()) > Date.now()) return;
    const rows = d.recipients.get(id) ?? [];
    for (const row of rows.filter((one) => one.standing === "sent"))
      [row.standing, row.delivered_at] = ["delivered", now()];
    for (const row of rows.filter((one) => one.standing === "pending").slice(0, AT_ONCE))
      turn(d, campaign, row, rows.indexOf(row));
    const isDone = rows.every((one) => !["pending", "sent"].includes(one.standing));
    put(d, id, isDone ? { state: "done", ended_at: now() } : { state: "running" });
  }, ROUND_MS);
}

function order(d: FakeDesk, id: string, from: T.CampaignState[], change: Partial<T.Campaign>): T.Campaign {
  const { state } = byId(d.campaigns, id);
  if (!from.includes(state)) throw new Refusal(409, "not_now", `This cannot be done: it is ${state}.`);
  return put(d, id, change);
}

export const campaignRoutes: Record<string, Handler> = {
  "GET /campaigns": (d) => page(d.campaigns),
  "GET /campaigns/:": (d, [id]) => byId(d.campaigns, id),
  "POST /campaigns": (d, _, body) => {
    const asked = body as unknown as T.CampaignPatch;
    if (!asked.name?.trim()) throw refused("name", "empty", "Write something.");
    check(d, asked);
    const made = aCampaignOf(d, { ...asked, name: asked.name });
    return put(d, made.id, {});
  },
  "PATCH /campaigns/:": (d, [id = ""], body) => {
    const asked = body as unknown as T.CampaignPatch;
    check(d, asked);
    return order(d, id, ["draft"], asked);
  },
  "DELETE /campaigns/:": (d, [id = ""]) => {
    d.campaigns = d.campaigns.filter((c) => c.id !== id);
    d.emit("campaign.updated", { id });
  },
  "POST /campaigns/:/launch": (d, [id = ""], body) => {
    const { at, at_local, spread_seconds } = body as unknown as T.CampaignLaunch;
    const against = byId(d.campaigns, id).findings.find(({ severity }) => severity === "refuse");
    if (against) throw refused("body", against.code, `${against.explanation} ${against.mend}`);
    const starts_at = at ?? new Date(Date.now() + d.undoMs).toISOString();
    const launched = order(d, id, ["draft"], {
      state: "scheduled",
      starts_at,
      launched_at: now(),
      schedule: { at_local: at_local ?? null, spread_seconds: spread_seconds ?? 0 },
    });
    freeze(d, launched);
    run(d, id);
    return put(d, id, { frozen: true });
  },
  "POST /campaigns/:/undo": (d, [id = ""]) => {
    const taken = order(d, id, ["scheduled"], { state: "draft", starts_at: null, frozen: false });
    d.recipients.delete(id);
    return put(d, taken.id, {});
  },
  "POST /campaigns/:/pause": (d, [id = ""]) => order(d, id, ["scheduled", "running"], { state: "paused" }),
  "POST /campaigns/:/resume": (d, [id = ""]) => {
    const waits = Date.parse(byId(d.campaigns, id).starts_at ?? "") > Date.now();
    return order(d, id, ["paused"], { state: waits ? "scheduled" : "running" });
  },
  "POST /campaigns/:/cancel": (d, [id = ""]) => {
    for (const row of d.recipients.get(id) ?? [])
      if (["pending", "deferred", "queued"].includes(row.standing)) row.standing = "cancelled";
    return order(d, id, ["scheduled", "running", "paused"], { state: "cancelled", ended_at: now() });
  },
  "GET /campaigns/:/history": (d, [id = ""]) => {
    const { created_at, created_by, launched_at } = byId(d.campaigns, id);
    const did = (deed: T.CampaignDeed["deed"], at: string): T.CampaignDeed => ({
      deed,
      by_kind: "member",
      by: created_by,
      halt: null,
      note: null,
      at,
    });
    return page([...(launched_at ? [did("launched", launched_at)] : []), did("created", created_at)]);
  },
  "POST /campaigns/:/retry": (d, [id = ""], body) => {
    const { also } = body as unknown as { also: T.RetryAlso[] };
    const first = byId(d.campaigns, id);
    const failed = (d.recipients.get(id) ?? []).filter((row) => row.standing === "failed");
    if (!failed.length && !also.length) throw new Refusal(409, "nobody", "Nobody is left who could get it.");
    const { name, body: text, numbers, purpose, variants } = first;
    const how = { body: text, numbers, purpose, variants, retry: { of: id, also } };
    return put(d, aCampaignOf(d, { ...how, name: `Again: ${name}` }).id, {});
  },
  ...outcomeRoutes,
  "GET /campaigns/:/recipients": (d, [id = ""], _, query) => {
    const wanted = query.get("standing");
    const code = query.get("code");
    const did = (row: T.Recipient) =>
      (["replied", "clicked", "opted_out"] as const).every(
        (one) => query.get(one) !== "true" || row[`${one}_at`] !== null,
      );
    const all = (d.recipients.get(id) ?? []).filter(
      (row) =>
        (!wanted || row.standing === wanted) &&
        (!code || row.failure?.code === code) &&
        (!query.get("phone") || row.phone === query.get("phone")?.replaceAll(/[^+\d]/g, "")) &&
        did(row) &&
        row.id > (query.get("cursor") ?? ""),
    );
    const limit = Number(query.get("limit") ?? PAGE);
    return { data: all.slice(0, limit), next_cursor: all.length > limit ? all[limit - 1]?.id : null };
  },
};

/** One that is over, one that runs through the night, and a draft. */
export function seedCampaigns(d: FakeDesk): void {
  const from = d.numbers[0]?.id ?? "";
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  const body = "Hi {first_name|there}, your yearly check-up is due. Would next week suit you?";
  const audience = anAudience({ everyone: true });
  const over = (name: string, days: number, change: Partial<T.Campaign> = {}) =>
    aCampaignOf(d, {
      name,
      body,
      numbers: [from],
      audience,
      created_at: ago(days * 1_440 + 60),
      launched_at: ago(days * 1_440),
      starts_at: ago(days * 1_440 - 1),
      ...change,
    });
  const recall = over("Recall November", 3, { state: "done", frozen: true, ended_at: ago(3 * 1_440 - 12) });
  freeze(d, recall).forEach((row, i) => {
    turn(d, recall, row, i);
    if (row.standing !== "sent") return;
    row.standing = i % 6 === 4 ? "unconfirmed" : "delivered";
    row.sent_at = ago(3 * 1_440 - 2);
    if (row.standing === "delivered") row.delivered_at = ago(3 * 1_440 - 3);
    const talk = [...d.conversations.values()].find((c) => c.contact.id === row.contact_id);
    if (i % 4 === 1 && talk) [row.replied_at, row.conversation_id] = [ago(3 * 1_440 - 40), talk.id];
  });
  put(d, recall.id, {});
  const hours = over("New opening hours from January for everybody who was here in the last two years", 0, {
    state: "paused",
    frozen: true,
    body: "Hi {first_name|there}, from January we open at 7:30. See you soon at Harbour Dental!",
  });
  freeze(d, hours).forEach((row, i) => {
    if (i < 4) turn(d, hours, row, i);
    else if (i === 4) row.standing = "sending";
    else if (i < 8)
      [row.standing, row.not_before] = ["deferred", new Date(Date.now() + 9 * 3_600_000).toISOString()];
  });
  put(d, hours.id, {});
  aCampaignOf(d, { name: "Whitening offer", numbers: [from], created_at: ago(20) });
}
