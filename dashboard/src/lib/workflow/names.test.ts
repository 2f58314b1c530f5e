import { expect, test } from "vitest";
import type { Step } from "./document";
import { KINDS } from "./document";
import { newStep } from "./kinds";
import { freeId, idFrom, isUsual, slug } from "./names";

test.each([
  ["Hi {first_name|there}, how was your visit?", "how_visit"],
  ["Your appointment is tomorrow, do not be late", "appointment_tomorrow_do_not"],
  ["Öffnungszeiten: täglich", "offnungszeiten_taglich"],
  ["10 % off", "n_10_off"],
  ["{name}", ""],
  ["预约", ""],
])("%s is called %s", (text, expected) => {
  expect(slug(text)).toBe(expected);
  expect(slug(text)).toMatch(/^([a-z][a-z0-9_]{0,39})?$/);
});

test("a step is called by its own words, and without any as its kind is", () => {
  const of = (step: Omit<Step, "id">) => idFrom({ id: "x", ...step });
  expect(of({ send: { text: "See you on {day}.", purpose: "service" } })).toBe("see");
  expect(of({ delay: { for: "2h" } })).toBe("wait_2h");
  expect(of({ update_contact: { add_tags: ["Very important"] } })).toBe("tag_very_important");
  expect(of({ end: "done" })).toBe("end_done");
  expect(of({ filter: "" })).toBe("only_those");
});

test("a new step has the usual name of its kind, which every document takes", () => {
  for (const kind of KINDS) {
    const step = newStep(kind);
    expect(isUsual(step)).toBe(true);
    expect(isUsual({ ...step, id: `${step.id}_12` })).toBe(true);
    expect(isUsual({ ...step, id: "mine" })).toBe(false);
    expect(step.id).toMatch(/^[a-z][a-z0-9_]{0,39}$/);
  }
});

test("a name that is taken gets a number, and stays short enough", () => {
  expect(freeId("ask", new Set())).toBe("ask");
  expect(freeId("ask", new Set(["ask"]))).toBe("ask_2");
  expect(freeId("ask_2", new Set(["ask", "ask_2", "ask_3"]))).toBe("ask_4");
  const long = "a".repeat(40);
  expect(freeId(long, new Set([long]))).toBe(`${"a".repeat(38)}_2`);
});
