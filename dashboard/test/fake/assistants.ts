/** Assistants over the fake desk: versions, trying them, and the records of their runs. */
import type * as T from "../../src/lib/api/types";
import { Refusal, notFound, type FakeDesk } from "./desk";
import { byId, now, page, type Handler } from "./handler";
import { tried } from "./rehearsal";

type Settings = T.AssistantVersion["settings"];

const settingsOf = ({
  id: _,
  name: __,
  version: ___,
  created_at: ____,
  ...settings
}: T.Assistant): Settings => settings;

/** A version of what the assistant would be with `change`; in force if `publish`. */
export function keepVersion(
  d: FakeDesk,
  id: string,
  change: T.AssistantPatch,
  publish: boolean,
): T.Assistant {
  const known = byId(d.assistants, id);
  const { publish: _, provider, fallback, tools, ...rest } = change;
  const changed = {
    ...known,
    ...(JSON.parse(JSON.stringify(rest)) as Partial<T.Assistant>),
    tools: tools ? tools.map(shownTool) : known.tools,
    provider: provided(known.provider, provider),
    fallback: fallback === undefined ? known.fallback : fallback && provided(known.fallback, fallback),
  } as T.Assistant;
  const versions = d.versions.get(id) ?? [];
  const version = (versions[0]?.version ?? 0) + 1;
  versions.unshift({
    version,
    name: changed.name,
    settings: settingsOf(changed),
    author_kind: "member",
    author_name: d.me.user.name,
    current: false,
    created_at: now(),
    published_at: null,
  });
  d.versions.set(id, versions);
  return publish ? putInForce(d, id, version) : known;
}

function provided(
  known: T.AssistantProvider | null,
  asked: T.AssistantPatch["provider"],
): T.AssistantProvider {
  const { api_key, ...rest } = asked ?? {};
  const usual = {
    kind: "openai",
    base_url: null,
    model: null,
    api_key_hint: null,
    timeout_seconds: 30,
    max_tokens: 600,
    temperature: null,
    price: null,
  };
  return {
    ...(known ?? usual),
    ...rest,
    ...(api_key && { api_key_hint: `…${api_key.slice(-4)}` }),
  } as T.AssistantProvider;
}

/** As the product shows it: values of secret headers never. */
const shownTool = ({ secret_headers, ...tool }: T.ToolPatch): T.AssistantTool => ({
  ...tool,
  description: tool.description ?? "",
  class: tool.class ?? (tool.kind === "look_up" ? "read" : "write"),
  ...(tool.kind === "http" && { secret_headers: (secret_headers ?? []).map(({ name }) => ({ name })) }),
});

function checkTools(tools: readonly T.ToolPatch[]): void {
  const refuse = (field: string, code: string, message: string) => {
    throw new Refusal(422, "invalid", message, [{ field, code, message }]);
  };
  tools.forEach((tool, i) => {
    if (!/^[a-z0-9_]{1,40}$/.test(tool.name))
      refuse(`tools[${i}].name`, "not_a_name", "Write 1 to 40 lower-case letters, digits and underscores.");
    if (tool.kind === "http" && tool.url?.startsWith("http:"))
      refuse(`tools[${i}].url`, "not_https", "Write an address that begins with https.");
  });
}

/** Older work of every assistant's. */
const figuresOf = (days: number): T.AssistantFigures => {
  const replied = 9 * days;
  const runs = {
    replied,
    suggested: 124,
    refused: 6,
    handed_off: 41,
    silent: 18,
    outdated: 9,
    approval: 3,
    for_workflows: 0,
  };
  const drafts = { open: 2, accepted: 84, edited: 23, rejected: 8, superseded: 7 };
  const sum = (counts: object) => Object.values(counts).reduce((all: number, one: number) => all + one, 0);
  return {
    runs: { total: sum(runs), ...runs },
    drafts: { total: sum(drafts), ...drafts },
    tokens: 1_284_000,
    cost: [{ micros: 2_310_000, currency: "USD" }],
  };
};

function putInForce(d: FakeDesk, id: string, number: number): T.Assistant {
  const versions = d.versions.get(id) ?? [];
  const version = versions.find((v) => v.version === number);
  if (!version) throw notFound();
  versions.forEach((v) => (v.current = v === version));
  version.published_at = now();
  const at = d.assistants.findIndex((a) => a.id === id);
  const known = byId(d.assistants, id);
  const changed = { ...known, ...version.settings, name: version.name, version: number };
  d.assistants[at] = changed;
  d.emit("assistant.updated", { id });
  return changed;
}

/** In force, unless it breaks a test that it must keep. */
function published(d: FakeDesk, id: string, number: number, force: boolean): T.PublishedAssistant {
  const broken = tried(d, number).filter((result) => !result.passed);
  const required = broken.filter((result) => result.required);
  if (required.length && !force)
    throw new Refusal(
      409,
      "broken_cases",
      "It breaks a required case.",
      required.map((r) => ({
        field: `cases.${r.case_id}`,
        code: "outcome",
        message: `${r.name}: ${r.broken[0]?.message ?? ""}`,
      })),
    );
  const warnings = broken.map(({ case_id, name, required: must, broken: what }) => ({
    case_id,
    name,
    required: must,
    broken: what,
  }));
  return { ...putInForce(d, id, number), warnings };
}

function compare(field: string, before: unknown, after: unknown, found: T.Difference[]): void {
  const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (isObject(before) && isObject(after)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)]))
      compare(field ? `${field}.${name}` : name, before[name] ?? null, after[name] ?? null, found);
  } else if (JSON.stringify(before) !== JSON.stringify(after))
    found.push({ field, before: before as never, after: after as never });
}

const HOURS = {
  title: "Opening hours",
  quote: "Monday to Friday 8:00–17:00, Saturday 9:00–13:00. Closed on public holidays.",
};
const PARKING = {
  title: "Parking",
  quote: "Two free spaces behind the house, entrance from Mill Lane. The bus 14 stops in front.",
};

export function preview(assistant: T.Assistant, asked: T.AskPreview): T.Preview {
  const text = asked.text ?? "";
  const common = {
    sources: [] as T.Source[],
    reason: null,
    summary: null,
    objections: [] as string[],
    segments: 0,
    passages: [HOURS, PARKING],
    tools: [] as T.Run["tools"],
    checks: [] as string[],
    model: assistant.provider.model,
    assistant_version: asked.version ?? assistant.version,
    tokens_in: assistant.provider.model ? 812 : 0,
    tokens_out: assistant.provider.model ? 64 : 0,
    cost: assistant.provider.model ? { micros: 1_240, currency: "USD" } : null,
    latency_ms: 38,
  };
  if (/price|cost|how much/i.test(text)) {
    const objection = "names $60, which no source does";
    const body = "A check-up costs $60. Shall I book you in?";
    return {
      ...common,
      outcome: "refused",
      body,
      reason: `It ${objection}.`,
      objections: [`It ${objection}.`],
      segments: 1,
      checks: [objection],
    };
  }
  if (/open|hour|saturday/i.test(text)) {
    const body = "We are open Monday to Friday from 8:00 to 17:00, and on Saturdays from 9:00 to 13:00.";
    return { ...common, outcome: "answer", body, sources: [HOURS], segments: 1 };
  }
  if (/thank/i.test(text))
    return {
      ...common,
      outcome: "stay_silent",
      body: null,
      passages: [],
      reason: "A word of thanks needs no answer.",
    };
  if (/crown/i.test(text))
    return {
      ...common,
      outcome: "hand_off",
      body: "A crown takes two visits; the first is free on Friday at 9.",
      reason: "It is about a treatment.",
      summary: "They ask for a crown.",
      objections: ["It names Friday at 9, which neither a source nor the contact does."],
      segments: 1,
    };
  return {
    ...common,
    outcome: "hand_off",
    body: null,
    reason: "Nothing in the guide or the knowledge answers this.",
    summary: `They ask: ${text}`,
  };
}

export const assistantRoutes: Record<string, Handler> = {
  "GET /assistants": (d) => page(d.assistants),
  "POST /assistants": (d, _, body) => {
    const like = d.assistants[0];
    if (!like) throw notFound();
    const id = d.id("ast");
    d.assistants.push({ ...like, id, instructions: "", version: 0, created_at: now() });
    return keepVersion(d, id, body as unknown as T.AssistantPatch, true);
  },
  "GET /assistants/:": (d, [id]) => byId(d.assistants, id),
  "PATCH /assistants/:": (d, [id = ""], body) => {
    const asked = body as unknown as T.AssistantPatch;
    if (asked.provider?.kind !== "builtin" && asked.provider?.model === "")
      throw new Refusal(422, "invalid", "Say which model shall answer.", [
        { field: "provider.model", code: "missing", message: "Say which model shall answer." },
      ]);
    checkTools(asked.tools ?? []);
    if (asked.publish === false) return keepVersion(d, id, asked, false);
    keepVersion(d, id, asked, false);
    return published(d, id, d.versions.get(id)?.[0]?.version ?? 0, false);
  },
  "DELETE /assistants/:": (d, [id]) => void (d.assistants = d.assistants.filter((a) => a.id !== id)),
  "GET /assistants/:/versions": (d, [id = ""]) => ({ data: d.versions.get(id) ?? [] }),
  "GET /assistants/:/versions/:/diff": (d, [id = "", number], _, query) => {
    const versions = d.versions.get(id) ?? [];
    const to = versions.find((v) => v.version === Number(number));
    if (!to) throw notFound();
    const against = Number(query.get("against") ?? to.version - 1);
    const from = versions.find((v) => v.version === against);
    const shown = (v: T.AssistantVersion) => ({ ...v.settings, name: v.name });
    const differences: T.Difference[] = [];
    compare("", from ? shown(from) : {}, shown(to), differences);
    return { from: from?.version ?? 0, to: to.version, differences };
  },
  "POST /assistants/:/versions/:/publish": (d, [id = "", number], body) =>
    published(d, id, Number(number), Boolean(body["force"])),
  "GET /assistants/:/figures": (_, __, ___, query) =>
    figuresOf(Math.round((Date.now() - Date.parse(query.get("since") ?? "")) / 86_400_000)),
  "POST /assistants/:/preview": (d, [id], body) =>
    preview(byId(d.assistants, id), body as unknown as T.AskPreview),
  "GET /messages/:/run": (d, [id = ""]) => {
    const run = d.runs.get(id);
    if (!run) throw notFound();
    return run;
  },
  "GET /drafts/:/run": (d, [id = ""]) => {
    const run = d.runs.get(id);
    if (!run) throw notFound();
    return run;
  },
};
