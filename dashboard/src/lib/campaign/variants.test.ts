import { expect, it } from "vitest";
import { changed, oneLess, oneMore, shareOf } from "./variants";

const two = [
  { name: "A", body: "Hi", weight: 1 },
  { name: "C", body: "Hello", weight: 3 },
];

it("makes two of one text, and the next after the names that there are", () => {
  expect(oneMore({ body: "Hi", variants: [] })).toEqual({
    body: "",
    variants: [
      { name: "A", body: "Hi", weight: 1 },
      { name: "B", body: "", weight: 1 },
    ],
  });
  expect(oneMore({ body: "", variants: two }).variants.map((one) => one.name)).toEqual(["A", "C", "B"]);
});

it("is everybody’s text again when one is left", () => {
  expect(oneLess({ body: "", variants: two }, 0)).toEqual({ variants: [], body: "Hello" });
  const three = oneMore({ body: "", variants: two }).variants;
  expect(oneLess({ body: "", variants: three }, 2)).toEqual({ variants: two });
});

it("changes one, and leaves the others", () =>
  expect(changed(two, 1, { body: "Bye" }).variants).toEqual([two[0], { ...two[1], body: "Bye" }]));

it("parts people by weight, once those who get nothing are out", () => {
  expect(shareOf(two, 1, 0)).toBe(75);
  expect(shareOf(two, 0, 20)).toBe(20);
  expect(shareOf([], 0, 0)).toBe(0);
});
