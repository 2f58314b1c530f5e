import { describe, expect, it } from "vitest";
import type { AssistantTool } from "$lib/api/types";
import {
  argumentWords,
  faultOf,
  formOf,
  headerField,
  newTool,
  placed,
  sameTool,
  switched,
  toolOf,
} from "./tool";

const parameters = { type: "object", properties: { id: { type: "string" } }, required: ["id"] };
const order: AssistantTool = {
  name: "order",
  description: "An order's state",
  class: "read",
  kind: "http",
  url: "https://shop.test/orders",
  method: "get",
  headers: [{ name: "x-shop", value: "7" }],
  secret_headers: [{ name: "authorization" }],
  parameters,
};
const lookUp: AssistantTool = { name: "look_up", description: "", class: "read", kind: "look_up" };

describe("a tool as a form has it", () => {
  it("goes back as it came, a kept secret without its value", () => {
    expect(toolOf(formOf(order))).toEqual({ ...order, secret_headers: [{ name: "authorization" }] });
    expect(sameTool(order)).toEqual(order);
    expect(sameTool(lookUp)).toEqual({ kind: "look_up", name: "look_up", description: "" });
  });
  it("keeps the words that ask the contact where they are of use", () => {
    const refund: AssistantTool = { ...order, class: "irreversible", confirm_text: "Sure? {code}" };
    expect(sameTool(refund)).toEqual(refund);
    expect(toolOf({ ...formOf(refund), class: "write" }).confirm_text).toBeUndefined();
    expect(toolOf({ ...formOf(refund), confirmText: " " }).confirm_text).toBeUndefined();
  });
  it("sends a secret that is given anew", () => {
    const form = formOf(order);
    const headers = form.headers.map((h) => (h.isSecret ? { ...h, value: "Bearer new" } : h));
    expect(toolOf({ ...form, headers }).secret_headers).toEqual([
      { name: "authorization", value: "Bearer new" },
    ]);
  });
  it("has no arguments where it takes none", () => {
    expect(formOf({ ...order, parameters: { type: "object", properties: {} } }).parameters).toBe("");
    expect(toolOf({ ...newTool(), name: "ping" }).parameters).toBeUndefined();
  });
});

it("errors of headers are found by their place among their kind", () => {
  const header = (isSecret: boolean) => ({ name: "x", value: "", isSecret, isKept: false });
  const headers = [header(true), header(false), header(true)];
  expect([0, 1, 2].map((at) => headerField(headers, at, "value"))).toEqual([
    "secret_headers[0].value",
    "headers[0].value",
    "secret_headers[1].value",
  ]);
});

it("a built in tool is switched, and the others stay", () => {
  expect(switched([order], "add_tag", true)).toEqual([order, { kind: "add_tag", name: "add_tag" }]);
  expect(switched([lookUp, order], "look_up", false)).toEqual([order]);
});

it("a tool is put in its place, also under another name", () => {
  const form = { ...formOf(order), name: "orders" };
  expect(placed([lookUp, order], "order", form)).toMatchObject({ at: 1, tools: [{}, { name: "orders" }] });
  expect(placed([lookUp], null, form)).toMatchObject({ at: 1, tools: [{}, { name: "orders" }] });
});

it.each([
  ["", null],
  ['{"type":"object"}', null],
  ["[1]", /Write an object/],
  ["{", /not JSON/],
])("arguments %j", (text, fault) =>
  fault === null ? expect(faultOf(text)).toBeNull() : expect(faultOf(text)).toMatch(fault),
);

it("arguments are told in a line", () => {
  expect(argumentWords(parameters)).toBe("id (string)");
  expect(argumentWords({ properties: { note: { type: "string" }, x: {} }, required: ["x"] })).toBe(
    "note (string, may be left out), x",
  );
  expect(argumentWords(undefined)).toBe("");
});
