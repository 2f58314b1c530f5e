import { expect, it } from "vitest";
import { aSuppression } from "../../../test/samples";
import { addedWords, counts, endOf, linesWords, originOf, phoneOf, phonesIn } from "./words";

const NOW = Date.parse("2026-11-23T12:00:00Z");
const mina = () => "Mina";

it("counts until it is over or taken off", () => {
  expect(counts(aSuppression(), NOW)).toBe(true);
  expect(counts(aSuppression({ until: "2026-11-24T00:00:00Z" }), NOW)).toBe(true);
  expect(counts(aSuppression({ until: "2026-11-23T11:00:00Z" }), NOW)).toBe(false);
  expect(counts(aSuppression({ ended_at: "2026-11-23T11:00:00Z" }), NOW)).toBe(false);
});

it("says where it comes from, and how it ends", () => {
  expect(originOf(aSuppression(), mina, NOW)).toMatch(/^Added by Mina, Today/);
  expect(originOf(aSuppression({ source: "file", created_by: null }), mina, NOW)).toMatch(/^Out of a file, /);
  expect(endOf(aSuppression(), mina, NOW)).toBe("");
  expect(endOf(aSuppression({ until: "2026-11-24T12:00:00Z" }), mina, NOW)).toMatch(/^Until Tomorrow/);
  const off = aSuppression({
    ended_at: "2026-11-23T11:00:00Z",
    ended_by: "usr_1",
    ended_why: "They called.",
  });
  expect(endOf(off, mina, NOW)).toMatch(/^Taken off by Mina, Today.*: They called\.$/);
});

it("keeps who was erased unknown", () =>
  expect(phoneOf({ phone: null, phone_pretty: null })).toBe("A number that was erased"));

it.each([
  [{ added: 2, known: 0 }, "2 numbers are new on the list."],
  [{ added: 1, known: 3 }, "1 number is new on the list, 3 were on it already."],
  [{ added: 0, known: 1 }, "1 was on it already."],
  [{ added: 0, known: 0 }, "0 numbers are new on the list."],
])("%o", (added, words) => expect(addedWords(added)).toBe(words));

it.each([
  [[], ""],
  [[3], "3"],
  [[3, 4], "3, 4"],
  [[2, 3, 4, 9], "2 to 4, 9"],
])("lines %o", (lines, words) => expect(linesWords(lines)).toBe(words));

it("parts numbers by lines and commas", () =>
  expect(phonesIn(" +1 212 555 0101\n\n(212) 555-0102, +49 30 1; ")).toEqual([
    "+1 212 555 0101",
    "(212) 555-0102",
    "+49 30 1",
  ]));
