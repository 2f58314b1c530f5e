import { expect, test } from "vitest";
import type { Document } from "../document";
import { hostOf, hostWritten, isElsewhere, isUsedIn, secretName, stepsWith, useWords } from "./uses";

const document: Document = {
  name: "Orders",
  steps: [
    { id: "tell", http: { url: "https://shop.example/told", secrets: { authorization: "shop" } } },
    {
      id: "judge",
      branch: {
        cases: [
          {
            when: "yes",
            steps: [{ id: "paid", http: { url: "https://pay.example", secrets: { "x-key": "pay" } } }],
          },
        ],
      },
    },
    { id: "plain", http: { url: "https://shop.example" } },
  ],
};

test("a secret is found wherever a request of a workflow sends it", () => {
  expect(stepsWith(document, "shop").map(({ id }) => id)).toEqual(["tell"]);
  expect(isUsedIn(document, "pay")).toBe(true);
  expect(isUsedIn(document, "authorization")).toBe(false);
});

test.each([
  ["https://Shop.example/orders/{order}", "shop.example"],
  ["http://localhost:9000/x", "localhost"],
  ["https://me@shop.example", "shop.example"],
  ["https://", ""],
  ["https://{shop}.example/", ""],
  ["shop.example", ""],
])("the host of %s is %s", (address, host) => {
  expect(hostOf(address)).toBe(host);
});

test("a whole address that is pasted is read as its host", () => {
  expect(hostWritten(" https://shop.example/orders ")).toBe("shop.example");
  expect(hostWritten(" Shop.Example ")).toBe("shop.example");
});

test("a secret for another host is told, once the address has one", () => {
  expect(isElsewhere({ host: "shop.example" }, "https://SHOP.example/orders")).toBe(false);
  expect(isElsewhere({ host: "shop.example" }, "https://pay.example")).toBe(true);
  expect(isElsewhere({ host: "shop.example" }, "https://")).toBe(false);
});

test("it is told how a workflow uses it", () => {
  const use = { id: "wfl_1", name: "Orders" };
  expect(useWords({ ...use, isLive: true, isDraft: true })).toBe("live, and in its draft");
  expect(useWords({ ...use, isLive: false, isDraft: true })).toBe("in its draft");
});

test.each([
  ["shop_key", "shop_key"],
  [" The shop’s Key 2 ", "the_shop_s_key_2"],
  ["Schlüssel", "schlussel"],
  ["…", ""],
])("a secret called %j is known as %j", (typed, name) => {
  expect(secretName(typed)).toBe(name);
});
