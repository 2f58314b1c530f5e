import { describe, expect, test } from "vitest";
import { OPS, rowsOf, textOf, whenWords, type Holds } from "./condition";

const HOLDS: Record<string, Holds> = {
  score: "number",
  due: "date",
  paid: "yes_no",
  tag: "tag",
  last_inbound_at: "moment",
};
const holds = (name: string): Holds => HOLDS[name] ?? "text";

describe("a text as rows, and as the same text again", () => {
  test.each([
    "score >= 9",
    "score >= -1.5",
    'city = "Oslo" and tag = "vip"',
    'city = "Oslo" or city != "Bergen" or score < 3',
    "paid = yes",
    "due = 2026-11-27",
    "due >= today",
    "review_link is missing",
    "review_link is set",
    "last_inbound_at older than 90 days or last_inbound_at is missing",
    "due within next 7 days",
    'city in ("Oslo", "Bergen")',
    'name starts with "An"',
    'reply contains "say \\"yes\\""',
  ])("%s", (text) => {
    const rows = rowsOf(text);
    expect(rows).not.toBeNull();
    expect(rows && textOf(rows, holds)).toBe(text);
  });
});

test.each([
  '(city = "Oslo" or score > 1) and paid = yes',
  'not city = "Oslo"',
  'a = "1" and b = "2" or c = "3"',
  "got any campaign",
  "due between 2026-01-01 and 2026-02-01",
  "due < today - 30",
  "due < today + 3",
  "score >=",
  'city = "Oslo" and',
  'city = "Oslo',
  "%",
])("%s is more than rows, or none, and stays a text", (text) => {
  expect(rowsOf(text)).toBeNull();
});

test("a tree stays what it is", () => {
  expect(rowsOf({ all: [] })).toBeNull();
  expect(rowsOf("")).toEqual({ join: "and", rows: [] });
});

test("a value is written as what its name holds", () => {
  const text = (name: string, value: string) =>
    textOf({ join: "and", rows: [{ name, op: "=", value }] }, holds);
  expect(text("score", "9")).toBe("score = 9");
  expect(text("score", "many"), "the check says that it is none").toBe('score = "many"');
  expect(text("city", "9")).toBe('city = "9"');
  expect(text("paid", "Yes")).toBe("paid = yes");
  expect(text("city", 'a "b" \\')).toBe('city = "a \\"b\\" \\\\"');
});

test("for people it says what is compared and how", () => {
  const label = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
  const words = (text: string) => whenWords(text, label, holds);
  expect(words("score >= 9 and paid = yes")).toBe("Score is at least 9 and Paid is yes");
  expect(words("last_inbound_at older than 1 day")).toBe("Last_inbound_at is older than 1 day");
  expect(words("review is missing")).toBe("Review is not known");
  expect(words("not paid = yes")).toBe("not paid = yes");
  expect(whenWords({ all: [] }, label, holds)).toBe("a condition of several parts");
});

test("every way to compare that is offered can be read again", () => {
  for (const [kind, ops] of Object.entries(OPS))
    for (const { op } of ops) {
      const text = textOf({ join: "and", rows: [{ name: "x", op, value: "3" }] }, () => kind as Holds);
      expect(rowsOf(text)?.rows[0]?.op, text).toBe(op);
    }
});
