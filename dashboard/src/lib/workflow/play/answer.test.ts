import { expect, test } from "vitest";
import type { Step, Variable } from "../document";
import { answerable, bodyOf, usualOf } from "./answer";

const variables: Variable[] = [
  { key: "topic", type: "choice", choices: ["Order", "Refund"] },
  { key: "total", label: "Total", type: "number" },
  { key: "paid", type: "yes_no" },
  { key: "note", type: "text" },
];
const of = (step: Omit<Step, "id">) => {
  const found = answerable({ id: "ask", ...step }, variables);
  if (!found) throw new Error("it asks nobody");
  return found;
};
const labels = ({ ready }: { ready: readonly { label: string }[] }) => ready.map(({ label }) => label);

test("a system answers what is saved of it, where that stands, or with nothing, an error, or not at all", () => {
  const asked = of({
    http: {
      url: "https://shop.example/{order}",
      method: "GET",
      save: { total: "/order/total", paid: "/paid" },
    },
  });
  expect(asked.says).toBe("GET https://shop.example/{order}");
  expect(labels(asked)).toEqual(["Answers with nothing", "Answers with an error", "Does not answer"]);
  expect(asked.blanks.map(({ key }) => key)).toEqual(["total", "paid"]);
  expect(asked.answerOf({ total: "12.5", paid: "no" })).toEqual({
    answered: { status: 200, body: { order: { total: 12.5 }, paid: false } },
  });
  expect(asked.answerOf({ total: "many", paid: " " })).toEqual({
    answered: { status: 200, body: { order: { total: "many" } } },
  });
});

test("of a system of which nothing is saved it is only said whether it answers", () => {
  const asked = of({ http: { url: "https://shop.example" } });
  expect(labels(asked)).toEqual(["Answers", "Answers with an error", "Does not answer"]);
  expect(asked.blanks).toEqual([]);
});

test("a model that sorts chooses one of the choices, or none", () => {
  const asked = of({ assistant: { task: { classify: { question: "What about?", into: "topic" } } } });
  expect(asked.ready.map(({ label, answer }) => [label, answer]).slice(0, 3)).toEqual([
    ["Order", { chose: 0 }],
    ["Refund", { chose: 1 }],
    ["None of them", { chose: null }],
  ]);
});

test("of a reply a model chooses among what only it can tell", () => {
  const asked = of({
    wait_for_reply: {
      timeout: "1d",
      cases: [{ when: "yes" }, { when: { intent: "wants another day" } }, { when: { intent: "complains" } }],
    },
  });
  expect(labels(asked)).toEqual(["wants another day", "complains", "None of these", "Does not answer"]);
  expect(asked.ready[1]?.answer).toEqual({ chose: 1 });
});

test("a model finds some of what it looks for, and writes what it is to write", () => {
  const finds = of({ assistant: { task: { extract: { instruction: "Look", into: ["total", "note"] } } } });
  expect(finds.answerOf({ total: "3", note: "" })).toEqual({ found: { total: "3" } });
  const writes = of({ assistant: { task: { draft: { instruction: "Say thanks", into: "note" } } } });
  expect(writes.answerOf({ note: "Thanks!" })).toEqual({ wrote: "Thanks!" });
});

test("who hands over asks nothing", () => {
  expect(answerable({ id: "a", assistant: { task: "hand_over" } }, variables)).toBeNull();
  expect(answerable({ id: "a", end: "done" }, variables)).toBeNull();
});

test.each([
  [[["/a/b", 1]], { a: { b: 1 } }],
  [[["/items/1/price", 2]], { items: [null, { price: 2 }] }],
  [
    [
      ["/a/b", 1],
      ["/a/c", 2],
    ],
    { a: { b: 1, c: 2 } },
  ],
  [[["/x~1y/__proto__", 1]], { "x/y": { ["__proto__"]: 1 } }],
  [[["/items/999999", 1]], { items: { "999999": 1 } }],
  [[], null],
] as [[string, unknown][], unknown][])("values stand where %j leads", (values, body) => {
  expect(bodyOf(values)).toEqual(body);
});

test("the blanks say what most would say", () => {
  const said = variables.map((variable) => usualOf({ key: variable.key, variable }, "2026-12-01"));
  expect(said).toEqual(["Order", "1", "yes", "note"]);
  expect(usualOf({ key: "d", variable: { key: "d", type: "date" } }, "2026-12-01")).toBe("2026-12-01");
});
