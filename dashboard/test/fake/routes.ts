/** The contract's routes over the fake desk. Shapes are the API's; rules only as far as the dashboard shows them. */
import type * as T from "../../src/lib/api/types";
import { approvalRoutes } from "./approvals";
import { assistantRoutes } from "./assistants";
import { campaignRoutes } from "./campaigns";
import { launchCheckRoutes } from "./launch-check";
import { contactRoutes, refused } from "./contacts";
import { FakeDesk, Refusal, measure, notFound, pretty } from "./desk";
import { byId, now, page, type Body, type Handler } from "./handler";
import { enrolmentRoutes } from "./enrolments";
import { importRoutes } from "./imports";
import { knowledgeRoutes } from "./knowledge";
import { reportRoutes } from "./reports";
import { snippetRoutes } from "./snippets";
import { suppressionRoutes } from "./suppressions";
import { rehearsalRoutes } from "./rehearsal";
import { viewRoutes } from "./views";
import { searchRoutes } from "./search";
import { workflowRoutes } from "./workflows";

const phones = [
  { e164: "+12125550101", name: "Ann Bell" },
  { e164: "+12125550102", name: "Jonas Weber" },
  { e164: "+12125550150", name: "A stranger" },
].map((p) => ({ ...p, pretty: pretty(p.e164) }));

const routes: Record<string, Handler> = {
  ...viewRoutes,
  "GET /session": (d) => {
    if (!d.session) throw new Refusal(401, "unauthenticated", "Sign in first.");
    return d.session;
  },
  "POST /session": (d, _, body) => {
    const { email, password } = body as unknown as T.NewSession;
    if (email !== d.me.user.email || password.length < 10)
      throw new Refusal(401, "wrong_credentials", "The e-mail address or the password is wrong.");
    return (d.session = d.me);
  },
  "PUT /session/password": (_d, _ids, body) => {
    const { current_password } = body as unknown as T.PasswordChange;
    if (current_password.length < 10)
      throw new Refusal(422, "invalid", "This is not your password.", [
        { field: "current_password", code: "wrong", message: "This is not your password." },
      ]);
  },
  "DELETE /session": (d) => void (d.session = null),
  "GET /setup/:": (_, [token]) => {
    if (token !== "first") throw notFound();
    return { valid: true };
  },
  "POST /setup/:": (d) => (d.session = d.me),
  "GET /tenant": (d) => d.tenant,
  "PATCH /tenant": (d, _, body) => {
    const { name, settings } = body as unknown as T.TenantPatch;
    if (settings?.keywords?.start.some((word) => /^stop$/i.test(word)))
      throw refused("settings.keywords", "taken", "`stop` asks for stop already, and cannot ask for start.");
    return (d.tenant = {
      ...d.tenant,
      name: name ?? d.tenant.name,
      settings: { ...d.tenant.settings, ...(settings as Partial<T.Tenant["settings"]>) },
    });
  },
  "GET /members": (d) => page(d.members),
  "POST /members": (d, _, body) => {
    const member = { ...(body as unknown as T.NewMember), user_id: d.id("usr"), created_at: now() };
    d.members.push(member);
    return { ...member, initial_password: "quiet-river-lantern-42" };
  },
  "PATCH /members/:": (d, [id], body) => Object.assign(d.members.find((m) => m.user_id === id) ?? {}, body),
  "DELETE /members/:": (d, [id]) => void (d.members = d.members.filter((m) => m.user_id !== id)),
  "GET /teams": (d) => page(d.teams),
  "POST /teams": (d, _, body) => {
    const { name, member_ids = [] } = body as unknown as T.NewTeam;
    const team: T.Team = { id: d.id("tea"), name, member_ids, created_at: now() };
    d.teams.push(team);
    d.emit("team.updated", { team });
    return team;
  },
  "PATCH /teams/:": (d, [id], body) => Object.assign(d.teams.find((t) => t.id === id) ?? {}, body),
  "DELETE /teams/:": (d, [id = ""]) => {
    d.teams = d.teams.filter((t) => t.id !== id);
    for (const c of d.conversations.values()) if (c.team_id === id) d.change(c.id, { team_id: null });
    d.emit("team.updated", { id });
  },
  "GET /api-keys": (d) => page(d.keys),
  "POST /api-keys": (d, _, body) => {
    const key: T.ApiKey = {
      ...(body as unknown as T.NewApiKey),
      id: d.id("key"),
      prefix: "tdk_77aa",
      created_at: now(),
      last_used_at: null,
      revoked_at: null,
    };
    d.keys.push(key);
    return { ...key, secret: `tdk_${"0123456789abcdef".repeat(3)}` };
  },
  "DELETE /api-keys/:": (d, [id]) => void (d.keys = d.keys.filter((k) => k.id !== id)),
  "GET /carrier-accounts": (d) => page(d.carriers),
  "POST /carrier-accounts": (d, _, body) => {
    const account: T.CarrierAccount = {
      kind: "telnyx",
      base_url: "https://api.telnyx.com",
      ...(body as object),
      id: d.id("acc"),
      name: String(body["name"]),
      api_key_hint: "KEY…9d2e",
      public_keys: [],
      shared: false,
      messaging_profile_id: null,
      webhook_url: "https://text.example.com/hooks/telnyx/acc_2",
      created_at: now(),
    };
    d.carriers.push(account);
    return account;
  },
  "PATCH /carrier-accounts/:": (d, [id], body) => Object.assign(byId(d.carriers, id), body),
  "DELETE /carrier-accounts/:": (d, [id]) => void (d.carriers = d.carriers.filter((c) => c.id !== id)),
  "GET /carrier-accounts/:/numbers": (d) => ({
    data: ["+12125550199", "+12125550177"].map((e164, i) => ({
      carrier_ref: `129338426107573149${i}`,
      e164,
      pretty: pretty(e164),
      status: "active",
      kind: "long_code",
      messaging_profile_id: null,
      messaging_enabled: i === 0,
      imported: d.numbers.some((n) => n.e164 === e164),
    })),
  }),
  "POST /numbers/:/check": (d, [id]) => {
    const number = byId(d.numbers, id);
    number.registration = { ...number.registration, read_at: now() };
    return number;
  },
  "POST /carrier-accounts/:/adopt": (d, [id], body) => {
    const wanted = (body as unknown as { numbers: string[] }).numbers;
    const like = d.numbers[0];
    if (!like) throw notFound();
    for (const e164 of wanted)
      if (!d.numbers.some((n) => n.e164 === e164))
        d.numbers.push({
          ...like,
          id: d.id("num"),
          e164,
          pretty: pretty(e164),
          label: "",
          carrier_account_id: id ?? "",
        });
    return {
      messaging_profile_id: "40000000-0000-4000-8000-000000000001",
      numbers: d.numbers.filter((n) => wanted.includes(n.e164)),
      problems: [
        {
          e164: null,
          code: "no_campaign",
          message: "US long codes need a registered 10DLC campaign.",
          mend: "Register one in the carrier’s portal.",
        },
      ],
    };
  },
  "POST /carrier-accounts/:/check": () => ({ ok: true, problems: [] }),
  "GET /numbers": (d) => page(d.numbers),
  "PATCH /numbers/:": (d, [id], body) => {
    const number = Object.assign(byId(d.numbers, id), body);
    d.emit("number.updated", { id });
    return number;
  },
  "DELETE /numbers/:": (d, [id]) => void (d.numbers = d.numbers.filter((n) => n.id !== id)),
  "POST /conversations": (d, _, body) => {
    const { to, name, body: text } = body as unknown as T.NewConversation;
    const digits = to.replace(/\D/g, "");
    if (digits.length < 10)
      throw new Refusal(422, "invalid", "The number cannot be read.", [
        { field: "to", code: "too_short", message: "This number is too short." },
      ]);
    const number = d.numbers[0];
    if (!number) throw notFound();
    const conversation = d.open({
      phone: `+1${digits.slice(-10)}`,
      number,
      name: name ?? null,
      last_message_at: now(),
    });
    const message = text ? d.send(conversation.id, text, {}) : null;
    return { conversation: d.conversation(conversation.id), message, resumed: false };
  },
  "GET /conversations/:": (d, [id]) => d.conversation(id ?? ""),
  "PATCH /conversations/:": (d, [id = ""], body) => {
    const { name, company, ...own } = body as unknown as T.ConversationPatch;
    const contact = { ...d.conversation(id).contact };
    if (name !== undefined) contact.name = name;
    if (company !== undefined) contact.company = company;
    return d.change(id, { ...own, contact });
  },
  "POST /conversations/:/messages": (d, [id = ""], body) => {
    const edited = d.drafts.find((x) => x.id === (body as unknown as T.NewMessage).draft_id);
    if (edited) {
      edited.state = "edited";
      d.emit("draft.updated", { draft: edited });
    }
    const { body: text, scheduled_at, stop_if_reply = false } = body as unknown as T.NewMessage;
    return {
      message: d.send(id, text ?? "", { hold: d.tenant.settings.undo_seconds, scheduled_at, stop_if_reply }),
    };
  },
  "POST /conversations/:/notes": (d, [id = ""], body) => ({
    message: d.put({
      conversation_id: id,
      direction: "note",
      body: String(body["body"]),
      author: { kind: "member", id: d.me.user.id, name: d.me.user.name },
    }),
  }),
  "PUT /conversations/:/guide": (d, [id = ""], body) => d.change(id, { guide: String(body["guide"]) }),
  "POST /conversations/:/handoff": (d, [id = ""], body) => {
    const to = body as unknown as T.Handoff;
    return d.change(id, {
      holder: { kind: to.to, id: to.assistant_id ?? null },
      team_id: to.team_id ?? d.conversation(id).team_id,
      assignee_id: to.assignee_id ?? null,
    });
  },
  "POST /conversations/:/read": (d, [id = ""]) => {
    d.conversations.set(id, { ...d.conversation(id), unread: 0 });
    return { unread: 0 };
  },
  "POST /conversations/:/typing": (d, [id], body) =>
    d.signal("typing", {
      conversation_id: id,
      user_id: d.me.user.id,
      author: "member",
      typing: Boolean(body["typing"]),
    }),
  "GET /conversations/:/drafts": (d, [id]) =>
    page(d.drafts.filter((x) => x.conversation_id === id && x.state === "open")),
  "POST /drafts/:/accept": (d, [id], body) => {
    const draft = byId(d.drafts, id);
    const edited = body["body"] as string | undefined;
    draft.state = edited ? "edited" : "accepted";
    d.emit("draft.updated", { draft });
    return {
      message: d.send(draft.conversation_id, edited ?? draft.body, {
        hold: 5,
        draft_id: draft.id,
        sources: draft.sources,
      }),
    };
  },
  "POST /drafts/:/reject": (d, [id]) => {
    const draft = byId(d.drafts, id);
    draft.state = "rejected";
    d.emit("draft.updated", { draft });
  },
  "POST /messages/:/cancel": (d, [id = ""]) => {
    if (!["held", "scheduled", "queued"].includes(byId(d.messages, id).status))
      throw new Refusal(409, "too_late", "It has already gone out.");
    return { message: d.move(id, { status: "cancelled" }) };
  },
  "GET /messages/:/receipt": (d, [id]) => {
    const message = byId(d.messages, id);
    const lines: T.ReceiptLine[] = [
      { at: message.created_at, kind: "queued" },
      { at: message.created_at, kind: "gate", verdict: "send" },
      { at: message.created_at, kind: "attempt", attempt: 1 },
      message.error
        ? {
            at: message.created_at,
            kind: "carrier",
            status: "failed",
            code: message.error.code,
            explanation: message.error.explanation,
            mend: message.error.mend,
          }
        : { at: message.created_at, kind: "carrier", status: "delivered", parts: 1 },
      { at: message.created_at, kind: "settled", result: message.status },
    ];
    return { message_id: id, lines };
  },
  "POST /media": (d, _, body) => ({
    id: d.id("med"),
    content_type: "image/png",
    bytes: body.length,
    url: "/icon.svg",
    state: "kept",
    reason: null,
  }),
  "POST /text/measure": (_, __, body) => measure(String(body["body"])),
  ...approvalRoutes,
  ...assistantRoutes,
  ...campaignRoutes,
  ...workflowRoutes,
  ...enrolmentRoutes,
  // Before contacts: `imports` is nobody's id.
  ...importRoutes,
  ...launchCheckRoutes,
  ...contactRoutes,
  ...snippetRoutes,
  ...suppressionRoutes,
  ...reportRoutes,
  ...knowledgeRoutes,
  ...rehearsalRoutes,
  ...searchRoutes,
  "GET /webhooks": (d) => page(d.webhooks),
  "POST /webhooks": (d, _, body) => {
    const made = { ...(body as unknown as T.NewWebhook), id: d.id("whk"), enabled: true, created_at: now() };
    d.webhooks.push(made);
    return { ...made, secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" };
  },
  "PATCH /webhooks/:": (d, [id], body) => Object.assign(byId(d.webhooks, id), body),
  "DELETE /webhooks/:": (d, [id]) => void (d.webhooks = d.webhooks.filter((w) => w.id !== id)),
  "GET /webhooks/:/deliveries": (d) => page(d.deliveries),
  "POST /webhooks/:/deliveries/:/replay": (d) => {
    const like = d.deliveries[0];
    if (like)
      d.deliveries.unshift({
        ...like,
        id: d.id("wdl"),
        state: "waiting",
        last_status: null,
        created_at: now(),
      });
    return {};
  },
  "GET /sandbox": (d) => ({ phones, numbers: d.numbers.map(({ e164, pretty: p }) => ({ e164, pretty: p })) }),
  "GET /sandbox/phones/:/messages": (d, [phone], _, query) => {
    const ids = [...d.conversations.values()]
      .filter((c) => c.contact.phone === phone && c.number.e164 === query.get("with"))
      .map((c) => c.id);
    return d.messages
      .filter(
        (m) =>
          ids.includes(m.conversation_id) &&
          (m.direction === "in" || ["sent", "delivered"].includes(m.status)),
      )
      .sort((a, b) => (a.created_at < b.created_at ? -1 : 1))
      .map((m) => ({
        direction: m.direction === "in" ? "in" : "out",
        body: m.body,
        media_urls: [],
        at: m.created_at,
        status: m.status,
      }));
  },
  "POST /sandbox/phones/:/messages": (d, [phone = ""], body) => {
    const { to, body: text } = body as unknown as T.NewSandboxText;
    d.texted(phone, to, text ?? "");
    return {};
  },
};

/** Runs the route that fits, `:` standing for an id. Throws a `Refusal`. */
export async function answer(
  desk: FakeDesk,
  method: string,
  path: string,
  query: URLSearchParams,
  body: unknown,
): Promise<unknown> {
  const parts = path.split("/").filter(Boolean);
  const isPublic = parts[0] === "session" || parts[0] === "setup";
  if (!isPublic && !desk.session) throw new Refusal(401, "unauthenticated", "Sign in first.");
  for (const [route, handler] of Object.entries(routes)) {
    const [verb, pattern = ""] = route.split(" ");
    const names = pattern.split("/").filter(Boolean);
    if (verb !== method || names.length !== parts.length) continue;
    if (!names.every((name, i) => name === ":" || name === parts[i])) continue;
    const ids = parts.filter((_, i) => names[i] === ":").map(decodeURIComponent);
    return handler(desk, ids, (body ?? {}) as Body, query);
  }
  throw notFound();
}
