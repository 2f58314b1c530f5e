import { expect, it } from "vitest";
import { filterOf, formOf } from "./form";

it("only what was chosen is kept", () => {
  expect(filterOf(formOf("x", {}))).toEqual({});
  expect(filterOf({ ...formOf("x", {}), tag: " vip ", team: " " })).toEqual({ tag: "vip" });
});

it("a filter comes back as it was", () => {
  const filter = {
    status: "all",
    assignee: "me",
    holder: "agents",
    team: "tea_1",
    number_id: "num_1",
    campaign_id: "cmp_1",
    tag: "vip",
    q: "ann",
    unread: true,
    waiting: true,
    failed: true,
    order: "waiting",
  };
  expect(filterOf(formOf("x", filter))).toEqual(filter);
});
