import { expect, it } from "vitest";
import { aConversation } from "../../../test/samples";
import { nameOf, snoozeChoices } from "./words";

it("names a person by name, or by number", () => {
  const { contact } = aConversation();
  expect(nameOf(aConversation())).toBe("Ann");
  expect(nameOf(aConversation({ contact: { ...contact, name: "  " } }))).toBe("(212) 555-0101");
});

it.each([
  [new Date(2026, 10, 22, 15), 23], // a Sunday: the very next day
  [new Date(2026, 10, 23, 8), 30], // a Monday: not today
  [new Date(2026, 10, 27, 8), 30], // a Friday
])("from %s the next Monday is the %i", (now, date) => {
  const monday = snoozeChoices(now)[2]!.until;
  expect([monday.getDay(), monday.getDate(), monday.getHours()]).toEqual([1, date, 9]);
});
