import { describe, expect, it } from "vitest";
import { conditionWords, formOf, moved, newRoute, routeOf } from "./routing";

const full = {
  assistant_id: "ast_1",
  team_id: null,
  number_ids: ["num_1"],
  keywords: ["invoice", "bill"],
  intents: ["how much do I owe"],
  hours: [{ days: ["sat" as const], from: "09:00", until: "13:00" }],
  outside_hours: true,
  tags: ["vip"],
};

describe("a rule", () => {
  it.each([
    ["all of it", full],
    ["none of it", newRoute()],
    ["a team", { ...newRoute(), team_id: "tea_1" }],
  ])("keeps %s over its form", (_, route) => expect(routeOf(formOf(route))).toEqual(route));

  it("forgets empty lines", () =>
    expect(routeOf({ ...formOf(newRoute()), keywords: " invoice \n\n", tags: "vip, ,new" })).toMatchObject({
      keywords: ["invoice"],
      tags: ["vip", "new"],
    }));

  it("reads as a sentence", () => {
    const name = () => "Front desk";
    expect(conditionWords(newRoute(), name)).toBe("Every text");
    expect(conditionWords(full, name)).toBe(
      "A text that has “invoice” or “bill”, and is like “how much do I owe”, and comes to Front desk, " +
        "and comes outside Sat 09:00–13:00, and is from someone tagged “vip”",
    );
  });
});

it("rules change places, but not past the ends", () => {
  expect(moved(["a", "b", "c"], 1, -1)).toEqual(["b", "a", "c"]);
  expect(moved(["a", "b"], 1, 1)).toEqual(["a", "b"]);
});
