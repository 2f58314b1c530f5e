import { expect, it } from "vitest";
import type { NewContactField } from "$lib/api/types";
import { fieldOf, formOf, keyOf, newField, renamed, steps } from "./fields";

const field = (key: string, kind: NewContactField["kind"] = { type: "text" }): NewContactField => ({
  key,
  label: key,
  kind,
});

it.each<[NewContactField]>([
  [{ key: "size", label: "Size", kind: { type: "choice", choices: ["S", "M"] } }],
  [{ key: "born", label: "Born on", kind: { type: "date" } }],
])("%j is kept over its form", (field) => expect(fieldOf(formOf(field))).toEqual(field));

it("a line that is written over is another name, and nothing else is", () => {
  expect(renamed(["Gold", "Tin"], ["Top", "Tin"])).toEqual({ Gold: "Top" });
  expect(renamed(["Gold", "Tin"], ["Tin", "Gold"])).toEqual({});
  expect(renamed(["Gold", "Tin"], ["Gold"])).toEqual({});
  expect(renamed(["Gold", "Tin"], ["Tin", "Top"])).toEqual({});
});

it("from the fields that there are to those that are wanted", () => {
  const plan = field("plan", { type: "choice", choices: ["Gold", "Tin"] });
  const kept = [field("size"), plan, field("pet")];
  expect(steps(kept, kept.map(formOf))).toEqual([]);
  const forms = [
    { ...formOf(field("pet")), label: "Animal" },
    { ...newField(), label: "Born", type: "date" as const },
    { ...formOf(plan), choices: "Top\nTin" },
  ];
  expect(steps(kept, forms)).toEqual([
    { does: "change", key: "size", patch: { archived: true } },
    { does: "change", key: "pet", patch: { label: "Animal" } },
    { does: "create", field: { key: "born", label: "Born", kind: { type: "date" } } },
    {
      does: "change",
      key: "plan",
      patch: { kind: { type: "choice", choices: ["Top", "Tin"] }, renamed_choices: { Gold: "Top" } },
    },
    { does: "change", key: "pet", patch: { position: 0 } },
    { does: "change", key: "born", patch: { position: 1 } },
  ]);
});

it.each([
  ["Pick-up day", "pick_up_day"],
  ["  2nd Größe! ", "nd_große".replace("ß", "_")],
  ["日付", ""],
])("%j is called %s", (label, key) => expect(keyOf(label)).toBe(key));

it("a new field is called after its label unless it has a key", () => {
  const form = { key: "", label: "Pick-up day", type: "date" as const, choices: "", isKept: false };
  expect(fieldOf(form).key).toBe("pick_up_day");
  expect(fieldOf({ ...form, key: "pickup" }).key).toBe("pickup");
});
