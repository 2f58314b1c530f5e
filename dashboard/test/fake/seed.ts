/** A believable morning at a dentist's, so that screens can be judged with real lengths of text. */
import type * as T from "../../src/lib/api/types";
import { wants } from "./approvals";
import { keepVersion } from "./assistants";
import { seedCampaigns } from "./campaigns";
import { seedGroups } from "./contacts";
import { seedEnrolments } from "./enrolments";
import { FakeDesk, aRun, pretty } from "./desk";
import { aSourceOf } from "./knowledge";
import { seedWorkflows } from "./workflows";

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

export function seeded(): FakeDesk {
  const desk = new FakeDesk();
  const carrier = desk.id("acc");
  desk.carriers = [
    {
      id: carrier,
      name: "Sandbox",
      kind: "sandbox",
      base_url: "http://127.0.0.1:8090",
      api_key_hint: "KEY…4b1c",
      public_keys: ["e30="],
      shared: false,
      messaging_profile_id: "40000000-0000-4000-8000-000000000001",
      webhook_url: "http://127.0.0.1:8080/hooks/telnyx/acc_1",
      created_at: ago(60 * 24 * 40),
    },
  ];
  const assistant: T.Assistant = {
    id: desk.id("ast"),
    name: "Ada",
    version: 1,
    instructions: "You answer for Harbour Dental. Be brief and kind.",
    tone: "Warm and brief",
    language: { rule: "theirs" },
    greeting: "",
    identity: "I am Ada, the automated assistant of Harbour Dental.",
    mode: "draft",
    hold_seconds: 20,
    provider: {
      kind: "builtin",
      base_url: null,
      model: null,
      api_key_hint: null,
      timeout_seconds: 20,
      max_tokens: 400,
      temperature: null,
      price: null,
    },
    fallback: null,
    quiet_window_ms: 4000,
    floor: 0.3,
    tools: [
      { kind: "look_up", name: "look_up", description: "", class: "read" },
      {
        kind: "http",
        name: "free_slots",
        description: "Tells which appointments are free on a day. Use it before offering one.",
        class: "read",
        url: "https://calendar.harbourdental.example/api/slots",
        method: "get",
        headers: [],
        secret_headers: [{ name: "authorization" }],
        parameters: {
          type: "object",
          properties: { day: { type: "string" }, dentist: { type: "string" } },
          required: ["day"],
        },
      },
      {
        kind: "http",
        name: "pay_back",
        description: "Pays back what was paid twice, to the account that it came from.",
        class: "irreversible",
        url: "https://billing.harbourdental.example/api/refunds",
        method: "post",
        headers: [],
        secret_headers: [{ name: "authorization" }],
        parameters: { type: "object", properties: { invoice: { type: "string" } }, required: ["invoice"] },
      },
    ],
    segments_max: 2,
    hours: null,
    limits: {
      replies_in_a_row: 10,
      replies_per_hour: 12,
      replies_per_day: 40,
      tenant_replies_per_day: 2000,
      tokens_per_day: null,
      cost_micros_per_day: null,
    },
    links: ["harbourdental.example"],
    hand_over: {
      team: null,
      assignee: null,
      while_open: "Let me get somebody from the team. They will text you in a moment.",
      while_closed: "Nobody is at the practice right now. Somebody will text you {when}.",
      escalate_after_minutes: 30,
      escalate_to: "usr_1",
      escalate_to_team: null,
      back: "after_closing",
    },
    created_at: ago(60 * 24 * 30),
  };
  desk.assistants = [assistant];
  keepVersion(desk, assistant.id, {}, true);
  keepVersion(
    desk,
    assistant.id,
    {
      instructions: `${assistant.instructions} Never promise a price; offer a call instead.`,
      segments_max: 3,
      hold_seconds: 20,
    },
    true,
  );
  desk.versions.get(assistant.id)?.forEach((v, i) => (v.created_at = ago(60 * 24 * (2 + 10 * i))));
  const knows = (over: Partial<T.KnowledgeSource>, text: string | null) =>
    desk.sources.push({ source: aSourceOf(desk, { language: "en", chunks: 1, ...over }), text, pairs: null });
  knows(
    {
      kind: "file",
      title: "Price list",
      file_name: "prices.pdf",
      bytes: 184_000,
      chunks: 0,
      language: null,
      status: "failed",
      error: {
        code: "no_text",
        explanation: "The PDF holds pictures of pages, and no text.",
        mend: "Save it from the program that made it, or have its text recognised first.",
      },
    },
    null,
  );
  const site = aSourceOf(desk, {
    kind: "sitemap",
    title: "harbourdental.example",
    url: "https://harbourdental.example/sitemap.xml",
    chunks: 2,
    refetch_hours: 24,
    fetched_at: ago(130),
    next_fetch_at: ago(-60 * 22),
  });
  desk.sources.push({ source: site, text: null, pairs: null });
  for (const [title, path] of [
    ["First visit", "first-visit"],
    ["Implants", "implants"],
  ] as const)
    knows(
      {
        kind: "page",
        title,
        parent_id: site.id,
        url: `https://harbourdental.example/${path}`,
        bytes: 22_400,
        chunks: 4,
        fetched_at: ago(130),
      },
      "A first visit takes 45 minutes. Bring the insurance card and a list of medicines.",
    );
  desk.sources.push({
    source: aSourceOf(desk, {
      kind: "question_answer",
      title: "What people ask most",
      chunks: 2,
      language: "en",
    }),
    text: null,
    pairs: [
      {
        question: "Are you taking new patients?",
        answer: "Yes, gladly. Call us or text a time that suits you.",
      },
      { question: "Do you treat children?", answer: "Yes, from the first tooth on." },
    ],
  });
  knows(
    { title: "Opening hours", bytes: 76, created_at: ago(60 * 24 * 30) },
    "Monday to Friday 8:00–17:00, Saturday 9:00–13:00. Closed on public holidays.",
  );
  knows(
    { title: "Parking", bytes: 85, created_at: ago(60 * 24 * 12) },
    "Two free spaces behind the house, entrance from Mill Lane. The bus 14 stops in front.",
  );
  const number = (e164: string, label: string, over: Partial<T.Number> = {}): T.Number => ({
    id: desk.id("num"),
    e164,
    pretty: pretty(e164),
    label,
    kind: "long_code",
    carrier_account_id: carrier,
    carrier_ref: "1293384261075731499",
    enabled: true,
    assistant_id: assistant.id,
    segments_per_second: 1,
    problems: [],
    can_mms: true,
    registration: {
      state: "registered",
      needed: true,
      stops_texts: false,
      campaign_id: "4b300178-131c-d902-d54e-72d90ba1620j",
      brand_id: "4b20018e-9f2c-4f0a-8bbd-0f8e6c9d1a22",
      reason: null,
      mend: null,
      read_at: ago(60 * 3),
    },
    created_at: ago(60 * 24 * 30),
    ...over,
  });
  const front = number("+12125550199", "Front desk");
  const recall = number("+12125550188", "Recalls", {
    assistant_id: null,
    problems: [
      {
        code: "not_messaging_enabled",
        message: "This number is not attached to your messaging profile, so texts to it are lost.",
        mend: "Open the carrier account and adopt the number again.",
      },
    ],
  });
  desk.numbers = [front, recall];
  desk.webhooks = [
    {
      id: desk.id("whk"),
      url: "https://hooks.example.com/tidings",
      events: ["message.created"],
      enabled: true,
      created_at: ago(9000),
    },
  ];
  const delivery = { webhook_id: desk.webhooks[0]?.id ?? "", seq: 1, type: "message.created", next_at: null };
  desk.deliveries = [
    {
      ...delivery,
      id: desk.id("wdl"),
      state: "delivered",
      attempts: 1,
      last_status: 204,
      last_error: null,
      created_at: ago(12),
    },
    {
      ...delivery,
      id: desk.id("wdl"),
      state: "failed",
      attempts: 3,
      last_status: 500,
      last_error: "The server answered 500.",
      created_at: ago(95),
    },
  ];
  desk.keys = [
    {
      id: desk.id("key"),
      name: "Booking system",
      prefix: "tdk_9f2c",
      scopes: ["messages:write", "conversations:read"],
      created_at: ago(60 * 24 * 12),
      last_used_at: ago(3),
      revoked_at: null,
    },
  ];

  const said = (
    c: T.Conversation,
    direction: "in" | "out" | "note",
    minutes: number,
    body: string,
    over: Partial<T.Message> = {},
  ) => {
    const author =
      direction === "in"
        ? { kind: "contact" as const, id: c.contact.id, name: c.contact.name }
        : { kind: "member" as const, id: "usr_1", name: "Mina Sørensen" };
    const status = direction === "out" ? ("delivered" as const) : undefined;
    const message = desk.put({
      conversation_id: c.id,
      direction,
      body,
      author,
      created_at: ago(minutes),
      ...(status && { status }),
      cost: direction === "out" ? { micros: 4000, currency: "USD" } : null,
      ...over,
    });
    return message;
  };
  const byAda = {
    author: { kind: "assistant" as const, id: assistant.id, name: "Ada" },
    assistant_version: 2,
  };
  /** Keeps why a text or a suggestion says what it says. */
  const explained = (of: T.Message | T.Draft) => {
    const ada = desk.assistants[0] ?? assistant;
    const key = "direction" in of ? { message_id: of.id } : { draft_id: of.id };
    const run = aRun(desk, ada, of.conversation_id, key, of.body, of.sources ?? []);
    desk.runs.set(of.id, { ...run, created_at: of.created_at });
    return run.id;
  };
  const read = (c: T.Conversation, change: Partial<T.Conversation> = {}) =>
    desk.change(c.id, { unread: 0, ...change });

  const omar = desk.open({ phone: "+12125550106", number: front, name: "Omar Haddad", company: null });
  said(omar, "in", 60 * 30, "STOP");
  read(omar, {
    contact: { ...desk.conversation(omar.id).contact, opted_out_at: ago(60 * 30) },
    waiting_since: null,
  });

  const kim = desk.open({ phone: "+12125550105", number: recall, name: "Kim Nguyen" });
  said(kim, "out", 60 * 26, "Hi Kim, your yearly check-up is due. Would next week suit you?", {
    author: { kind: "campaign", id: null, name: "Recall November" },
  });
  said(kim, "out", 60 * 3, "Just in case you missed it: Tuesday 10:15 is still free.", {
    status: "failed",
    error: {
      code: "40001",
      explanation: "This number cannot receive texts: it is a landline.",
      mend: "Ask for a mobile number, or call instead.",
    },
  });
  read(kim);

  const unknown = desk.open({ phone: "+12125550104", number: front, holder: { kind: "agents", id: null } });
  said(unknown, "in", 60 * 5, "hello is this the dentist on mill lane");
  said(unknown, "in", 60 * 5 - 1, "do you take walk ins");
  said(
    unknown,
    "note",
    60 * 5 - 2,
    "Handed to people: nothing in its knowledge answers this\nWhat they want: To come by today without an appointment\nTried: looked for walk-ins in the knowledge; asked nothing back",
    { author: { kind: "system", id: null, name: null } },
  );

  const priya = desk.open({
    phone: "+12125550103",
    number: front,
    name: "Priya Raman",
    company: "Raman & Co",
    holder: { kind: "assistant", id: assistant.id },
    mode: "auto",
  });
  said(priya, "in", 200, "Where can I park when I come in tomorrow?");
  const parked = said(
    priya,
    "out",
    199,
    "There are two free spaces behind the house; the entrance is from Mill Lane. The bus 14 also stops right in front.",
    {
      ...byAda,
      sources: [
        {
          title: "Parking",
          quote: "Two free spaces behind the house, entrance from Mill Lane. The bus 14 stops in front.",
        },
      ],
    },
  );
  explained(parked);
  said(priya, "in", 197, "Perfect, thank you!");
  read(priya, { waiting_since: null });

  const jonas = desk.open({
    phone: "+12125550102",
    number: front,
    name: "Jonas Weber",
    holder: { kind: "agents", id: null },
    assignee_id: "usr_1",
    tags: ["invoice"],
  });
  said(jonas, "in", 75, "I got the invoice twice, do I have to pay both?");
  said(jonas, "note", 70, "Checked with accounting: the second one is a copy. No payment needed.");
  said(jonas, "out", 68, "Sorry about that! The second one is only a copy, please pay just the first.");
  said(jonas, "in", 14, "Great, thanks. And can you send me the right bank details once more?");
  wants(desk, {
    conversation_id: jonas.id,
    arguments: { invoice: "2026-2291", amount: "84.00", currency: "USD", note: "Paid twice on 12 November" },
    created_at: ago(12),
  });
  wants(desk, {
    conversation_id: jonas.id,
    arguments: { invoice: "2026-2107" },
    state: "done",
    decided_by_kind: "member",
    decided_by: "usr_2",
    decided_at: ago(60 * 26),
    created_at: ago(60 * 27),
    result: '{"payment":"P-0988"}',
  });
  read(jonas, { unread: 1, waiting_since: ago(14) });

  const ann = desk.open({
    phone: "+12125550101",
    number: front,
    name: "Ann Bell",
    company: "Bell Gardens",
    holder: { kind: "assistant", id: assistant.id },
    guide: "Offer Thursday first. She is nervous about injections: be gentle.",
    tags: ["new patient", "check-up"],
  });
  desk.kept.set(ann.contact.id, { insurance: "Private", recall_months: "6" });
  said(ann, "in", 60 * 27, "Hi! A friend told me about you. Are you taking new patients?");
  said(
    ann,
    "out",
    60 * 27 - 2,
    "Hello and welcome! Yes, we are. What would suit you better, mornings or afternoons?",
  );
  said(ann, "in", 60 * 26.5, "Mornings please 🙂");
  const offered = said(ann, "out", 60 * 26.4, "Thursday at 9:30 or Friday at 8:45 are both free.", {
    ...byAda,
    sources: [{ title: "Opening hours", quote: "Monday to Friday 8:00–17:00, Saturday 9:00–13:00." }],
  });
  explained(offered);
  said(ann, "note", 60 * 26, "She is nervous about injections, Theo will take her.", {
    author: { kind: "member", id: "usr_2", name: "Theo Park" },
  });
  said(ann, "in", 42, "Sorry for the late answer!");
  said(ann, "in", 41, "Thursday 9:30 is perfect. How long will it take, and do I need to bring anything?");
  read(ann, { unread: 2, waiting_since: ago(42) });
  const lovely: T.Draft = {
    id: desk.id("drf"),
    conversation_id: ann.id,
    assistant_id: assistant.id,
    body: "Lovely, Thursday 9:30 it is. The first visit takes about 45 minutes. Please bring your insurance card and a list of any medicines you take. We go at your pace.",
    sources: [
      {
        title: "First visit",
        quote: "A first visit takes 45 minutes. Bring the insurance card and a list of medicines.",
      },
    ],
    state: "open",
    held_back: "It names Thursday 9:30, which no source does.",
    run_id: null,
    reason: null,
    created_at: ago(40),
  };
  desk.drafts.push({ ...lovely, run_id: explained(lovely) });

  const leo = desk.open({
    phone: "+12125550107",
    number: front,
    name: "Leo Marchetti",
    status: "snoozed",
    snoozed_until: new Date(Date.now() + 20 * 3_600_000).toISOString(),
  });
  said(leo, "in", 600, "I will know my shifts tomorrow and text you then.");
  read(leo, { waiting_since: null });
  const zoe = desk.open({ phone: "+12125550108", number: front, name: "Zoë Brandt", status: "closed" });
  said(zoe, "in", 2000, "All good now, bye!");
  read(zoe, { waiting_since: null });
  for (let i = 0; i < 8; i++) {
    const names = [
      "Sam Okafor",
      "Grace Lin",
      "Ivy Costa",
      "Noah Berg",
      "Ruth Adler",
      "Tariq Aziz",
      "Ella Novak",
      "Max Duval",
    ];
    const c = desk.open({
      phone: `+1212555012${i}`,
      number: front,
      name: names[i] ?? null,
      holder: { kind: i % 3 ? "agents" : "assistant", id: null },
    });
    said(c, "in", 3000 + i * 700, "Could I move my appointment to the week after?");
    said(c, "out", 2990 + i * 700, "Of course. Wednesday the 2nd at 14:00 is free, shall I put you down?");
    read(c);
  }
  seedGroups(desk);
  seedCampaigns(desk);
  seedWorkflows(desk);
  seedEnrolments(desk);
  return desk;
}
