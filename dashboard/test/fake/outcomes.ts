/** What came of a campaign, and why somebody got it or did not, over the fake desk. */
import type * as T from "../../src/lib/api/types";
import { counts, someFigures, someOutcomes } from "../samples";
import { contactOf } from "./contacts";
import { notFound, type FakeDesk } from "./desk";
import { byId, now, type Handler } from "./handler";

const STEPS = 24;
const PRICE_MICROS = 7_900;

function figuresOf(rows: readonly T.Recipient[]): T.OutcomeFigures {
  const stand = counts();
  for (const row of rows) stand[row.standing] += 1;
  const parts = rows.reduce((sum, row) => sum + (row.sent_at ? (row.segments ?? 0) : 0), 0);
  return someFigures({
    total: rows.length,
    counts: stand,
    replied: rows.filter((row) => row.replied_at).length,
    clicked: rows.filter((row) => row.clicked_at).length,
    segments: rows.reduce((sum, row) => sum + (row.segments ?? 0), 0),
    parts,
    costs: parts ? [{ micros: parts * PRICE_MICROS, currency: "USD" }] : [],
  });
}

function reasonsOf(rows: readonly T.Recipient[]): T.OutcomeReason[] {
  const found = new Map<string, T.OutcomeReason>();
  for (const { standing, failure } of rows) {
    if (!failure) continue;
    const known = found.get(standing + failure.code) ?? { ...failure, standing, count: 0 };
    found.set(standing + failure.code, { ...known, count: known.count + 1 });
  }
  return [...found.values()];
}

/** From the first text to the last thing that happened, in equal steps. */
function funnelOf(rows: readonly T.Recipient[]): T.CampaignOutcomes["funnel"] {
  const times = rows
    .flatMap((row) => [row.sent_at, row.delivered_at, row.replied_at])
    .flatMap((at) => (at ? [Date.parse(at)] : []));
  if (!times.length) return null;
  const [from, until] = [Math.min(...times), Math.max(...times) + 1];
  const every = Math.max(60_000, (until - from) / STEPS);
  const within = (at: string | null, i: number) =>
    at !== null && Math.floor((Date.parse(at) - from) / every) === i;
  const steps = Array.from({ length: STEPS }, (_, i) => ({
    at: new Date(from + i * every).toISOString(),
    sent: rows.filter((row) => within(row.sent_at, i)).length,
    delivered: rows.filter((row) => within(row.delivered_at, i)).length,
    clicked: rows.filter((row) => within(row.clicked_at, i)).length,
    replied: rows.filter((row) => within(row.replied_at, i)).length,
    opted_out: 0,
  }));
  return { every_seconds: every / 1_000, steps };
}

const rowsOf = (d: FakeDesk, id: string): T.Recipient[] => d.recipients.get(id) ?? [];

export const outcomeRoutes: Record<string, Handler> = {
  "GET /campaigns/:/outcomes": (d, [id = ""]) => {
    const rows = rowsOf(d, id);
    const figures = figuresOf(rows);
    const { numbers } = byId(d.campaigns, id);
    return someOutcomes({
      ...figures,
      counted_at: now(),
      reasons: reasonsOf(rows),
      numbers: numbers.map((number_id) => ({
        ...figures,
        number_id,
        e164: d.numbers.find((n) => n.id === number_id)?.pretty ?? null,
      })),
      countries: [{ ...figures, country: "US" }],
      carriers: [
        { ...figuresOf(rows.filter((_, i) => i % 3)), carrier: "T-Mobile" },
        { ...figuresOf(rows.filter((_, i) => i % 3 === 0)), carrier: null },
      ],
      funnel: funnelOf(rows),
    });
  },
  "GET /campaigns/:/variants": (d, [id = ""]) => {
    const { variants } = byId(d.campaigns, id);
    const data = variants.map(({ name }, nth) => {
      const f = figuresOf(rowsOf(d, id).filter((_, i) => i % variants.length === nth));
      const { delivered, failed, sent } = f.counts;
      const { replied, opted_out, total: recipients } = f;
      return { name, recipients, sent: sent + delivered, delivered, failed, replied, opted_out };
    });
    return { data };
  },
  "GET /campaigns/:/pace": () => ({ held: [] }),
  "GET /campaigns/:/recipients/:": (d, [id = "", recipient]): T.RecipientWhy => {
    const row = rowsOf(d, id).find((one) => one.id === recipient);
    if (!row) throw notFound();
    const campaign = byId(d.campaigns, id);
    const contact = contactOf(d, row.contact_id);
    const steps: [T.RecipientWhy["history"][number]["kind"], string | null][] = [
      ["launched", campaign.launched_at],
      ["sent", row.sent_at],
      ["delivered", row.delivered_at],
      ["replied", row.replied_at],
    ];
    const answer = row.failure
      ? `It was not sent to them. ${row.failure.explanation}`
      : row.replied_at
        ? "They got it, and answered."
        : row.sent_at
          ? "They got it."
          : "Their turn has not come yet.";
    return {
      answer,
      attempts: row.sent_at ? 1 : 0,
      blocked: contact.blocked,
      campaign_state: campaign.state,
      clicks: [],
      consents: [],
      gate: null,
      had: row.sent_at ? [{ at: row.sent_at, campaign_id: id, name: campaign.name }] : [],
      history: steps.flatMap(([kind, at]) => (at ? [{ kind, at }] : [])),
      opted_out_at: contact.opted_out_at,
      recipient: row,
      whereabouts: { places: ["New York"], local_times: ["2026-11-23 10:00"], told_by: "number" },
    };
  },
};
