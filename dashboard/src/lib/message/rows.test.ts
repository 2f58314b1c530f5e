import { expect, it } from "vitest";
import { aMessage } from "../../../test/samples";
import { layOut } from "./rows";

const at = (created_at: string, over = {}) => aMessage({ id: created_at, created_at, ...over });
const shape = (rows: ReturnType<typeof layOut>) =>
  rows.map((r) => `${r.day ? "day " : ""}${r.startsRun ? "[" : "-"}${r.endsRun ? "]" : "-"}`);

it("begins each day with its mark, in the reader's zone", () => {
  const rows = layOut([at("2026-11-23T04:59:00Z"), at("2026-11-23T05:00:00Z")], "America/New_York");
  expect(shape(rows)).toEqual(["day []", "day []"]);
  expect(shape(layOut([at("2026-11-23T04:59:00Z"), at("2026-11-23T05:00:00Z")], "UTC"))).toEqual([
    "day [-",
    "-]",
  ]);
});

it("keeps quick texts of one author together", () => {
  const contact = { direction: "in" as const, author: { kind: "contact" as const, id: null, name: null } };
  const rows = layOut(
    [
      at("2026-11-23T10:00:00Z"),
      at("2026-11-23T10:01:00Z"),
      at("2026-11-23T10:01:30Z", contact),
      at("2026-11-23T10:09:00Z", contact),
    ],
    "UTC",
  );
  expect(shape(rows)).toEqual(["day [-", "-]", "[]", "[]"]);
});

it("is nothing for nothing", () => expect(layOut([])).toEqual([]));
