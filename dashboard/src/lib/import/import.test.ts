import { describe, expect, it } from "vitest";
import type { NewContactField } from "$lib/api/types";
import { anImport, aTally } from "../../../test/samples";
import {
  ambiguityOf,
  consentColumns,
  doubled,
  importedColumns,
  mapped,
  meaningWords,
  takenBy,
  titleOf,
  valuesOf,
} from "./columns";
import { rowsOf } from "./csv";
import { marksOf, rejectedOf } from "./marks";
import { lookedAt, paceWords, progressOf, said, type Sample } from "./pace";
import { resultOf } from "./result";
import { mayReturn, stepOf } from "./steps";
import { partsOf, reasonsOf } from "./tally";
import { deed, faultWords, formatWords, isAtWork, STATE, summary } from "./words";

const STATES = Object.keys(STATE) as (keyof typeof STATE)[];
const fields: NewContactField[] = [
  { key: "shoe_size", label: "Shoe size", kind: { type: "number" } },
  { key: "born", label: "Born", kind: { type: "date" } },
];

describe("columns", () => {
  it("are called by their names, or as spreadsheets call them", () => {
    const columns = Array.from({ length: 704 }, (_, at) => ({ name: at === 1 ? "Mobile" : "" }));
    expect([0, 1, 25, 26, 701, 702].map((at) => titleOf(columns, at))).toEqual([
      "Column A",
      "Mobile",
      "Column Z",
      "Column AA",
      "Column ZZ",
      "Column AAA",
    ]);
  });

  it("show their first different values", () =>
    expect(valuesOf([["a"], [" "], ["a "], [], ["b"], ["c"], ["d"]], 0)).toEqual(["a", "b", "c"]));

  it.each([
    ["one meaning goes from one to the other", ["phone", "name"], 1, "phone", ["ignore", "phone"]],
    ["tags may be several", ["tags", "name"], 1, "tags", ["tags", "tags"]],
    ["many are not imported", ["ignore", "name"], 1, "ignore", ["ignore", "ignore"]],
    ["a field is one meaning", ["field:a", "field:b"], 1, "field:a", ["ignore", "field:a"]],
    ["the same again changes nothing", ["phone", "name"], 0, "phone", ["phone", "name"]],
  ])("%s", (_, before, at, meaning, after) => expect(mapped(before, at, meaning)).toEqual(after));

  it("are told apart", () => {
    expect(takenBy(["phone", "name"], 1, "phone")).toBe(0);
    expect(takenBy(["phone", "name"], 0, "phone")).toBeNull();
    expect(takenBy(["tags", "name"], 1, "tags")).toBeNull();
    expect(doubled(["phone", "name", "phone", "tags", "tags", "ignore", "ignore"])).toEqual([0, 2]);
    expect(consentColumns(["phone", "consent_at", "consent_source", "opted_in"])).toEqual([1, 3]);
    expect(importedColumns({ mapping: ["ignore", "phone", "tags"] })).toEqual([1, 2]);
  });

  it("have words for what they mean", () =>
    expect(
      ["phone", "ignore", "field:born", "field:gone", "new_one"].map((m) => meaningWords(m, fields)),
    ).toEqual(["Phone number", "Not imported", "Born", "gone", "new_one"]));

  it("may be read in two ways", () => {
    expect(ambiguityOf(["phone", "field:shoe_size"], fields)).toEqual({ dates: false, numbers: true });
    expect(ambiguityOf(["phone", "field:born"], fields)).toEqual({ dates: true, numbers: false });
    expect(ambiguityOf(["consent_at", "field:gone"], fields)).toEqual({ dates: true, numbers: false });
  });
});

describe("the server’s CSV", () => {
  it.each([
    ["a mark at its beginning", "\uFEFFa,b\r\n", [["a", "b"]]],
    ["quotes, commas and line ends", '"a ""b"", c","d\ne",\r\n', [['a "b", c', "d\ne", ""]]],
    ["what would be a formula", "'=1+1,'+49 30,'n\r\n", [["=1+1", "+49 30", "'n"]]],
    ["a row that is cut off", 'a,b\r\nc,"d', [["a", "b"]]],
    ["nothing", "", []],
  ])("%s", (_, text, rows) => expect(rowsOf(text)).toEqual(rows));
});

describe("marks of rows", () => {
  const rejected = (text: string) => rejectedOf(rowsOf(`Line,Reason,Phone,Name\r\n${text}`));

  it("are at the rows that the server gave back, in their order", () => {
    const sample = [
      ["(202) 555-0123", "Ann"],
      ["12", "Bo"],
      ["12", "Bo"],
      ["13", "Cy\r\nLee", ""],
    ];
    const marks = marksOf(sample, rejected('3,`12` is too short.,12,Bo\r\n9,Too short.,13,"Cy\nLee"\r\n'), 0);
    expect(marks).toEqual([
      null,
      { kind: "rejected", line: "3", reason: "“12” is too short." },
      null,
      { kind: "rejected", line: "9", reason: "Too short." },
    ]);
  });

  it.each([
    ["written alike", "(202) 555-0123", "202.555.0123", true],
    ["with its country code", "+1 202 555 0123", "(202) 555-0123", true],
    ["with zeros before", "0049 171 2345678", "0171 2345678", true],
    ["as an advertising form writes it", "p:+12025550123", "+1 202 555 0123", true],
    ["of another country", "+44 2025550123", "+1 2025550123", false],
    ["another one", "202 555 0123", "202 555 0124", false],
    ["too short to tell", "12", "12", false],
    ["nothing", "", "", false],
  ])("tell a number that was there before: %s", (_, one, other, isSame) => {
    const [, second] = marksOf([[one], [other]], [], 0);
    expect(second).toEqual(isSame ? { kind: "again", row: 0 } : null);
  });

  it("say nothing of numbers where no column has them", () =>
    expect(marksOf([["2025550123"], ["2025550123"]], [], -1)).toEqual([null, null]));
});

describe("how far it is", () => {
  const running = anImport({ state: "running", progress: 0.25, tally: aTally({ rows: 5_000 }) });
  const samples = [0, 5].reduce<Sample[]>(
    (all, second) => lookedAt(all, { at: second * 1_000, through: second * 1_000 }),
    [],
  );

  it("is said with what is left", () => {
    expect(paceWords(running, samples, 5_000)).toBe("1,000 rows a second, less than a minute left");
    expect(paceWords({ ...running, progress: 0.01 }, samples, 5_000)).toBe(
      "1,000 rows a second, about 8 minutes left",
    );
    expect(paceWords(running, [], 5_000)).toBe("");
    expect(paceWords({ ...running, progress: 1 }, samples, 5_000)).toBe("1,000 rows a second");
  });

  it("is counted in people while it is taken back", () => {
    const undoing = anImport({
      state: "undoing",
      progress: 1,
      tally: aTally({ creates: 30, updates: 10 }),
      undone: { removed: 5, restored: 4, kept: 1 },
    });
    expect(progressOf(undoing)).toBe(0.25);
    expect(progressOf({ ...undoing, tally: aTally() })).toBe(1);
    expect(said(undoing)).toBe("20 percent.");
    expect(said({ ...undoing, tally: aTally() })).toBe("");
  });
});

describe("a tally", () => {
  it("has parts that make the whole", () => {
    const tally = aTally({
      rows: 21,
      creates: 1,
      updates: 2,
      unchanged: 3,
      skipped: 4,
      duplicates: 5,
      invalid: 6,
    });
    expect(partsOf(tally).reduce((sum, { count }) => sum + count, 0)).toBe(tally.rows);
    expect(partsOf(tally).reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
    expect(partsOf(aTally()).map(({ id }) => id)).toEqual(["creates", "updates"]);
  });

  it("tells the most frequent reason first, in words", () => {
    const reasons = reasonsOf({ reasons: { not_an_email: 1, phone_too_short: 4, some_new_one: 1 } });
    expect(reasons.map(({ label, count }) => [label, count])).toEqual([
      ["Phone number too short", 4],
      ["Not an e-mail address", 1],
      ["Some new one", 1],
    ]);
    expect(faultWords("phone_missing")).toBe("No phone number");
  });

  it.each([
    [aTally({ creates: 1 }), "add 1 person"],
    [aTally({ creates: 1_200, updates: 3 }), "add 1,200 people and change 3"],
    [aTally({ updates: 1 }), "change 1 person"],
    [aTally({ unchanged: 4 }), ""],
  ])("says what is done: %#", (tally, words) => expect(deed(tally)).toBe(words));

  it("is said in one line", () => {
    const tally = aTally({ rows: 1_204, creates: 1_200, duplicates: 1, invalid: 3 });
    expect(summary({ state: "done", tally })).toBe("1,204 rows: 1,200 new, 1 duplicate, 3 not taken");
    expect(summary({ state: "checked", tally: aTally({ rows: 1, creates: 1 }) })).toBe(
      "1 row: 1 would be new",
    );
    expect(summary({ state: "draft", tally: aTally() })).toBe("");
  });
});

describe("the way of a file", () => {
  it("has a step for each state", () => {
    expect(STATES.map((state) => [state, stepOf(state)])).toEqual([
      ["draft", "columns"],
      ["checking", "check"],
      ["checked", "check"],
      ["running", "import"],
      ["done", "import"],
      ["failed", "import"],
      ["cancelled", "import"],
      ["undoing", "import"],
      ["undone", "import"],
    ]);
    expect(STATES.filter((state) => mayReturn("columns", state))).toEqual(["checked"]);
    expect(STATES.filter(isAtWork)).toEqual(["checking", "running", "undoing"]);
  });

  it("can be taken back for a month, if it did something", () => {
    const created_at = "2026-11-01T10:00:00Z";
    const tally = aTally({ rows: 2, creates: 2 });
    const [soon, late] = [Date.parse("2026-11-30T10:00:00Z"), Date.parse("2026-12-01T10:00:01Z")];
    const may = (state: keyof typeof STATE, now: number, counts = tally) =>
      resultOf(anImport({ state, created_at, tally: counts }), now).mayUndo;
    expect(STATES.filter((state) => may(state, soon))).toEqual(["done", "failed", "cancelled"]);
    expect(may("done", late)).toBe(false);
    expect(may("done", soon, aTally({ rows: 2, unchanged: 2 }))).toBe(false);
  });

  it("ends in words", () => {
    const words = (state: keyof typeof STATE, tally = aTally()) => {
      const { title, lead } = resultOf(anImport({ state, tally }), 0);
      return `${title}. ${lead}`;
    };
    expect(words("done", aTally({ creates: 12, updates: 3 }))).toContain("12 people added, 3 changed.");
    expect(words("done")).toContain("Nobody was added or changed.");
    expect(words("failed", aTally({ updates: 1 }))).toContain("before counts: 1 person changed.");
    expect(words("cancelled")).toContain("Nobody was added or changed before.");
  });

  it("begins with what the file is", () => {
    expect(formatWords(anImport({ delimiter: "semicolon", encoding: "windows-1252" }))).toBe(
      "Text, parted by semicolons, windows-1252",
    );
    expect(formatWords(anImport({ format: "xlsx", delimiter: null, encoding: null, sheet: "Kunden" }))).toBe(
      "Workbook, sheet “Kunden”",
    );
  });
});
