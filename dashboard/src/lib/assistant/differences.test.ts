import { describe, expect, it } from "vitest";
import { changesOf, fieldWords, valueWords } from "./differences";

const names = {
  member: (id: string) => (id === "usr_1" ? "Mina" : "Someone"),
  team: (id: string) => (id === "tea_1" ? "Front desk" : "A team"),
};

it.each([
  ["instructions", "Instructions"],
  ["provider.temperature", "Model: temperature"],
  ["fallback.price.input_micros", "Second provider: price of what is asked"],
  ["limits.replies_per_day", "Replies a day"],
  ["some_new.thing", "some new: thing"],
])("%s is called %s", (field, then) => expect(fieldWords(field)).toBe(then));

it.each([
  ["mode", "auto", "Answers by itself"],
  ["provider.kind", "builtin", "Built in"],
  ["hand_over.assignee", "usr_1", "Mina"],
  ["hand_over.team", "tea_1", "Front desk"],
  ["hand_over.escalate_to_team", "tea_1", "Front desk"],
  ["hand_over.escalate_after_minutes", 0, "Never"],
  ["quiet_window_ms", 4_000, "4 s"],
  ["limits.cost_micros_per_day", 2_500_000, "2.50"],
  ["hours", [{ days: ["sat"], from: "09:00", until: "13:00" }], "Sat 09:00–13:00"],
  ["links", ["a.example", "b.example"], "a.example\nb.example"],
  ["greeting", null, ""],
])("%s of %j reads %s", (field, value, then) => expect(valueWords(field, value, names)).toBe(then));

describe("the lines of a comparison", () => {
  it("leave out what reads the same", () =>
    expect(
      changesOf(
        [
          { field: "tone", before: null, after: "" },
          { field: "mode", before: "draft", after: "auto" },
        ],
        names,
      ),
    ).toEqual([{ field: "mode", label: "Mode", before: "Drafts", after: "Answers by itself" }]));
});
