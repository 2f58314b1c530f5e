/**
 * The API's types in the shape that openapi-typescript gives (`components["schemas"]`).
 * Written by hand from the contract until the server's OpenAPI document is generated into this file;
 * nothing else in the dashboard writes an API type.
 */
export interface components {
  schemas: {
    Problem: {
      type: string;
      title: string;
      status: number;
      code: string;
      detail?: string;
      errors?: components["schemas"]["FieldError"][];
    };
    FieldError: { field: string; code: string; message: string };
    /** Something that keeps a thing from working, in plain words, with what to do about it. */
    Trouble: { e164?: string | null; code: string; message: string; mend: string };

    Role: "owner" | "admin" | "manager" | "agent";
    Session: {
      user: { id: string; email: string; name: string };
      tenant: { id: string; name: string };
      role: components["schemas"]["Role"];
      tenants: { id: string; name: string; role: components["schemas"]["Role"] }[];
    };
    NewSession: { email: string; password: string };
    Setup: {
      tenant_name: string;
      region?: string;
      time_zone?: string;
      name: string;
      email: string;
      password: string;
    };

    Tenant: {
      id: string;
      name: string;
      created_at: string;
      settings: components["schemas"]["TenantSettings"];
    };
    TenantSettings: {
      region: string;
      time_zone: string;
      resume_window_days: number;
      undo_seconds: number;
      quiet_hours: { from: string; until: string } | null;
      help_text: string;
      stop_confirmation: string;
    };
    TenantPatch: {
      name?: string;
      settings?: Partial<Omit<components["schemas"]["TenantSettings"], "stop_confirmation">> & {
        /** `null`: ours. */
        stop_confirmation?: string | null;
      };
    };
    Member: {
      user_id: string;
      name: string;
      email: string;
      role: components["schemas"]["Role"];
      created_at: string;
      /** Only in the answer that created the member. */
      initial_password?: string;
    };
    NewMember: { email: string; name: string; role: components["schemas"]["Role"]; password?: string };
    ApiKey: {
      id: string;
      name: string;
      prefix: string;
      scopes: string[];
      created_at: string;
      last_used_at: string | null;
      revoked_at: string | null;
      /** Only in the answer that created the key. */
      secret?: string;
    };
    NewApiKey: { name: string; scopes: string[] };

    CarrierAccount: {
      id: string;
      name: string;
      kind: "telnyx" | "sandbox";
      base_url: string;
      api_key_hint: string;
      public_keys: string[];
      shared: boolean;
      messaging_profile_id: string | null;
      webhook_url: string;
      created_at: string;
    };
    NewCarrierAccount: {
      name: string;
      kind?: "telnyx" | "sandbox";
      base_url?: string;
      api_key: string;
      public_keys: string[];
    };
    CarrierAccountPatch: { name?: string; api_key?: string; base_url?: string; public_keys?: string[] };
    CarrierNumber: {
      carrier_ref: string;
      e164: string;
      pretty: string;
      status: string;
      kind: string | null;
      messaging_profile_id: string | null;
      messaging_enabled: boolean | null;
      imported: boolean;
    };
    Adoption: {
      messaging_profile_id: string;
      numbers: components["schemas"]["Number"][];
      problems: components["schemas"]["Trouble"][];
    };
    CarrierCheck: { ok: boolean; problems: components["schemas"]["Trouble"][] };
    Number: {
      id: string;
      e164: string;
      pretty: string;
      label: string;
      kind: "long_code" | "toll_free" | "short_code" | "alphanumeric";
      carrier_account_id: string;
      carrier_ref: string | null;
      enabled: boolean;
      assistant_id: string | null;
      segments_per_second: number;
      problems: components["schemas"]["Trouble"][];
      created_at: string;
    };
    NumberPatch: {
      label?: string;
      enabled?: boolean;
      assistant_id?: string | null;
      segments_per_second?: number;
    };

    Contact: {
      id: string;
      name: string | null;
      company: string | null;
      phone: string;
      phone_pretty: string;
      time_zone: string | null;
      blocked: boolean;
      opted_out_at: string | null;
      tags: string[];
      created_at: string;
    };
    ContactPatch: {
      name?: string | null;
      company?: string | null;
      time_zone?: string | null;
      blocked?: boolean;
      tags?: string[];
    };
    Mode: "off" | "draft" | "auto";
    Holder: { kind: "nobody" | "agents" | "assistant" | "workflow"; id: string | null };
    Conversation: {
      id: string;
      channel: string;
      status: "open" | "snoozed" | "closed";
      snoozed_until: string | null;
      holder: components["schemas"]["Holder"];
      /** `null`: as the assistant is set up. */
      mode: components["schemas"]["Mode"] | null;
      assignee_id: string | null;
      guide: string | null;
      contact: {
        id: string;
        name: string | null;
        company: string | null;
        phone: string;
        phone_pretty: string;
        blocked: boolean;
        opted_out_at: string | null;
      };
      number: { id: string; e164: string; pretty: string; label: string };
      previous_id: string | null;
      tags: string[];
      /** Per member; absent on the live stream. */
      unread?: number;
      waiting_since: string | null;
      last_message_at: string | null;
      last_message: { direction: "in" | "out" | "note"; preview: string } | null;
      version: number;
      created_at: string;
    };
    ConversationPatch: {
      status?: "open" | "snoozed" | "closed";
      snoozed_until?: string | null;
      assignee_id?: string | null;
      tags?: string[];
      mode?: components["schemas"]["Mode"] | null;
      name?: string | null;
      company?: string | null;
    };
    NewConversation: {
      to: string;
      body?: string;
      from?: string;
      name?: string;
      company?: string;
      assistant_id?: string;
      guide?: string;
      media_ids?: string[];
    };
    StartedConversation: {
      conversation: components["schemas"]["Conversation"];
      message: components["schemas"]["Message"] | null;
      resumed: boolean;
    };
    Handoff: {
      to: "agents" | "assistant" | "nobody";
      assistant_id?: string;
      assignee_id?: string;
      reason?: string;
    };
    Media: { id: string; content_type: string; bytes: number; url: string };
    Source: { title: string; quote: string };
    MessageStatus:
      | "received"
      | "noted"
      | "held"
      | "scheduled"
      | "queued"
      | "deferred"
      | "sending"
      | "sent"
      | "delivered"
      | "unconfirmed"
      | "failed"
      | "unknown"
      | "skipped"
      | "cancelled";
    Message: {
      id: string;
      conversation_id: string;
      direction: "in" | "out" | "note";
      author: {
        kind: "contact" | "member" | "assistant" | "workflow" | "campaign" | "api" | "system";
        id: string | null;
        name: string | null;
      };
      body: string;
      media: components["schemas"]["Media"][];
      encoding: "gsm7" | "ucs2";
      segments: number;
      status: components["schemas"]["MessageStatus"];
      error: { code: string; explanation: string; mend: string } | null;
      cost: { micros: number; currency: string } | null;
      parts: number | null;
      not_before: string | null;
      stop_if_reply: boolean;
      draft_id: string | null;
      sources: components["schemas"]["Source"][] | null;
      created_at: string;
      sent_at: string | null;
      delivered_at: string | null;
    };
    NewMessage: {
      body?: string;
      media_ids?: string[];
      draft_id?: string;
      scheduled_at?: string;
      stop_if_reply?: boolean;
      hold_seconds?: number;
    };
    SentMessage: { message: components["schemas"]["Message"] };
    Receipt: { message_id: string; lines: components["schemas"]["ReceiptLine"][] };
    ReceiptLine: {
      at: string;
      kind: "queued" | "gate" | "attempt" | "carrier" | "settled" | "cancelled";
      when?: "queued" | "sending" | null;
      verdict?: "send" | "defer" | "skip" | null;
      reason?: string | null;
      until?: string | null;
      status?: components["schemas"]["MessageStatus"] | null;
      result?: string | null;
      code?: string | null;
      explanation?: string | null;
      mend?: string | null;
      attempt?: number | null;
      parts?: number | null;
      cost_micros?: number | null;
      currency?: string | null;
    };
    Draft: {
      id: string;
      conversation_id: string;
      assistant_id: string;
      body: string;
      sources: components["schemas"]["Source"][];
      state: "open" | "accepted" | "edited" | "rejected" | "superseded";
      reason: string | null;
      created_at: string;
    };
    Measure: {
      encoding: "gsm7" | "ucs2";
      segments: number;
      units: number;
      units_left: number;
      body: string;
      replaced: { from: string; to: string; count: number }[];
      not_gsm: { char: string; index: number }[];
    };

    AssistantProvider: {
      kind: "builtin" | "openai" | "anthropic";
      base_url: string | null;
      model: string | null;
      api_key_hint?: string | null;
      timeout_seconds: number;
      max_tokens: number;
    };
    Assistant: {
      id: string;
      name: string;
      instructions: string;
      mode: components["schemas"]["Mode"];
      provider: components["schemas"]["AssistantProvider"];
      quiet_window_ms: number;
      floor: number;
      created_at: string;
    };
    AssistantPatch: {
      name?: string;
      instructions?: string;
      mode?: components["schemas"]["Mode"];
      provider?: Partial<components["schemas"]["AssistantProvider"]> & { api_key?: string };
      quiet_window_ms?: number;
      floor?: number;
    };
    Knowledge: { id: string; title: string; text: string; created_at?: string };
    NewKnowledge: { title: string; text: string };
    Preview: {
      outcome: "answer" | "hand_off";
      body: string | null;
      sources: components["schemas"]["Source"][];
      reason: string | null;
    };

    Webhook: {
      id: string;
      url: string;
      events: string[];
      enabled: boolean;
      created_at: string;
      /** Only in the answer that created the webhook. */
      secret?: string;
    };
    NewWebhook: { url: string; events: string[] };
    WebhookPatch: { url?: string; events?: string[]; enabled?: boolean };
    WebhookDelivery: {
      id: string;
      webhook_id: string;
      seq: number;
      type: string;
      state: "waiting" | "delivered" | "failed";
      attempts: number;
      last_status: number | null;
      last_error: string | null;
      next_at: string | null;
      created_at: string;
    };

    Sandbox: {
      phones: { e164: string; pretty: string; name: string }[];
      numbers: { e164: string; pretty: string }[];
    };
    SandboxText: {
      direction: "in" | "out";
      body: string;
      media_urls: string[];
      at: string;
      status: string | null;
    };
    NewSandboxText: { to: string; body: string; media_urls?: string[] };
  };
}
