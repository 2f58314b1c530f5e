import { describe, expect, it } from "vitest";
import { caseOf, expectWords, formOf, nothingExpected, savedWords } from "./case";

const full = {
  name: "Saturday",
  messages: [{ by: "contact" as const, body: "Open on Saturday?" }],
  guide: "",
  contact_name: "Ann",
  expect: {
    must_mention: ["9:00"],
    must_not: ["Sunday", "price"],
    must_cite: ["Opening hours"],
    outcome: "answer" as const,
    segments_max: 1,
    rubric: null,
    required: true,
  },
};

describe("a test case", () => {
  it("is kept over its form", () => expect(caseOf(formOf(full))).toEqual(full));

  it("reads as a sentence", () => {
    expect(expectWords(full.expect, () => "Answers")).toBe(
      "Answers; mentions “9:00”; never says “Sunday”, “price”; cites “Opening hours”; at most 1 segment.",
    );
    expect(expectWords(nothingExpected(), () => "")).toBe("Nothing is expected yet.");
  });
});

it("a version in force tells of the tests that it breaks", () => {
  const warning = { case_id: "cas_1", name: "A", required: false, broken: [] };
  expect([savedWords({ version: 3, warnings: [] }), savedWords({ version: 3, warnings: [warning] })]).toEqual(
    ["Version 3 is in force", "Version 3 is in force, but it breaks 1 test"],
  );
});
