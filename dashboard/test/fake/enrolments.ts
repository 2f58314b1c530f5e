/** Who is on their way through a workflow, over the fake desk: some of its contacts, each a little further than the next. */
import type * as T from "../../src/lib/api/types";
import { kindOf, waysOf, type Step } from "../../src/lib/workflow/document";
import { allSteps } from "../../src/lib/workflow/tree";
import { contactsOf } from "./contacts";
import { notFound, type FakeDesk } from "./desk";
import { byId, now, page, type Handler } from "./handler";

const MINUTE = 60_000;
const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE).toISOString();
const STATES: Record<string, T.EnrolmentStatus> = {
  pause: "paused",
  resume: "live",
  retry: "live",
  cancel: "ended",
};

function aWay(d: FakeDesk, workflow: string, contact: T.Contact, over: Partial<T.Enrolment>): T.Enrolment {
  const enrolment: T.Enrolment = {
    id: d.id("enr"),
    workflow_id: workflow,
    version: 1,
    contact_id: contact.id,
    name: contact.name ?? "",
    phone: contact.phone,
    pretty_phone: contact.phone_pretty,
    number_id: d.numbers[0]?.id ?? "",
    source: "api",
    status: "live",
    step: null,
    waits: "time",
    since: now(),
    wakes_at: ago(-20 * 60),
    failure: null,
    outcome: null,
    variables: {},
    entered_at: now(),
    ended_at: null,
    ...over,
  };
  d.enrolments.unshift(enrolment);
  return enrolment;
}

export function seedEnrolments(d: FakeDesk): void {
  const kept = d.workflows.find(({ workflow }) => workflow.name === "Appointment reminder");
  const steps = allSteps(kept?.versions[0]?.document ?? { steps: [] });
  const waits = steps.find(({ step }) => step.wait_for_reply)?.step.id ?? null;
  if (!kept) return;
  contactsOf(d)
    .slice(0, 9)
    .forEach((contact, nth) => {
      const since = { since: ago(nth * 190 + 4), entered_at: ago(nth * 190 + 2_000) };
      const variables = { booking: `B-${310 + nth}`, day: "2026-12-02", time: "14:30" };
      const by: Partial<T.Enrolment>[] = [
        { step: waits, waits: "reply" },
        { step: waits, waits: "reply" },
        { step: steps[0]?.step.id ?? null },
        {
          step: steps[2]?.step.id ?? null,
          status: "failed",
          waits: null,
          wakes_at: null,
          failure: "the text was not sent: the carrier is not reached",
        },
        { step: waits, status: "paused", waits: "reply", wakes_at: null },
      ];
      const over = by[nth] ?? {
        step: steps.at(-1)?.step.id ?? null,
        status: "ended" as const,
        waits: null,
        wakes_at: null,
        outcome: nth % 2 ? "confirmed" : "opted_out",
        ended_at: ago(nth * 60),
      };
      aWay(d, kept.workflow.id, contact, { ...since, variables, ...over });
    });
}

/** As if eight of ten went on at each step. */
function funnelOf(d: FakeDesk, workflow: string, version: number): T.WorkflowFunnel {
  const kept = d.workflows.find((one) => one.workflow.id === workflow);
  const document = kept?.versions.find((one) => one.version === version)?.document;
  if (!document) throw notFound();
  const all = d.enrolments.filter((one) => one.workflow_id === workflow && one.version === version);
  const entered = all.length * 130;
  const counts: T.StepCount[] = [];
  const walk = (steps: readonly Step[], came: number): void => {
    for (const step of steps) {
      const ways = waysOf(step);
      const took: Record<string, number> = {};
      const waiting = step.wait_for_reply;
      ways.forEach((way, nth) => {
        const part = Math.round(came * (nth === 0 ? 0.6 : 0.4 / Math.max(1, ways.length - 1)));
        took[way.what === "case" ? `case ${way.nth + 1}` : way.what] = part;
        walk(way.steps, part);
      });
      counts.push({
        step: step.id,
        came,
        here: all.filter((one) => one.step === step.id && one.status !== "ended").length,
        seconds: kindOf(step) === "delay" ? 86_400 : waiting ? 5_400 : 2,
        median_seconds: 0,
        ended: 0,
        answered: waiting ? Math.round(came * 0.7) : 0,
        timed_out: waiting ? Math.round(came * 0.2) : 0,
        asked_again: 0,
        left_out: 0,
        failed: all.filter((one) => one.step === step.id && one.status === "failed").length,
        took,
      });
      came = Math.round(came * (ways.length ? 0.3 : 0.97));
    }
  };
  walk(document.steps, entered);
  return {
    version,
    entered,
    inside: all.filter(({ status }) => status !== "ended").length,
    refused: all.length ? { same_key: 12, opted_out: 4 } : {},
    ended: all.length
      ? {
          confirmed: { times: 840, seconds: 90_000 },
          no_answer: { times: 210, seconds: 180_000 },
          opted_out: { times: 22, seconds: 7_000 },
        }
      : {},
    steps: counts,
  };
}

function traceOf(d: FakeDesk, enrolment: T.Enrolment): T.EnrolmentTrace {
  const kept = d.workflows.find(({ workflow }) => workflow.id === enrolment.workflow_id);
  const steps = allSteps(
    kept?.versions.find(({ version }) => version === enrolment.version)?.document ?? { steps: [] },
  );
  const upTo = steps.findIndex(({ step }) => step.id === enrolment.step);
  const lines = steps.slice(0, upTo + 1).filter(({ depth }) => depth === 0);
  return {
    enrolment,
    turns: lines.map(({ step }, nth) => ({
      seq: nth + 1,
      at: new Date(Date.parse(enrolment.entered_at) + nth * 90 * MINUTE).toISOString(),
      event: nth === 0 ? "entered" : kindOf(step) === "save" ? "reply" : "timer",
      lines: [
        { step: step.id, says: "comes here", what: {} },
        ...(step.send ? [{ step: step.id, says: "sent", what: {} }] : []),
      ],
    })),
    more: false,
    texts: [],
    runs: [],
  };
}

const one = (d: FakeDesk, id = ""): T.Enrolment => {
  const found = d.enrolments.find((enrolment) => enrolment.id === id);
  if (!found) throw notFound();
  return found;
};

/** A moment passes before all were looked at. */
const LOOKING_MS = 300;

export const enrolmentRoutes: Record<string, Handler> = {
  "GET /workflows/:/selections": (d) => page(d.selections),
  "GET /selections/:": (d, [id]) => byId(d.selections, id),
  "POST /selections/:/cancel": (d, [id]) =>
    Object.assign(byId(d.selections, id), { state: "cancelled", ended_at: now() }),
  "POST /workflows/:/selections": (d, [id = ""], body) => {
    const { per_minute = 6_000, dry_run } = body as unknown as T.NewSelection;
    // Whatever groups are named, everybody is in them.
    const all = contactsOf(d);
    const isInside = (c: T.Contact) =>
      d.enrolments.some((e) => e.workflow_id === id && e.contact_id === c.id);
    const fresh = all.filter((c) => !isInside(c));
    const selection: T.Selection = {
      id: d.id("sel"),
      dry_run,
      state: "running",
      per_minute,
      looked: 0,
      to_look: null,
      entered: 0,
      refused: {},
      created_at: now(),
      ended_at: null,
    };
    d.selections.unshift(selection);
    const workflow = d.workflows.find((kept) => kept.workflow.id === id)?.workflow;
    setTimeout(() => {
      const counts = { looked: all.length, to_look: all.length, entered: fresh.length };
      const refused = { inside: all.length - fresh.length };
      Object.assign(selection, { ...counts, refused, state: "done", ended_at: now() });
      if (!dry_run) for (const contact of fresh) aWay(d, id, contact, { source: "by_hand" });
      d.emit("workflow.updated", { workflow });
    }, LOOKING_MS);
    return { ...selection };
  },
  "GET /enrolments": (d, _, __, query) => {
    const [q, status, step] = ["q", "status", "step"].map((name) => query.get(name)?.toLowerCase());
    return page(
      d.enrolments.filter(
        (enrolment) =>
          [null, enrolment.workflow_id].includes(query.get("workflow_id")) &&
          [null, enrolment.contact_id].includes(query.get("contact_id")) &&
          (!q || `${enrolment.name} ${enrolment.phone}`.toLowerCase().includes(q)) &&
          (!status || enrolment.status === status) &&
          (!step || enrolment.step === step),
      ),
    );
  },
  "GET /enrolments/:/trace": (d, [id], _, query) => {
    const after = Number(query.get("after") ?? 0);
    const trace = traceOf(d, one(d, id));
    return { ...trace, turns: trace.turns.filter(({ seq }) => seq > after) };
  },
  "GET /workflows/:/funnel": (d, [id = ""], _, query) => funnelOf(d, id, Number(query.get("version"))),
  "POST /workflows/:/retry": (d, [id]) => {
    const still = d.enrolments.filter((e) => e.workflow_id === id && e.status === "failed");
    for (const e of still) e.status = "live";
    const kept = d.workflows.find(({ workflow }) => workflow.id === id);
    if (kept) kept.workflow.failed = 0;
    return { retried: still.length, done_at: still.length ? now() : null };
  },
  "POST /workflows/:/migrate": (d, [id], body) => {
    const { from, to, dry_run } = body as unknown as T.Migration;
    const moving = d.enrolments.filter(
      (e) => e.workflow_id === id && e.version === from && e.status !== "ended" && e.status !== "failed",
    );
    const moves: Record<string, number> = {};
    for (const { step } of moving) moves[step ?? ""] = (moves[step ?? ""] ?? 0) + 1;
    if (!dry_run) for (const e of moving) e.version = to ?? from;
    return {
      from,
      to: to ?? from,
      moves,
      stays: { on_its_way: 1 },
      samples: [],
      done_at: dry_run ? null : now(),
    };
  },
  "POST /workflows/:/enrolments": (d, [id = ""], body) => {
    const { contact_ids } = body as unknown as { contact_ids: string[] };
    const kept = d.workflows.find(({ workflow }) => workflow.id === id);
    const entered: T.Entered["entered"] = [];
    const refused: T.Entered["refused"] = [];
    for (const contact_id of contact_ids) {
      const contact = contactsOf(d).find((c) => c.id === contact_id);
      const isInside = d.enrolments.some((e) => e.workflow_id === id && e.contact_id === contact_id);
      if (!contact || isInside) {
        refused.push({ contact_id, reason: contact ? "inside" : "not_reached" });
        continue;
      }
      const version = kept?.workflow.live_version ?? 1;
      const step = kept?.versions[0]?.document.steps[0]?.id ?? null;
      const { id: enrolment_id } = aWay(d, id, contact, { version, step, source: "by_hand" });
      d.emit("enrolment.updated", { id: enrolment_id });
      entered.push({ contact_id, enrolment_id });
    }
    return { entered, refused };
  },
  ...Object.fromEntries(
    Object.entries(STATES).map(([order, status]): [string, Handler] => [
      `POST /enrolments/:/${order}`,
      (d, [id]) => {
        const enrolment = one(d, id);
        const ended =
          status === "ended" ? { outcome: "cancelled", ended_at: now(), waits: null, wakes_at: null } : {};
        Object.assign(enrolment, { status, failure: null, ...ended });
        d.emit("enrolment.updated", { id: enrolment.id });
        return enrolment;
      },
    ]),
  ),
};
