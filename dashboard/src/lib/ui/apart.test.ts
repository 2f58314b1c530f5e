import { expect, it } from "vitest";
import { apart } from "./apart";

it("what reads from left to right stays as it is", () => {
  for (const text of ["", "Ann Bell", "Zoë & Sørensen", "日本", "👍🏿", "<b>"]) expect(apart(text)).toBe(text);
});

it("what could turn stands between marks, and has none of its own", () => {
  expect(apart("שלום")).toBe("\u2068שלום\u2069");
  expect(apart("a\u202Eb")).toBe("\u2068ab\u2069");
  expect(apart("\u2069\u2069out\u2066")).toBe("\u2068out\u2069");
  expect(apart("\u200F!")).toBe("\u2068!\u2069");
});
