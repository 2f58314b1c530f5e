import { expect, it } from "vitest";
import { consentWords, nameOf } from "./words";

it.each([
  ["keyword", "STOP", "They texted “STOP”"],
  ["free_text", "leave me alone", "They wrote “leave me alone”"],
  ["keyword", null, "They texted a word for it"],
  ["carrier", null, "The carrier says so"],
  ["something new", null, "Told by something new"],
])("%s %s", (source, keyword, words) => expect(consentWords({ source, keyword })).toBe(words));

it("is called by the number where there is no name", () => {
  expect(nameOf({ name: " ", phone_pretty: "(212) 555-0101" })).toBe("(212) 555-0101");
  expect(nameOf({ name: "Ann", phone_pretty: "(212) 555-0101" })).toBe("Ann");
});
