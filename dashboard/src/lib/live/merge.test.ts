import { describe, expect, it } from "vitest";
import { aConversation, aDraft, aMessage } from "../../../test/samples";
import { compareConversations, mergeConversation, mergeDraft, mergeMessage, mergeMessages } from "./merge";

const SOON = "2026-11-23T10:00:01Z";
const LATER = "2026-11-23T10:01:00.5Z";

describe("a message's status", () => {
  const cases: [
    known: Parameters<typeof aMessage>[0],
    arrived: Parameters<typeof aMessage>[0],
    then: string,
  ][] = [
    [{ status: "queued" }, { status: "sent" }, "sent"],
    [{ status: "delivered" }, { status: "sent" }, "delivered"],
    [{ status: "failed" }, { status: "delivered" }, "failed"],
    [{ status: "cancelled" }, { status: "queued" }, "cancelled"],
    [{ status: "deferred" }, { status: "queued" }, "queued"],
    [{ status: "queued" }, { status: "deferred" }, "deferred"],
    [{ status: "unknown" }, { status: "delivered" }, "delivered"],
    [{ status: "unknown" }, { status: "sent" }, "sent"],
    [{ status: "sent" }, { status: "unknown" }, "sent"],
    [{ status: "sent" }, { status: "sending" }, "sent"],
    [{ status: "unconfirmed" }, { status: "delivered" }, "delivered"],
    // The carrier did not take it: it waits again, and can be cancelled. Then the next try.
    [{ status: "sending" }, { status: "queued", not_before: SOON }, "queued"],
    [{ status: "queued", not_before: SOON }, { status: "sending" }, "queued"],
    [{ status: "queued", not_before: SOON }, { status: "sending", not_before: SOON }, "sending"],
    [{ status: "sending", not_before: SOON }, { status: "queued", not_before: SOON }, "sending"],
    [{ status: "sending", not_before: SOON }, { status: "queued", not_before: LATER }, "queued"],
    [{ status: "queued", not_before: LATER }, { status: "queued", not_before: SOON }, "queued"],
    [{ status: "sending" }, { status: "deferred", not_before: LATER }, "deferred"],
    [{ status: "queued", not_before: LATER }, { status: "sent" }, "sent"],
    [{ status: "unknown" }, { status: "queued", not_before: LATER }, "unknown"],
    [{ status: "queued", not_before: LATER }, { status: "cancelled" }, "cancelled"],
  ];
  it.each(cases)("%o then %o is %s", (known, arrived, then) => {
    expect(mergeMessage(aMessage(known), aMessage(arrived)).status).toBe(then);
  });

  it("takes new details of the same status", () => {
    const priced = aMessage({ status: "delivered", cost: { micros: 4000, currency: "USD" } });
    expect(mergeMessage(aMessage({ status: "delivered" }), priced).cost?.micros).toBe(4000);
  });
});

describe("a thread", () => {
  const first = aMessage({ id: "msg_1", created_at: "2026-11-23T10:00:00Z" });
  const second = aMessage({ id: "msg_2", created_at: "2026-11-23T10:00:00.5Z" });
  const third = aMessage({ id: "msg_3", created_at: "2026-11-23T10:00:00.500Z" });

  it("is the same whatever the order of arrival", () => {
    const orders = [
      [first, second, third],
      [third, second, first],
      [second, third, first],
    ];
    for (const order of orders)
      expect(
        order.reduce<readonly (typeof first)[]>((all, m) => mergeMessages(all, [m]), []).map((m) => m.id),
      ).toEqual(["msg_1", "msg_2", "msg_3"]);
  });

  it("does not double what it has, nor change for old news", () => {
    const known = mergeMessages([], [first, { ...second, status: "delivered" }]);
    expect(mergeMessages(known, [{ ...second, status: "sending" }])).toBe(known);
  });
});

describe("a conversation", () => {
  it("keeps the higher version", () => {
    const known = aConversation({ version: 5, status: "closed" });
    expect(mergeConversation(known, aConversation({ version: 4, status: "open" })).status).toBe("closed");
    expect(mergeConversation(known, aConversation({ version: 6, status: "open" })).status).toBe("open");
  });

  it("keeps its unread count when an event does not say", () => {
    const { unread: _, ...event } = aConversation({ version: 6 });
    expect(mergeConversation(aConversation({ version: 5, unread: 3 }), event).unread).toBe(3);
    expect(mergeConversation(undefined, event).unread).toBe(0);
  });

  it("takes the unread count of a snapshot even when its version is old", () => {
    const merged = mergeConversation(
      aConversation({ version: 7, unread: 0 }),
      aConversation({ version: 6, unread: 2 }),
    );
    expect([merged.version, merged.unread]).toEqual([7, 2]);
  });

  it("stands above those with older activity", () => {
    const older = aConversation({ id: "cnv_a", last_message_at: "2026-11-23T09:00:00Z" });
    const newer = aConversation({ id: "cnv_b", last_message_at: "2026-11-23T09:00:01Z" });
    expect([older, newer].sort(compareConversations).map((c) => c.id)).toEqual(["cnv_b", "cnv_a"]);
  });
});

it("a decided draft is not open again", () => {
  expect(mergeDraft(aDraft({ state: "rejected" }), aDraft({ state: "open" })).state).toBe("rejected");
  expect(mergeDraft(aDraft({ state: "open" }), aDraft({ state: "accepted" })).state).toBe("accepted");
});
