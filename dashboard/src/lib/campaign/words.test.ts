import { describe, expect, it } from "vitest";
import type { CampaignDeed } from "$lib/api/types";
import { aCampaign, aRecipient } from "../../../test/samples";
import { anAudience } from "./audience";
import { audienceWords, doerOf, lastHeardOf, retryWords, whereWords, whomWords } from "./words";

const names = { listName: (id: string) => `List ${id}`, segmentName: (id: string) => `Segment ${id}` };

describe("where somebody is", () => {
  it.each([
    [
      { places: ["New York"], local_times: ["2026-11-23 10:00"], told_by: "number" },
      "New York: 2026-11-23 10:00, told by their number",
    ],
    [
      { places: [], local_times: ["2026-11-23 10:00", "2026-11-23 11:00"], told_by: "contact" },
      "2026-11-23 10:00 or 2026-11-23 11:00, as you said of them",
    ],
    [{ places: [], local_times: [], told_by: null }, "Not known"],
  ])("%j is told as %s", (where, words) => expect(whereWords(where)).toBe(words));
});

describe("whom a next try is for", () => {
  it("is those who failed, and whoever else was chosen", () => {
    expect(retryWords({ of: "cmp_1", also: [] })).toBe("those who failed and may not fail again");
    expect(whomWords(aCampaign({ retry: { of: "cmp_1", also: ["skipped"] } }), names)).toBe(
      "those who failed and may not fail again, and who was skipped",
    );
    expect(whomWords(aCampaign(), names)).toBe("all contacts");
  });
});

it("the time of a row says when it happened, or when it is tried again", () => {
  const not_before = "2026-11-24T08:00:00Z";
  expect(lastHeardOf(aRecipient({ not_before }))).toBeNull();
  expect(lastHeardOf(aRecipient({ not_before, standing: "deferred" }))).toBe(not_before);
});

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
