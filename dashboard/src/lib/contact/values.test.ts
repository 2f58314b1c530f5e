import { expect, it } from "vitest";
import type { NewContactField } from "$lib/api/types";
import { optionsOf } from "./values";

const field = (kind: unknown): NewContactField => ({ key: "size", label: "Size", kind }) as NewContactField;
const values = (kind: unknown, kept = "") => optionsOf(field(kind), kept)?.map((o) => o.value) ?? null;

it.each([["text"], ["number"], ["date"]])("%s is written", (type) => expect(values({ type })).toBeNull());

it("yes or no, and not known", () => expect(values({ type: "yes_no" })).toEqual(["", "yes", "no"]));

it("choices are offered as they are written", () =>
  expect(values({ type: "choice", choices: ["Small", "Large"] }, "Large")).toEqual(["", "Small", "Large"]));

it("what is kept is not lost when it is no choice any more", () =>
  expect(optionsOf(field({ type: "choice", choices: ["Small"] }), "Huge")?.at(-1)).toEqual({
    value: "Huge",
    label: "Huge (no choice any more)",
  }));
