import { describe, expect, it } from "vitest";
import type { Campaign, CampaignDeed, Recipient, Standing } from "$lib/api/types";
import { aCampaign, aRecipient } from "../../../test/samples";
import { anAudience } from "./audience";
import { STANDINGS, audienceWords, doerOf, lastHeardOf, storyOf } from "./words";

const launched = (over: Partial<Campaign> = {}) =>
  aCampaign({
    state: "running",
    launched_at: "2026-11-23T10:00:00Z",
    starts_at: "2026-11-23T10:01:00Z",
    ...over,
  });
const failure = { code: "contact_opted_out", explanation: "They asked for no more texts.", mend: "" };
const told = (campaign: Campaign, over: Partial<Recipient>) =>
  storyOf(campaign, aRecipient(over)).map(({ what }) => what);

describe("why somebody got it, or did not", () => {
  it("always ends with where they stand", () => {
    const ends = new Set<string | undefined>();
    for (const standing of STANDINGS) {
      const sent = (["sent", "delivered", "unconfirmed"] as Standing[]).includes(standing);
      const times = sent ? { sent_at: "2026-11-23T10:02:00Z", body: "Hi" } : {};
      const arrived = standing === "delivered" ? { delivered_at: "2026-11-23T10:03:00Z" } : {};
      ends.add(told(launched(), { standing, ...times, ...arrived }).at(-1));
    }
    expect(ends.size).toBe(STANDINGS.length);
  });

  it("says the reason of whoever was skipped", () => {
    expect(told(launched(), { standing: "skipped", failure })).toEqual([
      "They were put on the list when the campaign was launched.",
      "It was not sent to them. They asked for no more texts.",
    ]);
  });

  it("says what they wait for", () => {
    expect(told(launched({ state: "paused" }), {}).at(-1)).toContain("paused");
    expect(told(launched({ state: "scheduled" }), {}).at(-1)).toContain("when the campaign starts");
    const night = { standing: "deferred", not_before: "2026-11-24T08:00:00Z" } as const;
    expect(storyOf(launched(), aRecipient(night)).at(-1)?.at).toBe(night.not_before);
  });

  it("tells what happened in its order", () => {
    const story = storyOf(
      launched(),
      aRecipient({
        standing: "delivered",
        body: "Hi",
        sent_at: "2026-11-23T10:02:00Z",
        delivered_at: "2026-11-23T10:03:00Z",
        replied_at: "2026-11-23T11:00:00Z",
      }),
    );
    const times = story.flatMap(({ at }) => at ?? []);
    expect(times).toEqual([...times].sort());
    expect(story.at(-1)?.what).toBe("They answered.");
  });
});

it("the time of a row says when it happened, or when it is tried again", () => {
  const not_before = "2026-11-24T08:00:00Z";
  expect(lastHeardOf(aRecipient({ not_before }))).toBeNull();
  expect(lastHeardOf(aRecipient({ not_before, standing: "deferred" }))).toBe(not_before);
});

const names = { listName: (id: string) => `List ${id}`, segmentName: (id: string) => `Segment ${id}` };
it.each([
  [{ everyone: true }, "all contacts"],
  [{ tags: ["vip", "new"] }, "contacts tagged “vip” or “new”"],
  [{ everyone: true, tags: ["vip"] }, "all contacts"],
  [{ tags: ["vip"], phones: ["+1", "+2"] }, "contacts tagged “vip”, and 2 pasted numbers"],
  [{ everyone: true, without_tags: ["no news"] }, "all contacts, without those tagged “no news”"],
  [{ without_tags: ["no news"] }, "nobody yet"],
  [{ tags: ["vip"], lists: ["1", "2"] }, "contacts tagged “vip” or on “List 1” or “List 2”"],
  [{ segments: ["1"], phones: ["+1"] }, "contacts in “Segment 1”, and 1 pasted number"],
  [
    { everyone: true, without_lists: ["1"], without_segments: ["2"] },
    "all contacts, without those on “List 1” or in “Segment 2”",
  ],
])("%j is %s", (over, words) => expect(audienceWords(anAudience(over), names)).toBe(words));

describe("who did what", () => {
  const halt = { by: "spam" as const, code: null, explanation: "Too many.", mend: "Reword it.", samples: [] };
  const line = (over: Partial<CampaignDeed>): CampaignDeed => ({
    deed: "paused",
    by_kind: "system",
    by: null,
    halt: null,
    note: null,
    at: "2026-11-23T10:00:00Z",
    ...over,
  });
  it.each([
    [line({ by_kind: "member", by: "usr_1" }), "by Mia"],
    [line({ by_kind: "api" }), "by a program"],
    [line({ halt }), "by itself"],
    [line({ deed: "done" }), ""],
  ])("is told by name, or as nobody’s doing", (told, expected) => {
    expect(doerOf(told, () => "Mia")).toBe(expected);
  });
});
