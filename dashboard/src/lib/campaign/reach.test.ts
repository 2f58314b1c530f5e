import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Condition, Segment, SegmentPreview, TryCondition } from "$lib/api/types";
import { anAudience, conditionOf, PHONES_ASKED_MAX, tidy } from "./audience";
import { counted, people, Reach } from "./reach.svelte";

const aSegment = (over: Partial<Segment> = {}): Segment => ({
  id: "seg_1",
  name: "Oslo",
  condition: { field: "fields.city", op: "eq", value: "Oslo" },
  text: 'city = "Oslo"',
  faults: [],
  created_at: "2026-11-23T10:00:00Z",
  changed_at: "2026-11-23T10:00:00Z",
  ...over,
});
const fault = { path: "", at: null, length: null, code: "gone", explanation: "There is no city.", mend: "" };

describe("an audience as a condition", () => {
  it.each([
    [{}, null],
    [{ everyone: true, tags: ["vip"] }, { all: [{ any: [{ field: "created_at", op: "is_set" }] }] }],
    [
      { tags: ["vip"], lists: ["lst_1"], segments: ["seg_1"], phones: ["+1"] },
      {
        all: [
          {
            any: [
              { field: "tag", op: "in", value: ["vip"] },
              { field: "list", op: "in", value: ["lst_1"] },
              aSegment().condition,
              { field: "phone", op: "in", value: ["+1"] },
            ],
          },
        ],
      },
    ],
    [
      { tags: ["vip"], without_tags: ["no"], without_lists: ["lst_2"], without_segments: ["seg_1"] },
      {
        all: [
          { any: [{ field: "tag", op: "in", value: ["vip"] }] },
          { not: { field: "tag", op: "in", value: ["no"] } },
          { not: { field: "list", op: "in", value: ["lst_2"] } },
          { not: aSegment().condition },
        ],
      },
    ],
  ])("%j", (over, condition) => expect(conditionOf(anAudience(over), [aSegment()])).toEqual(condition));

  it("keeps every part in one order", () => {
    const both = { lists: ["b", "a"], segments: ["d", "c"], without_lists: ["f", "e"] };
    expect(tidy(anAudience({ ...both, without_segments: ["h", "g"] }))).toEqual(
      anAudience({
        lists: ["a", "b"],
        segments: ["c", "d"],
        without_lists: ["e", "f"],
        without_segments: ["g", "h"],
      }),
    );
  });
});

describe("how many", () => {
  const isSkipped = (condition: Condition) => JSON.stringify(condition).includes("opted_out");
  const isWhose = (condition: Condition) => "field" in condition;
  const ask = async (condition: Condition) => (isSkipped(condition) ? 2 : isWhose(condition) ? 1 : 10);
  const many = Array.from({ length: PHONES_ASKED_MAX + 1 }, (_, n) => `+1${n}`);

  it.each([
    [{ everyone: true }, { people: 10, skipped: 2, upTo: 0 }, "10 people"],
    // One of the three is a contact's, and counted among those.
    [{ phones: ["+1", "+2", "+3"] }, { people: 12, skipped: 2, upTo: 0 }, "12 people"],
    [
      { everyone: true, phones: ["+1", "+2"], without_segments: ["seg_1"] },
      { people: 10, skipped: 2, upTo: 1 },
      "10 to 11 people",
    ],
    [{ phones: many }, { people: 0, skipped: 0, upTo: 301 }, "0 to 301 people"],
    [{ everyone: true, phones: many }, { people: 10, skipped: 2, upTo: 301 }, "10 to 311 people"],
  ])("%#", async (over, reached, words) => {
    const found = await counted(anAudience(over), [aSegment()], ask);
    expect(found).toEqual(reached);
    expect(people(found)).toBe(words);
  });

  it("is not told of a segment that is gone or makes no sense", async () => {
    const audience = anAudience({ everyone: true, without_segments: ["seg_1"] });
    await expect(counted(audience, [], ask)).rejects.toThrow("not here any more");
    await expect(counted(audience, [aSegment({ faults: [fault] })], ask)).rejects.toThrow("“Oslo”");
  });
});

describe("while it is being chosen", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  const answered = (count: number | null): SegmentPreview => ({
    count,
    sample: [],
    condition: null,
    text: null,
    faults: count === null ? [fault] : [],
  });

  it("counts after a breath, and only the last", async () => {
    const preview = vi.fn(async (_: TryCondition) => answered(7));
    const reach = new Reach(preview);
    reach.take(anAudience({ tags: ["a"] }), []);
    reach.take(anAudience({ everyone: true }), []);
    await vi.runAllTimersAsync();
    expect(JSON.stringify(preview.mock.calls)).not.toContain("tag");
    expect(reach.reached).toEqual({ people: 7, skipped: 7, upTo: 0 });
    reach.take(anAudience(), []);
    expect(reach.reached).toBeNull();
  });

  it("says why it cannot be told", async () => {
    const reach = new Reach(async () => answered(null));
    reach.take(anAudience({ everyone: true }), []);
    await vi.runAllTimersAsync();
    expect([reach.reached, reach.error]).toEqual([null, "There is no city."]);
  });
});
