import { expect, it } from "vitest";
import { laidOut, passagesOf, took } from "./words";

const hours = { title: "Hours", quote: "Open Monday to Friday. Closed on Sunday." };
const parking = { title: "Parking", quote: "Two spaces behind the house." };

it("passages say whether they were quoted", () => {
  const quoted = [{ title: "Hours", quote: "Closed on Sunday." }];
  expect(passagesOf([parking, hours], quoted).map((p) => [p.source.title, p.isQuoted])).toEqual([
    ["Parking", false],
    ["Hours", true],
  ]);
});

it("what is quoted is shown even if it was not offered", () =>
  expect(passagesOf([parking], [hours])).toEqual([
    { source: hours, isQuoted: true },
    { source: parking, isQuoted: false },
  ]));

it("times", () => expect([took(64), took(1_240), took(12_800)]).toEqual(["64 ms", "1.2 s", "13 s"]));

it("JSON is laid out, and anything else left alone", () =>
  expect([laidOut('{"a":1}'), laidOut("Hello {")]).toEqual(['{\n  "a": 1\n}', "Hello {"]));
