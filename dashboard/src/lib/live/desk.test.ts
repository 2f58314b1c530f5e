import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Conversation, Message } from "$lib/api/types";
import { aConversation, aDraft, aMessage } from "../../../test/samples";
import { Desk } from "./desk.svelte";
import { LEASE_MS } from "./typing.svelte";

let desk: Desk;
let asked: string[];
let answers: Record<string, unknown>;

beforeEach(() => {
  vi.useFakeTimers();
  desk = new Desk();
  [asked, answers] = [[], {}];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    asked.push(`${init.method} ${url}`);
    const answer = answers[url];
    return answer
      ? Response.json(answer)
      : Response.json({ code: "not_found", detail: "No." }, { status: 404 });
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const inbound = (over: Partial<Message> = {}) =>
  aMessage({
    direction: "in",
    status: "received",
    author: { kind: "contact", id: null, name: null },
    ...over,
  });
const arrives = (message: Message) => desk.apply({ type: "message.created", data: { message } });
const updated = (conversation: Conversation) =>
  desk.apply({ type: "conversation.updated", data: { conversation } });

describe("unread texts", () => {
  beforeEach(() =>
    desk.putConversation(aConversation({ unread: 1, last_message_at: "2026-11-23T10:00:00Z" })),
  );
  const unread = () => desk.conversations.get("cnv_1")?.unread;

  it("are counted once, however often the stream tells", () => {
    const message = inbound({ id: "msg_9", created_at: "2026-11-23T10:05:00Z" });
    arrives(message);
    arrives(message);
    expect(unread()).toBe(2);
  });

  it("are not counted again when a snapshot had them already", () => {
    arrives(inbound({ id: "msg_9", created_at: "2026-11-23T10:00:00Z" }));
    expect(unread()).toBe(1);
  });

  it("are read at once in the conversation on screen", () => {
    desk.viewing = "cnv_1";
    arrives(inbound({ id: "msg_9", created_at: "2026-11-23T10:05:00Z" }));
    expect([unread(), asked]).toEqual([0, ["POST /api/v1/conversations/cnv_1/read"]]);
  });

  it("do not come from what we send", () => {
    arrives(aMessage({ id: "msg_9", created_at: "2026-11-23T10:05:00Z" }));
    expect(unread()).toBe(1);
    expect(desk.conversations.get("cnv_1")?.last_message?.direction).toBe("out");
  });
});

describe("the preview", () => {
  it("does not go back to an older text", () => {
    desk.putConversation(aConversation({ last_message: { direction: "in", preview: "newest" } }));
    arrives(inbound({ id: "msg_0", body: "older", created_at: "2026-11-23T09:00:00Z" }));
    expect(desk.conversations.get("cnv_1")?.last_message?.preview).toBe("newest");
  });
});

describe("an assumed change", () => {
  it("is taken back when it is refused", () => {
    desk.putConversation(aConversation());
    const takeBack = desk.assume("cnv_1", { status: "closed" });
    expect(desk.conversations.get("cnv_1")?.status).toBe("closed");
    takeBack();
    expect(desk.conversations.get("cnv_1")?.status).toBe("open");
  });

  it("is not taken back over something newer", () => {
    desk.putConversation(aConversation());
    const takeBack = desk.assume("cnv_1", { status: "closed" });
    updated(aConversation({ version: 2, status: "snoozed" }));
    takeBack();
    expect(desk.conversations.get("cnv_1")?.status).toBe("snoozed");
  });
});

it("a text in an unknown conversation has it fetched, once", async () => {
  answers["/api/v1/conversations/cnv_7"] = aConversation({ id: "cnv_7", unread: 2 });
  arrives(inbound({ conversation_id: "cnv_7" }));
  arrives(inbound({ conversation_id: "cnv_7", id: "msg_2" }));
  await vi.waitFor(() => expect(desk.conversations.get("cnv_7")?.unread).toBe(2));
  expect(asked).toHaveLength(1);
});

it("a changed contact changes in each of its conversations", () => {
  desk.putConversation(aConversation());
  desk.putConversation(aConversation({ id: "cnv_2" }));
  const contact = {
    ...aConversation().contact,
    name: "Anna",
    addresses: [],
    language: null,
    note: null,
    zone: { source: "tenant" as const, names: [] },
    time_zone: null,
    quiet_hours: null,
    suppressed_at: null,
    consent: {
      marketing: { standing: null, since: null, numbers: [] },
      service: { standing: null, since: null, numbers: [] },
    },
    lists: [],
    tags: [],
    fields: {},
    created_at: "2026-11-23T09:00:00Z",
  };
  desk.apply({ type: "contact.updated", data: { contact } });
  expect([...desk.conversations.values()].map((c) => c.contact.name)).toEqual(["Anna", "Anna"]);
});

it("only open drafts are offered, oldest first", () => {
  desk.putDraft(aDraft({ id: "drf_2", created_at: "2026-11-23T10:02:00Z" }));
  desk.putDraft(aDraft({ id: "drf_1", created_at: "2026-11-23T10:01:00Z" }));
  desk.putDraft(aDraft({ id: "drf_3", state: "superseded" }));
  expect(desk.openDrafts("cnv_1").map((d) => d.id)).toEqual(["drf_1", "drf_2"]);
});

it("after a gap only what was fetched counts, and what is on screen", () => {
  desk.putConversation(aConversation({ id: "cnv_1" }));
  desk.putConversation(aConversation({ id: "cnv_2" }));
  desk.viewing = "cnv_1";
  desk.reset([aConversation({ id: "cnv_3" })]);
  expect([...desk.conversations.keys()].sort()).toEqual(["cnv_1", "cnv_3"]);
});

it("keeps a bounded number of threads", () => {
  const first = desk.thread("cnv_first");
  for (let i = 0; i < 60; i++) desk.thread(`cnv_${i}`);
  expect(desk.thread("cnv_first")).not.toBe(first);
  expect(desk.thread("cnv_59")).toBe(desk.thread("cnv_59"));
});

describe("typing", () => {
  const signal = (typing: boolean) =>
    desk.typing.signal({ conversation_id: "cnv_1", user_id: "usr_2", author: "member", typing });

  it("ends by itself", () => {
    signal(true);
    vi.advanceTimersByTime(LEASE_MS - 1);
    expect(desk.typing.of("cnv_1")).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(desk.typing.of("cnv_1")).toHaveLength(0);
  });

  it("goes on while it is told again, and ends with their text", () => {
    signal(true);
    vi.advanceTimersByTime(LEASE_MS - 1);
    signal(true);
    vi.advanceTimersByTime(LEASE_MS - 1);
    expect(desk.typing.of("cnv_1")).toHaveLength(1);
    arrives(aMessage({ author: { kind: "member", id: "usr_2", name: "Theo" } }));
    expect(desk.typing.of("cnv_1")).toHaveLength(0);
  });
});
