import { expect, it } from "vitest";
import { nameOf } from "./words";

it("is called by the number where there is no name", () => {
  expect(nameOf({ name: " ", phone_pretty: "(212) 555-0101" })).toBe("(212) 555-0101");
  expect(nameOf({ name: "Ann", phone_pretty: "(212) 555-0101" })).toBe("Ann");
});
