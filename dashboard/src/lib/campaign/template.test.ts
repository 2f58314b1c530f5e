import { describe, expect, it } from "vitest";
import type { NewContactField } from "$lib/api/types";
import { CHARS_MAX, OWN_NAMES, fill, firstName, lastName, read, type Person } from "./template";

const own: NewContactField[] = [
  { key: "due", label: "Due", kind: { type: "date" } },
  { key: "total", label: "Total", kind: { type: "number" } },
  { key: "tyres", label: "Tyres", kind: { type: "text" } },
  { key: "nothing", label: "Nothing", kind: { type: "text" } },
];
const known = [...OWN_NAMES, ...own.map((field) => field.key)];
const ann: Person = {
  name: "Dr. ann-marie BERG",
  company: "ACME Ltd",
  phone: "+14155550123",
  fields: { due: "2026-11-27", total: "1234.5", tyres: "winter tyres", nothing: " " },
};
const nobody: Person = { name: null, company: null, phone: "+1", fields: {} };

function filled(text: string, person = ann) {
  const found = read(text, null);
  if ("fault" in found) throw new Error(found.fault.message);
  return fill(found.parts, person, own);
}
const faultIn = (text: string, names: readonly string[] | null = known) => {
  const found = read(text, names);
  return "fault" in found ? found.fault : null;
};

describe("a text for one person", () => {
  it.each([
    ["Hi {first_name}, {company}!", "Hi ann-marie, ACME Ltd!"],
    ["Hi { First_Name | there }", "Hi ann-marie"],
    ["{nothing|there} {gone|}{tyres}", "there winter tyres"],
    [
      "{first_name:title} {last_name:title} {tyres:upper} {company:lower}",
      "Ann-Marie Berg WINTER TYRES acme ltd",
    ],
    ["{{name}} }}{{", "{name} }{"],
    ["{due} on {due:weekday}", "November 27, 2026 on Friday"],
    ["{total} {total:number 2} {total:number 0}", "1,234.5 1,234.50 1,234"],
    ["{tyres:date} {tyres:number}", "winter tyres winter tyres"],
    ["🎂 {phone}", "🎂 +14155550123"],
    ["", ""],
  ])("%s", (text, expected) => expect(filled(text)).toEqual({ text: expected }));

  it("is not made without what it cannot do without", () => {
    expect(filled("Hi {nothing}, ready")).toEqual({ lacks: "nothing" });
    expect(filled("{first_name} {gone}")).toEqual({ lacks: "gone" });
    expect(filled("Hi {name},", nobody)).toEqual({ lacks: "name" });
  });

  it("does not read what is put in as a template", () => {
    const sly = { ...nobody, name: "{phone}" };
    expect(filled("{name}", sly)).toEqual({ text: "{phone}" });
  });
});

describe("a fault", () => {
  it.each([
    ["Hi {name", "The brace at character 4 is not closed. Write } after the name, or {{ for a brace."],
    ["{a{b}}", "The brace at character 1 is not closed. Write } after the name, or {{ for a brace."],
    ["Hi name}", "The brace at character 8 closes nothing. Write }} for a brace."],
    ["{}", "The braces at character 1 are empty. Write a name in them, as in {name}."],
    [
      "{first name}",
      "{first name} at character 1 is no name of a field: those have small letters, digits and underscores. Write {{ for a brace.",
    ],
    ["ü {name:uper}", 'A value cannot be written as "uper", as is asked at character 3. Do you mean upper?'],
    [
      "{name:number 9}",
      'A value cannot be written as "number 9", as is asked at character 1. Do you mean number?',
    ],
    ["Hi {firstname}", "There is no field firstname, which is named at character 4. Do you mean first_name?"],
    ["{tyers}", "There is no field tyers, which is named at character 1. Do you mean tyres?"],
    ["{horoscope}", "There is no field horoscope, which is named at character 1."],
  ])("%s", (text, message) => expect(faultIn(text)?.message).toBe(message));

  it("is where it stands, even behind pictographs", () => {
    const text = "🎂🎂 {nmae} x";
    const fault = faultIn(text);
    expect(text.slice(fault?.start, fault?.end)).toBe("{nmae}");
    expect(fault?.message).toContain("character 4");
    expect(fault?.meant).toEqual({ name: "nmae", nearest: "name" });
  });

  it("is too many characters, counted as people count them", () => {
    expect(faultIn("🎂".repeat(CHARS_MAX))).toBeNull();
    expect(faultIn("x".repeat(CHARS_MAX + 1))?.code).toBe("too_long");
  });

  it("of names waits until the names are known", () => expect(faultIn("{horoscope}", null)).toBeNull());
});

it.each([
  ["Ann Berg", "Ann", "Berg"],
  ["Berg, Ann Marie", "Ann", "Berg"],
  ["  ann  ", "ann", ""],
  ["Mr. Bob van Dyk", "Bob", "Dyk"],
  ["Mrs Berg", "", "Berg"],
  ["M", "", ""],
  ["", "", ""],
  ["李 小龙", "李", "小龙"],
])("%s is called %s and %s", (name, first, last) => {
  expect([firstName(name), lastName(name)]).toEqual([first, last]);
});
