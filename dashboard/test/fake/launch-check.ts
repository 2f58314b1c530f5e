/** A launch that is tried over the fake desk, one person's text, and a test to one's own phones. */
import { conditionOf } from "../../src/lib/campaign/audience";
import { fill, read } from "../../src/lib/campaign/template";
import type * as T from "../../src/lib/api/types";
import { aCheck } from "../samples";
import { holds } from "./conditions";
import { contactOf, contactsOf, refused } from "./contacts";
import { measure, notFound, type FakeDesk } from "./desk";
import { byId, now, type Handler } from "./handler";

const COUNTING_MS = 400;
const SAMPLES = 5;
const PRICE_MICROS = 7_900;

function previewOf(d: FakeDesk, campaign: T.Campaign, contact: T.Contact): T.CampaignPreview {
  const found = read(campaign.body, null);
  const filled = "parts" in found ? fill(found.parts, contact, d.contactFields) : { text: "" };
  const lacks = "lacks" in filled ? filled.lacks : null;
  const why = contact.opted_out_at
    ? { code: "contact_opted_out", explanation: "This person asked for no more texts.", mend: "" }
    : lacks
      ? { code: "lacks_field", explanation: `Nothing is known of them as ${lacks}.`, mend: "" }
      : null;
  const body = "text" in filled ? filled.text : null;
  const measured = body === null ? null : measure(body);
  return {
    contact_id: contact.id,
    name: contact.name,
    phone: contact.phone,
    number_id: campaign.numbers[0] ?? "",
    body,
    segments: measured?.segments ?? 0,
    encoding: measured?.encoding ?? null,
    outcome: why ? "skipped" : "now",
    until: null,
    failure: why,
  };
}

/** Everybody whom a launch would reach. */
function counted(d: FakeDesk, campaign: T.Campaign, run: number): T.CampaignCheck {
  const condition = conditionOf(campaign.audience, d.segments);
  const meant = contactsOf(d).filter((c) => condition && holds(d, c, condition));
  const seen = meant.map((contact) => previewOf(d, campaign, contact));
  const text = (p: T.CampaignPreview): T.CheckText => ({
    contact_id: p.contact_id,
    name: p.name,
    phone: p.phone,
    body: p.body,
    segments: p.segments,
    encoding: p.encoding,
  });
  const skipped = new Map<string, T.CheckCause>();
  for (const one of seen) {
    if (!one.failure) continue;
    const { code, explanation, mend } = one.failure;
    const cause = skipped.get(code) ?? { code, explanation, mend, count: 0, samples: [] };
    cause.count += 1;
    if (cause.samples.length < SAMPLES) cause.samples.push(text(one));
    skipped.set(code, cause);
  }
  const sent = seen.filter(({ outcome }) => outcome === "now");
  const segments = Array<number>(10).fill(0);
  for (const { segments: length } of sent) segments[length - 1] = (segments[length - 1] ?? 0) + 1;
  const all = sent.reduce((sum, one) => sum + one.segments, 0);
  return aCheck({
    campaign_id: campaign.id,
    run,
    starts_at: now(),
    began_at: now(),
    ended_at: now(),
    total: seen.length,
    now: sent.length,
    skipped: [...skipped.values()],
    segments,
    segments_total: all,
    encodings: { gsm7: sent.length, ucs2: 0 },
    longest: [...sent]
      .sort((a, b) => b.segments - a.segments)
      .slice(0, SAMPLES)
      .map(text),
    estimate: {
      costs: [
        {
          currency: "USD",
          lowest_micros: all * PRICE_MICROS,
          highest_micros: 2 * all * PRICE_MICROS,
          segments: all,
        },
      ],
      unpriced_segments: 0,
      unpriced_countries: [],
      finishes_at: new Date(Date.now() + all * 1_000).toISOString(),
      segments_per_second: 1,
    },
  });
}

export const launchCheckRoutes: Record<string, Handler> = {
  "POST /campaigns/:/check": (d, [id = ""]) => {
    const campaign = byId(d.campaigns, id);
    const run = (d.checks.get(id)?.run ?? 0) + 1;
    const begun = aCheck({ campaign_id: id, run, state: "counting", progress: 0.1, began_at: now() });
    d.checks.set(id, begun);
    setTimeout(() => {
      if (d.checks.get(id)?.run !== run) return;
      d.checks.set(id, counted(d, campaign, run));
      d.emit("campaign.checked", { id });
    }, COUNTING_MS);
    return begun;
  },
  "GET /campaigns/:/check": (d, [id = ""]) => {
    const check = d.checks.get(id);
    if (!check) throw notFound();
    return check;
  },
  "POST /campaigns/:/preview": (d, [id], body) => {
    const asked = body as unknown as { contact_id: string };
    return previewOf(d, byId(d.campaigns, id), contactOf(d, asked.contact_id));
  },
  "POST /campaigns/:/test": (d, [id], body) => {
    byId(d.campaigns, id);
    const asked = body as unknown as { to: string[] };
    const bad = asked.to.findIndex((one) => !/^\+\d[\d ()-]{6,}$/u.test(one));
    if (bad >= 0) throw refused(`to[${bad}]`, "not_a_number", "Write it with + and its country code.");
    return { data: asked.to.map((to) => ({ to, message_id: d.id("msg"), refused: null })) };
  },
};
