import { expect, it } from "vitest";
import { handOverOf } from "./handover";

it.each([
  [
    "Handed to people: nothing in its knowledge answers this",
    { reason: "Nothing in its knowledge answers this.", summary: "", tried: [] },
  ],
  [
    "Handed to people: they ask for a person.\nWhat they want: A refund for order 12\nTried: looked up the order; asked for its date",
    {
      reason: "They ask for a person.",
      summary: "A refund for order 12",
      tried: ["looked up the order", "asked for its date"],
    },
  ],
  ["Escalated: nobody has answered for 30 minutes.", null],
  ["", null],
])("%j", (body, then) => expect(handOverOf(body)).toEqual(then));
