// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { catalogueOf } from "./catalogue";
import { rowsOf } from "./condition";
import { isDocument, waysOf, type Document, type Step, type Trigger } from "./document";
import { KIND_WORDS, newStep, soughtKinds } from "./kinds";
import { previewOf } from "./preview";
import { allSteps } from "./tree";
import { heardWords, summaryOf, triggerWords, wayWords, type Names } from "./words";

const GALLERY = new URL("../../../../crates/domain/src/workflow/gallery/", import.meta.url);
const gallery = readdirSync(GALLERY)
  .filter((name) => name.endsWith(".json"))
  .map((name): [string, Document] => [
    name,
    JSON.parse(readFileSync(new URL(name, GALLERY), "utf8")) as Document,
  ]);

const namesOf = (document: Pick<Document, "variables">): Names => ({
  names: catalogueOf(document, []),
  number: () => "Front desk",
  list: (id) => id,
  segment: () => "Regulars",
  team: () => "Billing",
  member: () => "Theo",
  assistant: () => "Ada",
  workflow: () => "Survey",
  campaign: () => "June",
});
const names = namesOf({ variables: [{ key: "rating", label: "Rating", type: "number" }] });
const of = (step: Omit<Step, "id">) => summaryOf({ id: "x", ...step }, names);

test.each(gallery)("%s is told whole: every step, way and trigger says something", (_, document) => {
  expect(isDocument(document)).toBe(true);
  const own = namesOf(document);
  for (const { step } of allSteps(document)) {
    expect(summaryOf(step, own), step.id).not.toBe("");
    for (const way of waysOf(step))
      expect(wayWords(step, way, own), `${step.id} ${way.at}`).not.toMatch(/^$|…/);
    for (const { when } of step.branch?.cases ?? [])
      expect(rowsOf(when), `${step.id} can be chosen`).not.toBeNull();
  }
  for (const trigger of document.triggers ?? []) expect(triggerWords(trigger, own)).not.toBe("");
});

test("steps in plain words", () => {
  expect(of({ delay: { for: "1d 12h" } })).toBe("1 day and 12 hours");
  expect(of({ delay: { until: { date: { field: "rating", days: -1, time: "10:00" } } } })).toBe(
    "Until 1 day before Rating at 10:00",
  );
  expect(of({ filter: "rating >= 4" })).toBe("Only if Rating is at least 4");
  expect(of({ save: { to: "rating" } })).toBe("Their reply into Rating");
  expect(of({ save: { to: "rating", from: { sum: ["rating", "rating"] } } })).toBe(
    "The sum of Rating and Rating into Rating",
  );
  expect(of({ update_contact: { add_tags: ["vip"], remove_tags: ["new", "cold"] } })).toBe(
    "Tag “vip” · Untag “new” and “cold”",
  );
  expect(of({ assign: { team: "tea_1" } })).toBe("To Billing");
  expect(of({ split: { paths: [{ name: "A", weight: 3 }, { name: "B" }] } })).toBe("A 75 % · B 25 %");
  expect(of({ assistant: { task: "hand_over" } })).toBe("The assistant takes the conversation over");
  expect(of({ send: { text: "", purpose: "reply" } })).toBe("");
});

test("replies and triggers in plain words", () => {
  expect(heardWords({ number: { min: 1, max: 5 } })).toBe("A number, 1 to 5");
  expect(heardWords({ keywords: ["later", "not now"] })).toBe("“later” or “not now”");
  expect(heardWords({ yes: {} })).toBe("Yes");
  const triggers: [Trigger, string][] = [
    [
      { keyword: { words: ["join", "offers"], numbers: ["num_1"] } },
      "They text JOIN or OFFERS to Front desk",
    ],
    [
      { date: { field: "rating", days: -7, time: "10:00", yearly: true } },
      "7 days before Rating at 10:00, every year",
    ],
    [{ no_reply: "2d" }, "No answer for 2 days"],
    ["api", "An API or webhook call"],
  ];
  for (const [trigger, words] of triggers) expect(triggerWords(trigger, names)).toBe(words);
});

test("a kind of step is found by its name first, then by what else it is called", () => {
  expect(soughtKinds("se")[0]?.kind).toBe("send");
  expect(soughtKinds("if")[0]?.kind).toBe("branch");
  expect(soughtKinds("webhook").map(({ kind }) => kind)).toEqual(["http"]);
  expect(soughtKinds("a/b")[0]?.kind).toBe("split");
  expect(soughtKinds("").length).toBe(KIND_WORDS.length);
  expect(soughtKinds("zzz")).toEqual([]);
});

test("a text is shown as somebody reads it, with what is not known in brackets", () => {
  const ann = { name: "Ann Bell", company: null, phone: "+12125550101", fields: {} };
  const read = (text: string) => previewOf(text, names.names, ann, []);
  expect(read("Hi {first_name|there}, you gave {rating}.")).toBe("Hi Ann, you gave [Rating].");
  expect(read("{{ok}}")).toBe("{ok}");
  expect(read("Hi {")).toBeNull();
});

test("every new step can be edited", () => {
  for (const { kind } of KIND_WORDS)
    expect(isDocument({ name: "x", steps: [newStep(kind)] }), kind).toBe(true);
  for (const wrong of [
    null,
    [],
    {},
    { name: "x" },
    { name: "x", steps: [{ id: "a" }] },
    { name: "x", steps: [{ id: "a", split: {} }] },
  ])
    expect(isDocument(wrong)).toBe(false);
});
