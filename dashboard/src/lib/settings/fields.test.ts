import { expect, it } from "vitest";
import { fieldOf, formOf, keyOf } from "./fields";

it.each([
  [{ key: "size", label: "Size", kind: { type: "choice", choices: ["S", "M"] } }],
  [{ key: "born", label: "Born on", kind: { type: "date" } }],
])("%j is kept over its form", (field) => expect(fieldOf(formOf(field))).toEqual(field));

it("what is not known is taken for words", () =>
  expect(formOf({ key: "x", label: "X", kind: { type: "colour" } }).type).toBe("text"));

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
