import { describe, expect, it } from "vitest";
import { lineNumbers, linesOf } from "./pasted";

describe("a pasted column", () => {
  it.each([
    ["(212) 555-0101", "(212) 555-0101"],
    ["  +1 212 555 0101 \t", "+1 212 555 0101"],
    ["Ann Bell\t(212) 555-0101\tpaid 12", "(212) 555-0101"],
    ["Mill Lane 1200345678;212-555-0101", "212-555-0101"],
    ["2026-11-27\t212-555-0101\t27.11.2026\t14", "212-555-0101"],
    ["06.12.34.56.78", "06.12.34.56.78"],
    ["212-555-0101, 212-555-0102", null],
    ["Bell, Ann, +49 151 23456789", "+49 151 23456789"],
    ["'02125550101", "02125550101"],
    ['="+12125550101"', "+12125550101"],
    ["Ann 212 555 0101", "Ann 212 555 0101"],
    ["Phone", null],
    ["n/a", null],
    ["-", null],
    ["12", null],
  ])("%j holds %j", (text, candidate) => expect(linesOf(text)[0]?.candidate).toBe(candidate));

  it("counts its lines as an editor does, and passes over empty ones", () => {
    expect(linesOf("Phone\r\n\r\n2125550101\n \r2125550102\n").map(({ nth, text }) => [nth, text])).toEqual([
      [1, "Phone"],
      [3, "2125550101"],
      [5, "2125550102"],
    ]);
    expect(linesOf(" \n\n")).toEqual([]);
  });
});

it("lines that were not understood are named shortly", () => {
  const refused = (...all: number[]) => all.map((nth) => ({ nth, text: "", reason: "" }));
  expect(lineNumbers(refused(1, 4, 7, 8, 9))).toBe("1, 4, 7–9");
  expect(lineNumbers(refused(1, 3, 5, 7, 8), 2)).toBe("1, 3 and 3 more");
  expect(lineNumbers([])).toBe("");
});
