/** The fake backend's memory: one tenant's desk, its event log, and the few rules the dashboard can see. */
import type * as T from "../../src/lib/api/types";
import type { FakeWorkflow } from "./workflows";

type Line = { seq: number; at: string; type: string; data: unknown };
type Reader = (line: Line) => void;
type Signal = (name: string, data: unknown) => void;

/** A source with what was read of it. */
export interface FakeSource {
  source: T.KnowledgeSource;
  text: string | null;
  pairs: T.QuestionAnswer[] | null;
}

/** A file that came in, with what became of its rows. */
export interface FakeImport {
  job: T.ContactImport;
  rows: string[][];
  /** As CSV, with their line and reason. */
  rejected: string[];
  /** Whom it added. */
  added: string[];
  run: number;
}

export class FakeDesk {
  seq = 0;
  log: Line[] = [];
  readers = new Set<{ line: Reader; signal: Signal }>();

  session: T.Session | null = null;
  /** Something has happened of which reports tell. */
  hasReports = true;
  me: T.Session = {
    user: { id: "usr_1", email: "mina@example.com", name: "Mina Sørensen" },
    tenant: { id: "ten_1", name: "Harbour Dental" },
    role: "owner",
    tenants: [{ id: "ten_1", name: "Harbour Dental", role: "owner" }],
  };
  tenant: T.Tenant = {
    id: "ten_1",
    name: "Harbour Dental",
    created_at: "2026-01-05T09:00:00Z",
    settings: {
      region: "US",
      time_zone: "America/New_York",
      resume_window_days: 30,
      undo_seconds: 5,
      quiet_hours: { from: "21:00", until: "08:00" },
      help_text: "Harbour Dental. Reply STOP to opt out.",
      stop_confirmation: "You are unsubscribed and get no more texts.",
      keywords: { stop: [], help: [], start: [] },
      office_hours: [
        { days: ["mon", "tue", "wed", "thu", "fri"], from: "08:00", until: "17:00" },
        { days: ["sat"], from: "09:00", until: "13:00" },
      ],
      routes: [],
      sms_assistant: null,
      run_record_days: 90,
      links_base: null,
      consent_lapses_months: null,
      marketing_consent: "implied",
      opt_in: {
        words: ["JOIN"],
        request: "Harbour Dental: reply YES to get news and offers by text, STOP to get none.",
        days: 7,
      },
      sending_limits: {
        campaigns_per_minute: null,
        account_per_minute: null,
        account_per_day: null,
        number_per_day: null,
      },
    },
  };
  contactFields: T.ContactField[] = [
    {
      key: "insurance",
      label: "Insurance",
      kind: { type: "choice", choices: ["Public", "Private"] },
      archived: false,
    },
    { key: "born", label: "Born", kind: { type: "date" }, archived: false },
    { key: "recall_months", label: "Recall, months", kind: { type: "number" }, archived: false },
    { key: "anxious", label: "Anxious", kind: { type: "yes_no" }, archived: false },
  ];
  members: T.Member[] = [
    {
      user_id: "usr_1",
      name: "Mina Sørensen",
      email: "mina@example.com",
      role: "owner",
      created_at: "2026-01-05T09:00:00Z",
    },
    {
      user_id: "usr_2",
      name: "Theo Park",
      email: "theo@example.com",
      role: "agent",
      created_at: "2026-02-01T09:00:00Z",
    },
  ];
  teams: T.Team[] = [
    { id: "tea_1", name: "Front desk", member_ids: ["usr_1", "usr_2"], created_at: "2026-02-01T09:00:00Z" },
    { id: "tea_2", name: "Billing", member_ids: ["usr_2"], created_at: "2026-02-02T09:00:00Z" },
  ];
  keys: T.ApiKey[] = [];
  carriers: T.CarrierAccount[] = [];
  numbers: T.Number[] = [];
  assistants: T.Assistant[] = [];
  versions = new Map<string, T.AssistantVersion[]>();
  sources: FakeSource[] = [];
  cases: T.AssistantCase[] = [];
  replays: T.Replay[] = [];
  /** By contact, the newest first. */
  ledgers = new Map<string, T.Consent[]>();
  erased: string[] = [];
  snippets: T.Snippet[] = [];
  suppressions: T.Suppression[] = [];
  views: T.View[] = [];
  synonyms = "crown, cap";
  embedding: T.KnowledgeEmbedding = {
    kind: "builtin",
    has_builtin: true,
    passages: 0,
    seen: 0,
    error: null,
    base_url: null,
    model: null,
    api_key_hint: null,
  };
  embeddedSince = 0;
  approvals: T.Approval[] = [];
  /** What is kept of contacts in the tenant's fields, by their id. */
  kept = new Map<string, Record<string, T.FieldValue>>();
  campaigns: T.Campaign[] = [];
  workflows: FakeWorkflow[] = [];
  enrolments: T.Enrolment[] = [];
  selections: T.Selection[] = [];
  workflowSecrets: T.WorkflowSecret[] = [];
  /** By their campaign. */
  recipients = new Map<string, T.Recipient[]>();
  /** What launches would do, by campaign. */
  checks = new Map<string, T.CampaignCheck>();
  /** Contacts without a conversation. */
  strangers = new Map<string, T.Contact>();
  /** What was changed of contacts, by their id. */
  changed = new Map<string, Partial<T.Contact>>();
  lists: T.ContactList[] = [];
  /** Who is on them, by their id. */
  listed = new Map<string, Set<string>>();
  segments: T.Segment[] = [];
  imports: FakeImport[] = [];
  /** How long an import takes for each of its steps. */
  importMs = 150;
  /** How long a launch can be undone. */
  undoMs = 60_000;
  /** By the message or draft that they explain. */
  runs = new Map<string, T.Run>();
  webhooks: T.Webhook[] = [];
  deliveries: T.WebhookDelivery[] = [];
  conversations = new Map<string, T.Conversation>();
  messages: T.Message[] = [];
  drafts: T.Draft[] = [];
  #ids = 0;

  id(prefix: string): string {
    return `${prefix}_${(++this.#ids).toString(16).padStart(32, "0")}`;
  }

  emit(type: string, data: unknown): void {
    const line = { seq: ++this.seq, at: new Date().toISOString(), type, data };
    this.log.push(line);
    for (const reader of this.readers) reader.line(line);
  }

  signal(name: string, data: unknown): void {
    for (const reader of this.readers) reader.signal(name, data);
  }

  conversation(id: string): T.Conversation {
    const found = this.conversations.get(id);
    if (!found) throw notFound();
    return found;
  }

  change(id: string, change: Partial<T.Conversation>): T.Conversation {
    const known = this.conversation(id);
    const changed = { ...known, ...change, version: known.version + 1 };
    this.conversations.set(id, changed);
    const { unread: _, ...event } = changed;
    this.emit("conversation.updated", { conversation: event });
    return changed;
  }

  put(message: Partial<T.Message> & Pick<T.Message, "conversation_id" | "direction" | "body">): T.Message {
    const status = { in: "received", out: "queued", note: "noted" } as const;
    const made: T.Message = {
      id: this.id("msg"),
      author: { kind: "contact", id: null, name: null },
      media: [],
      encoding: /[^\x20-\x7e\n]/.test(message.body) ? "ucs2" : "gsm7",
      segments: 1,
      status: status[message.direction],
      error: null,
      cost: null,
      parts: null,
      not_before: null,
      stop_if_reply: false,
      draft_id: null,
      notice: false,
      assistant_version: null,
      sources: null,
      created_at: new Date().toISOString(),
      sent_at: null,
      delivered_at: null,
      ...message,
    };
    this.messages.push(made);
    this.emit("message.created", { message: made });
    const known = this.conversation(made.conversation_id);
    this.change(made.conversation_id, {
      last_message: { direction: made.direction, preview: made.body.slice(0, 140) },
      last_message_at: made.created_at,
      unread: (known.unread ?? 0) + (made.direction === "in" ? 1 : 0),
      waiting_since:
        made.direction === "in"
          ? (known.waiting_since ?? made.created_at)
          : made.direction === "out"
            ? null
            : known.waiting_since,
    });
    return made;
  }

  move(id: string, change: Partial<T.Message>): T.Message {
    const at = this.messages.findIndex((m) => m.id === id);
    const known = this.messages[at];
    if (!known) throw notFound();
    const moved = { ...known, ...change };
    this.messages[at] = moved;
    this.emit("message.updated", { message: moved });
    return moved;
  }

  /** Sends as the product would: held, then on its way, then delivered. */
  send(
    conversation: string,
    body: string,
    over: Partial<T.Message> & { hold?: number; scheduled_at?: string | null },
  ): T.Message {
    if (this.conversation(conversation).contact.opted_out_at)
      throw new Refusal(422, "contact_opted_out", "This person opted out of texts.");
    const { hold = 0, scheduled_at, ...rest } = over;
    const not_before = scheduled_at ?? (hold ? new Date(Date.now() + hold * 1_000).toISOString() : null);
    const author = rest.author ?? { kind: "member" as const, id: this.me.user.id, name: this.me.user.name };
    const status = scheduled_at ? "scheduled" : hold ? "held" : "queued";
    const message = this.put({
      ...rest,
      conversation_id: conversation,
      direction: "out",
      body,
      author,
      status,
      not_before,
    });
    if (!scheduled_at) setTimeout(() => this.#goes(message.id), hold * 1_000 + 60);
    return message;
  }

  #goes(id: string): void {
    if (this.messages.find((m) => m.id === id)?.status === "cancelled") return;
    this.move(id, { status: "sending" });
    setTimeout(
      () =>
        this.move(id, {
          status: "sent",
          not_before: null,
          sent_at: new Date().toISOString(),
          parts: 1,
          cost: { micros: 4_000, currency: "USD" },
        }),
      150,
    );
    setTimeout(() => this.move(id, { status: "delivered", delivered_at: new Date().toISOString() }), 900);
  }

  /** A text from a customer's phone, and the assistant's draft a moment later. */
  texted(from: string, to: string, body: string): void {
    const number = this.numbers.find((n) => n.e164 === to);
    if (!number) throw new Refusal(422, "invalid", "This number is not ours.");
    const known = [...this.conversations.values()].find(
      (c) => c.contact.phone === from && c.number.e164 === to,
    );
    const conversation = known ?? this.open({ phone: from, number });
    if (known && known.status !== "open") this.change(known.id, { status: "open", snoozed_until: null });
    this.put({ conversation_id: conversation.id, direction: "in", body });
    const assistant = this.assistants[0];
    if (!assistant) return;
    const { holder } = this.conversation(conversation.id);
    if (holder.kind === "agents") return;
    const said = "Yes, we are open on Saturdays from 9:00 to 13:00. Shall I book you in?";
    const sources = [{ title: "Opening hours", quote: "Monday to Friday 8:00–17:00, Saturday 9:00–13:00." }];
    const words = said.split(" ");
    words.forEach((_, i) =>
      setTimeout(
        () =>
          this.signal("writing", {
            conversation_id: conversation.id,
            text: words.slice(0, i + 1).join(" "),
          }),
        100 + i * 70,
      ),
    );
    setTimeout(() => {
      const mode = this.conversation(conversation.id).mode ?? assistant.mode;
      if (mode === "auto") this.#answers(conversation.id, assistant, said, sources);
      else this.#suggests(conversation.id, assistant, said, sources);
    }, 1_400);
  }

  #answers(conversation: string, assistant: T.Assistant, body: string, sources: T.Source[]): void {
    const author = { kind: "assistant" as const, id: assistant.id, name: assistant.name };
    const message = this.send(conversation, body, {
      author,
      sources,
      assistant_version: assistant.version,
      hold: assistant.hold_seconds,
    });
    this.runs.set(message.id, aRun(this, assistant, conversation, { message_id: message.id }, body, sources));
  }

  #suggests(conversation: string, assistant: T.Assistant, body: string, sources: T.Source[]): void {
    for (const draft of this.drafts.filter((d) => d.conversation_id === conversation && d.state === "open")) {
      draft.state = "superseded";
      this.emit("draft.updated", { draft });
    }
    const run = aRun(this, assistant, conversation, { draft_id: this.id("drf") }, body, sources);
    const draft: T.Draft = {
      id: run.draft_id ?? "",
      conversation_id: conversation,
      assistant_id: assistant.id,
      body,
      sources,
      state: "open",
      held_back: null,
      run_id: run.id,
      reason: null,
      created_at: new Date().toISOString(),
    };
    this.runs.set(draft.id, run);
    this.drafts.push(draft);
    this.emit("draft.created", { draft });
  }

  open(
    of: { phone: string; number: T.Number; name?: string | null; company?: string | null } & Partial<
      Omit<T.Conversation, "number">
    >,
  ): T.Conversation {
    const { phone, number, name = null, company = null, ...over } = of;
    const conversation: T.Conversation = {
      id: this.id("cnv"),
      channel: "sms",
      status: "open",
      snoozed_until: null,
      holder: { kind: "nobody", id: null },
      mode: null,
      team_id: null,
      assignee_id: null,
      guide: null,
      contact: {
        id: this.id("con"),
        name,
        company,
        phone,
        phone_pretty: pretty(phone),
        blocked: false,
        opted_out_at: null,
      },
      number: { id: number.id, e164: number.e164, pretty: number.pretty, label: number.label },
      previous_id: null,
      tags: [],
      unread: 0,
      waiting_since: null,
      last_message_at: new Date().toISOString(),
      last_message: null,
      send_failed: false,
      version: 1,
      created_at: new Date().toISOString(),
      ...over,
    };
    this.conversations.set(conversation.id, conversation);
    this.emit("conversation.created", { conversation });
    return conversation;
  }
}

export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly errors: T.FieldError[] = [],
  ) {
    super(detail);
  }
}

/** The record behind a reply or a suggestion. */
export function aRun(
  desk: FakeDesk,
  assistant: T.Assistant,
  conversation: string,
  of: { message_id?: string; draft_id?: string },
  body: string,
  quoted: T.Source[],
): T.Run {
  const turns = desk.messages
    .filter((m) => m.conversation_id === conversation && m.direction !== "note")
    .slice(-4)
    .map((m) => ({ by: m.direction === "in" ? "contact" : "us", text: m.body }));
  const others = [{ title: "Payment", quote: "Cash, card, or by invoice within 30 days." }];
  return {
    id: desk.id("run"),
    conversation_id: conversation,
    assistant_id: assistant.id,
    assistant_version: assistant.version,
    model: "mini-4",
    outcome: of.message_id ? "replied" : "suggested",
    message_id: of.message_id ?? null,
    draft_id: of.draft_id ?? null,
    reason: "",
    system: `You are ${assistant.name}, the assistant of ${desk.tenant.name}.\n\n${assistant.instructions}`,
    turns,
    passages: [...quoted, ...others],
    tools: [
      {
        tool: "look_up",
        arguments: '{"what":"fields"}',
        result: '{"insurance":"Private"}',
        failed: false,
        latency_ms: 42,
      },
    ],
    answers: [JSON.stringify({ outcome: "answer", text: body, citations: [1] })],
    checks: [],
    tokens_in: 1_240,
    tokens_out: 86,
    cost: { micros: 1_900, currency: "USD" },
    latency_ms: 2_140,
    created_at: new Date().toISOString(),
  };
}

export const notFound = () => new Refusal(404, "not_found", "There is no such thing here.");

export const pretty = (e164: string) => e164.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "($1) $2-$3");

const GSM =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const GSM_TWICE = "^{}\\[~]|€";
const SMART: Record<string, string> = {
  "“": '"',
  "”": '"',
  "’": "'",
  "‘": "'",
  "–": "-",
  "—": "-",
  "…": "...",
};

/** Near enough to the product's own function for a look at the composer. */
export function measure(text: string): T.Measure {
  const replaced = Object.keys(SMART)
    .map((from) => ({ from, to: SMART[from] ?? "", count: text.split(from).length - 1 }))
    .filter((r) => r.count > 0);
  const body = [...text].map((c) => SMART[c] ?? c).join("");
  const not_gsm = [...body].flatMap((char, index) =>
    GSM.includes(char) || GSM_TWICE.includes(char) ? [] : [{ char, index }],
  );
  const isPlain = not_gsm.length === 0;
  const units = isPlain ? [...body].reduce((n, c) => n + (GSM_TWICE.includes(c) ? 2 : 1), 0) : body.length;
  const [one, many] = isPlain ? [160, 153] : [70, 67];
  const segments = units <= one ? 1 : Math.ceil(units / many);
  const units_left = (segments === 1 ? one : segments * many) - units;
  return { encoding: isPlain ? "gsm7" : "ucs2", segments, units, units_left, body, replaced, not_gsm };
}
