/** Test cases and replays over the fake desk. */
import type * as T from "../../src/lib/api/types";
import { Refusal, notFound, type FakeDesk } from "./desk";
import { preview } from "./assistants";
import { byId, now, page, type Handler } from "./handler";

const STEP_MS = 250;

/** What a version makes of all cases. */
export function tried(d: FakeDesk, version: number): T.CaseResult[] {
  return d.cases.map((one) => {
    const assistant = d.assistants[0];
    if (!assistant) throw notFound();
    const answer = preview(assistant, { text: one.messages.at(-1)?.body ?? "", version });
    const broken: T.CaseResult["broken"] = [];
    const { expect } = one;
    if (expect.outcome && expect.outcome !== answer.outcome)
      broken.push({ rule: "outcome", message: `It should have done otherwise: it did “${answer.outcome}”.` });
    for (const word of expect.must_mention)
      if (!answer.body?.includes(word))
        broken.push({
          rule: "must_mention",
          message: `It does not mention “${word}”. Add it to the knowledge.`,
        });
    const result: T.CaseResult = {
      case_id: one.id,
      name: one.name,
      required: expect.required,
      version,
      passed: broken.length === 0,
      broken,
      outcome: answer.outcome,
      body: answer.body ?? "",
      reason: answer.reason ?? "",
      segments: answer.segments,
      sources: answer.sources,
      notes: [],
      cost: null,
      latency_ms: answer.latency_ms,
      at: now(),
    };
    one.last_result = result;
    return result;
  });
}

function made(d: FakeDesk, asked: T.NewCase): T.AssistantCase {
  if (asked.messages.at(-1)?.by !== "contact")
    throw new Refusal(422, "invalid", "The last message is what the contact asks.", [
      { field: "messages", code: "nothing_asked", message: "The last message is what the contact asks." },
    ]);
  const expect = { must_mention: [], must_not: [], must_cite: [], required: false, ...asked.expect };
  const one: T.AssistantCase = {
    guide: "",
    contact_name: "",
    contact_company: "",
    ...asked,
    expect,
    id: d.id("cas"),
    last_result: null,
    created_at: now(),
    updated_at: now(),
  };
  d.cases.unshift(one);
  return one;
}

/** Its texts are answered one by one. */
function runs(d: FakeDesk, replay: T.Replay): void {
  const turns = turnsOf(d, replay);
  Object.assign(replay, { state: "running", turns: turns.length });
  const timer = setInterval(() => {
    if (replay.state !== "running") return clearInterval(timer);
    replay.done += 1;
    const done = turns.slice(0, replay.done);
    replay.summary = {
      ...replay.summary,
      same: done.filter((t) => t.same).length,
      changed: done.filter((t) => !t.same).length,
      hand_overs_before: 0,
      hand_overs_now: done.filter((t) => t.now?.outcome === "hand_off").length,
      citations_before: done.reduce((n, t) => n + t.then.sources.length, 0),
      citations_now: done.reduce((n, t) => n + (t.now?.sources.length ?? 0), 0),
    };
    if (replay.done >= turns.length) Object.assign(replay, { state: "done", ended_at: now() });
  }, STEP_MS);
}

function turnsOf(d: FakeDesk, replay: T.Replay): T.ReplayTurn[] {
  const assistant = byId(d.assistants, replay.assistant_id);
  const texts = d.messages.filter((m) => m.direction === "in").slice(-6);
  return texts.map((message): T.ReplayTurn => {
    const then = d.messages.find(
      (m) =>
        m.conversation_id === message.conversation_id &&
        m.direction === "out" &&
        m.created_at > message.created_at,
    );
    const answer = preview(assistant, { text: message.body, version: replay.version });
    const body = answer.body ?? "";
    return {
      conversation_id: message.conversation_id,
      message_id: message.id,
      body: message.body,
      then: {
        body: then?.body ?? "",
        by: then ? (then.author.kind === "assistant" ? "assistant" : "member") : null,
        version: then?.assistant_version ?? null,
        outcome: then?.author.kind === "assistant" ? "answer" : null,
        sources: then?.sources ?? [],
        cost: null,
      },
      now: {
        outcome: answer.outcome,
        body,
        reason: answer.reason ?? "",
        sources: answer.sources,
        cost: null,
        latency_ms: answer.latency_ms,
      },
      same: body === (then?.body ?? ""),
    };
  });
}

export const rehearsalRoutes: Record<string, Handler> = {
  "GET /assistants/:/cases": (d) => page(d.cases),
  "POST /assistants/:/cases": (d, _, body) => made(d, body as unknown as T.NewCase),
  "POST /assistants/:/cases/from-conversation": (d, _, body) => {
    const id = String(body["conversation_id"]);
    const thread = d.messages
      .filter((m) => m.conversation_id === id && m.direction !== "note")
      .sort((a, b) => (a.created_at < b.created_at ? -1 : 1));
    const until = thread.findLastIndex((m) => m.direction === "in");
    const messages = thread.slice(0, until + 1).map((m) => ({
      by: m.direction === "in" ? ("contact" as const) : ("assistant" as const),
      body: m.body,
    }));
    return made(d, { name: messages.at(-1)?.body.slice(0, 60) ?? "", messages });
  },
  "PATCH /assistants/:/cases/:": (d, [, id], body) =>
    Object.assign(byId(d.cases, id), body, { last_result: null, updated_at: now() }),
  "DELETE /assistants/:/cases/:": (d, [, id]) => void (d.cases = d.cases.filter((c) => c.id !== id)),
  "POST /assistants/:/test": (d, [id], body) => {
    const version = (body["version"] as number | undefined) ?? byId(d.assistants, id).version;
    const results = tried(d, version);
    const passed = results.filter((r) => r.passed).length;
    return { version, passed, failed: results.length - passed, results };
  },
  "GET /assistants/:/replays": (d) => page(d.replays),
  "POST /assistants/:/replay": (d, [id = ""], body) => {
    const replay: T.Replay = {
      id: d.id("rpl"),
      assistant_id: id,
      version: Number(body["version"]),
      state: "waiting",
      reason: null,
      since: now(),
      until: now(),
      limit: Number(body["limit"] ?? 200),
      turns: 0,
      done: 0,
      summary: {
        same: 0,
        changed: 0,
        hand_overs_before: 0,
        hand_overs_now: 0,
        citations_before: 0,
        citations_now: 0,
        cost_before: null,
        cost_now: null,
      },
      created_at: now(),
      ended_at: null,
    };
    d.replays.unshift(replay);
    setTimeout(() => runs(d, replay), STEP_MS);
    return { ...replay };
  },
  "GET /replays/:": (d, [id]) => byId(d.replays, id),
  "POST /replays/:/cancel": (d, [id]) =>
    Object.assign(byId(d.replays, id), { state: "cancelled", ended_at: now() }),
  "GET /replays/:/turns": (d, [id]) => {
    const replay = byId(d.replays, id);
    return page(turnsOf(d, replay).slice(0, replay.done));
  },
};
