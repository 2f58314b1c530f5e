/** Complete values for tests; each test says only what matters to it. */
import type { Conversation, Draft, Measure, Media, Message } from "../src/lib/api/types";

export const aMessage = (over: Partial<Message> = {}): Message => ({
  id: "msg_1",
  conversation_id: "cnv_1",
  direction: "out",
  author: { kind: "member", id: "usr_1", name: "Mina" },
  body: "Hello",
  media: [],
  encoding: "gsm7",
  segments: 1,
  status: "queued",
  error: null,
  cost: null,
  parts: null,
  not_before: null,
  stop_if_reply: false,
  draft_id: null,
  sources: null,
  created_at: "2026-11-23T10:00:00Z",
  sent_at: null,
  delivered_at: null,
  ...over,
});

export const aMedia = (over: Partial<Media> = {}): Media => ({
  id: "med_1",
  content_type: "image/png",
  bytes: 68,
  url: "/api/v1/media/med_1",
  state: "kept",
  reason: null,
  ...over,
});

export const aConversation = (over: Partial<Conversation> = {}): Conversation => ({
  id: "cnv_1",
  channel: "sms",
  status: "open",
  snoozed_until: null,
  holder: { kind: "nobody", id: null },
  mode: null,
  assignee_id: null,
  guide: null,
  contact: {
    id: "con_1",
    name: "Ann",
    company: null,
    phone: "+12125550101",
    phone_pretty: "(212) 555-0101",
    blocked: false,
    opted_out_at: null,
  },
  number: { id: "num_1", e164: "+12125550199", pretty: "(212) 555-0199", label: "Front desk" },
  previous_id: null,
  tags: [],
  unread: 0,
  waiting_since: null,
  last_message_at: "2026-11-23T10:00:00Z",
  last_message: { direction: "in", preview: "Hello" },
  version: 1,
  created_at: "2026-11-23T09:00:00Z",
  ...over,
});

export const aDraft = (over: Partial<Draft> = {}): Draft => ({
  id: "drf_1",
  conversation_id: "cnv_1",
  assistant_id: "ast_1",
  body: "We open at nine.",
  sources: [],
  state: "open",
  reason: null,
  created_at: "2026-11-23T10:00:00Z",
  ...over,
});

export const aMeasure = (over: Partial<Measure> = {}): Measure => ({
  encoding: "gsm7",
  segments: 1,
  units: 5,
  units_left: 155,
  body: "Hello",
  replaced: [],
  not_gsm: [],
  ...over,
});
