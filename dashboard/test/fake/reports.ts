/** Reports over the fake desk: figures of an invented quarter, the same each time. */
import type * as T from "../../src/lib/api/types";
import type { FakeDesk } from "./desk";
import { now, type Handler } from "./handler";

const DAY_MS = 86_400_000;
const NONE: T.Volume = { texts_in: 0, texts_out: 0, opened: 0, closed: 0, opt_outs: 0 };
const DAYS: Record<string, number> = { today: 1, "7d": 7, "30d": 30, "90d": 90 };

const dayAt = (at: number) => new Date(at).toISOString().slice(0, 10);

function periodOf(query: URLSearchParams): T.ReportPeriod & { days: number } {
  const until = Date.parse(query.get("until") ?? dayAt(Date.parse("2026-11-23")));
  const from = query.get("from");
  const days = from
    ? Math.round((until - Date.parse(from)) / DAY_MS) + 1
    : (DAYS[query.get("period") ?? "7d"] ?? 7);
  return {
    from: dayAt(until - (days - 1) * DAY_MS),
    until: dayAt(until),
    before_from: dayAt(until - (2 * days - 1) * DAY_MS),
    before_until: dayAt(until - days * DAY_MS),
    time_zone: "America/New_York",
    counted_at: now(),
    is_behind: false,
    days,
  };
}

/** Busy on weekdays and by day; the same for the same place. */
function volumeAt(nth: number, busy: number): T.Volume {
  const wave = 0.6 + 0.4 * Math.sin(nth * 2.1) ** 2;
  const texts_in = Math.round(18 * busy * wave);
  return {
    texts_in,
    texts_out: Math.round(26 * busy * (1.4 - wave)),
    opened: Math.round(texts_in / 3),
    closed: Math.round(texts_in / 4),
    opt_outs: nth % 9 === 4 ? 1 : 0,
  };
}

const sum = (all: readonly T.Volume[]): T.Volume =>
  all.reduce(
    (total, one) => ({
      texts_in: total.texts_in + one.texts_in,
      texts_out: total.texts_out + one.texts_out,
      opened: total.opened + one.opened,
      closed: total.closed + one.closed,
      opt_outs: total.opt_outs + one.opt_outs,
    }),
    NONE,
  );

function volume(d: FakeDesk, query: URLSearchParams): T.VolumeReport {
  const { days, ...period } = periodOf(query);
  const isHourly = days === 1;
  const start = Date.parse(period.from);
  const steps = Array.from({ length: isHourly ? 24 : days }, (_, i) => {
    const day = new Date(start + i * DAY_MS).getUTCDay();
    const busy = isHourly ? (i > 7 && i < 18 ? 0.3 : 0.02) : day === 0 ? 0.2 : 1;
    const at = isHourly ? `${period.from}T${String(i).padStart(2, "0")}:00` : dayAt(start + i * DAY_MS);
    return d.hasReports
      ? { at, now: volumeAt(i, busy), before: volumeAt(i + 3, busy * 0.8) }
      : { at, now: NONE, before: NONE };
  });
  const [total, before] = [sum(steps.map((s) => s.now)), sum(steps.map((s) => s.before))];
  const numbers = d.hasReports
    ? d.numbers.map(({ id, label }, i) => ({ number_id: id, name: label, now: i ? NONE : total, before }))
    : [];
  return { period, every: isHourly ? "hour" : "day", total, before, steps, numbers };
}

const spread = (seconds: number, p90: number): T.WaitSpread => ({
  median: { seconds, from_seconds: seconds - 5, until_seconds: seconds + 15 },
  p90: { seconds: p90, from_seconds: p90 - 40, until_seconds: p90 + 60 },
});
const waited = (count: number, seconds: number): T.WaitedTime =>
  count
    ? { count, clock: spread(seconds * 2, seconds * 9), office_hours: spread(seconds, seconds * 4) }
    : { count, clock: null, office_hours: null };

function responses(d: FakeDesk, query: URLSearchParams): T.ResponsesReport {
  const { days: _, ...period } = periodOf(query);
  const [ada, mina] = [d.assistants[0], d.members[0]];
  const times = (seconds: number, count: number): T.ResponseTimes => ({
    total: waited(count, seconds),
    before: waited(count - 9, seconds + 130),
    by: [
      {
        kind: "member",
        id: mina?.user_id ?? null,
        name: mina?.name ?? null,
        now: waited(31, seconds * 1.5),
        before: waited(12, 900),
      },
      {
        kind: "assistant",
        id: ada?.id ?? null,
        name: ada?.name ?? null,
        now: waited(22, 12),
        before: waited(12, 14),
      },
      { kind: "team", id: "tea_1", name: "Front desk", now: waited(40, seconds), before: waited(1, 900) },
    ],
  });
  const none: T.ResponseTimes = { total: waited(0, 0), before: waited(0, 0), by: [] };
  return {
    period,
    has_office_hours: true,
    first_response: d.hasReports ? times(420, 53) : none,
    resolution: d.hasReports ? times(5_400, 41) : none,
  };
}

const NO_TEXTS: T.DeliveryCounts = {
  delivered: 0,
  unconfirmed: 0,
  on_its_way: 0,
  unknown: 0,
  failed: 0,
  not_sent: 0,
};

function deliverability(d: FakeDesk, query: URLSearchParams): T.DeliverabilityReport {
  const { days: _, ...period } = periodOf(query);
  if (!d.hasReports) return { period, total: NO_TEXTS, before: NO_TEXTS, by: [], reasons: [] };
  const of = (delivered: number, failed: number): T.DeliveryCounts => ({
    ...NO_TEXTS,
    delivered,
    failed,
    unconfirmed: Math.round(delivered / 40),
    on_its_way: 3,
    not_sent: Math.round(failed / 2),
  });
  return {
    period,
    total: of(412, 19),
    before: of(366, 31),
    by: [
      { country: "US", carrier: "T-Mobile", now: of(221, 14), before: of(180, 20) },
      { country: "US", carrier: "Verizon", now: of(160, 4), before: of(150, 9) },
      { country: "CA", carrier: null, now: of(31, 1), before: of(36, 2) },
    ],
    reasons: [
      {
        outcome: "failed",
        code: "40002",
        explanation: "The carrier took it for spam.",
        mend: "Write as you would to one person, and leave out shortened links.",
        count: 12,
        before: 20,
      },
      {
        outcome: "failed",
        code: "40001",
        explanation: "It is a landline.",
        mend: "Ask for a mobile number.",
        count: 7,
        before: 11,
      },
      {
        outcome: "not_sent",
        code: "contact_opted_out",
        explanation: "They want no more texts.",
        mend: "Only they can change that: they text START.",
        count: 10,
        before: 3,
      },
    ],
  };
}

function assistants(d: FakeDesk, query: URLSearchParams): T.AssistantsReport {
  const { days: _, ...period } = periodOf(query);
  const work = (times: number): T.AssistantWork => ({
    runs: times * 20,
    answered: times * 9,
    suggested: times * 5,
    held_back: times,
    handed_over: times * 2,
    silent: times * 2,
    outdated: times,
    asked_first: 0,
    for_workflows: 0,
    drafts: { accepted: times * 3, edited: times, rejected: times, superseded: 0, open: 0 },
    cost: times ? [{ micros: times * 41_000, currency: "USD" }] : [],
  });
  if (!d.hasReports) return { period, total: work(0), before: work(0), assistants: [] };
  const all = d.assistants.map(({ id, name }, i) => ({
    assistant_id: id,
    name,
    now: work(6 - i * 2),
    before: work(4 - i),
  }));
  return { period, total: work(10), before: work(7), assistants: all.slice(0, 2) };
}

function cost(d: FakeDesk, query: URLSearchParams): T.CostReport {
  const { days: _, ...period } = periodOf(query);
  const of = (billed_micros: number, estimated_micros = 0) => ({
    billed_micros,
    estimated_micros,
    count: 10,
    estimated_segments: estimated_micros ? 40 : 0,
  });
  if (!d.hasReports) return { period, costs: [], unpriced: [] };
  return {
    period,
    costs: [
      { what: "models", purpose: "conversation", currency: "USD", now: of(410_000), before: of(280_000) },
      {
        what: "texts",
        purpose: "campaign",
        currency: "USD",
        now: of(6_200_000, 900_000),
        before: of(5_100_000),
      },
      {
        what: "texts",
        purpose: "conversation",
        currency: "USD",
        now: of(2_100_000, 60_000),
        before: of(1_900_000),
      },
      { what: "texts", purpose: "workflow", currency: "USD", now: of(740_000), before: of(0) },
    ],
    unpriced: [{ purpose: "conversation", country: "CA", texts: 3, segments: 4 }],
  };
}

export const reportRoutes: Record<string, Handler> = {
  "GET /reports/volume": (d, _, __, query) => volume(d, query),
  "GET /reports/responses": (d, _, __, query) => responses(d, query),
  "GET /reports/deliverability": (d, _, __, query) => deliverability(d, query),
  "GET /reports/assistants": (d, _, __, query) => assistants(d, query),
  "GET /reports/cost": (d, _, __, query) => cost(d, query),
  "GET /reports/volume.csv": (d, _, __, query) =>
    `at,texts_in\r\n${volume(d, query)
      .steps.map((step) => `${step.at},${step.now.texts_in}`)
      .join("\r\n")}\r\n`,
};
