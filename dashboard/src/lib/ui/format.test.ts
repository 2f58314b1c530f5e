import { describe, expect, it } from "vitest";
import {
  age,
  bytes,
  clock,
  countdown,
  day,
  dayOf,
  hueOf,
  initials,
  localInput,
  money,
  plural,
  secondsUntil,
  waitLevel,
  webAddress,
} from "./format";

const now = Date.parse("2026-11-23T15:00:00Z"); // a Monday
const newYork = { locale: "en-GB", zone: "America/New_York" };

describe("days", () => {
  it.each([
    ["2026-11-23T05:00:00Z", "Today"],
    ["2026-11-23T04:59:00Z", "Yesterday"], // 23:59 in New York
    ["2026-11-24T12:00:00Z", "Tomorrow"],
    ["2026-11-18T12:00:00Z", "Wednesday"],
    ["2026-11-03T12:00:00Z", "3 November"],
    ["2024-02-29T12:00:00Z", "29 February 2024"],
  ])("%s is %s", (at, then) => expect(day(at, now, newYork)).toBe(then));

  it("turn at midnight of the zone, over a clock change too", () => {
    expect(dayOf("2026-11-01T03:59:00Z", "America/New_York")).toBe("2026-10-31");
    expect(dayOf("2026-11-02T04:59:00Z", "America/New_York")).toBe("2026-11-01");
  });

  it("have clocks", () => expect(clock("2026-11-23T14:05:00Z", newYork)).toBe("9:05"));
});

it.each([
  [0, "now"],
  [59, "now"],
  [60, "1m"],
  [3_599, "59m"],
  [3_600, "1h"],
  [86_400, "1d"],
  [86_400 * 13, "13d"],
  [86_400 * 14, "2w"],
  [86_400 * 800, "2y"],
])("%i seconds ago is %s", (seconds, then) => expect(age(now - seconds * 1_000, now)).toBe(then));

it("a wait grows pressing", () => {
  const since = (minutes: number) => waitLevel(now - minutes * 60_000, now);
  expect([since(59), since(60), since(239), since(240)]).toEqual(["fresh", "late", "late", "overdue"]);
});

it("a countdown ends at zero", () => {
  expect([secondsUntil(now + 4_200, now), secondsUntil(now - 1, now)]).toEqual([5, 0]);
});

it("a countdown is said shortly", () =>
  expect([countdown(9), countdown(60), countdown(185)]).toEqual(["9 s", "1:00", "3:05"]));

it("small prices keep their digits", () => {
  expect([money(4_000, "USD", "en-US"), money(12_345_678, "EUR", "en-US")]).toEqual(["$0.004", "€12.35"]);
});

it("sizes", () =>
  expect([bytes(999), bytes(12_400), bytes(1_440_000)]).toEqual(["999 B", "12 kB", "1.4 MB"]));
it("plurals", () =>
  expect([plural(1, "text"), plural(0, "text"), plural(2, "reply", "replies")]).toEqual([
    "1 text",
    "0 texts",
    "2 replies",
  ]));

it.each([
  ["Ann Bell", "AB"],
  ["ann", "A"],
  ["  Åsa von Øst ", "ÅØ"],
  ["(212) 555", ""],
  [null, ""],
])("initials of %s are %s", (name, then) => expect(initials(name)).toBe(then));

it("a hue stays with its id", () => {
  expect(hueOf("con_1")).toBe(hueOf("con_1"));
  expect(hueOf("con_1")).not.toBe(hueOf("con_2"));
});

it("a local time for an input", () =>
  expect(localInput(new Date(2026, 0, 5, 7, 3))).toBe("2026-01-05T07:03"));

it("only addresses of the web are links", () => {
  expect(webAddress("https://a.example/x")).toBe("https://a.example/x");
  for (const typed of [
    "javascript:alert(1)",
    " https://a.example",
    "//a.example",
    "data:text/html,x",
    "a.example",
  ])
    expect(webAddress(typed), typed).toBeUndefined();
});
