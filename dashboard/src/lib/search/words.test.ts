import { describe, expect, it } from "vitest";
import type { SearchHit } from "$lib/api/types";
import { addressOf, hrefOf, kindOf, piecesOf } from "./words";

const marked = (text: string, ...matches: [number, number][]) =>
  piecesOf({ text, matches: matches.map(([from, until]) => ({ from, until })) })
    .map((piece) => (piece.isMatch ? `[${piece.text}]` : piece.text))
    .join("");

describe("a snippet", () => {
  it.each<[string, [number, number][], string]>([
    ["plain", [], "plain"],
    ["rye bread", [[0, 3]], "[rye] bread"],
    [
      "rye and wheat",
      [
        [0, 3],
        [8, 13],
      ],
      "[rye] and [wheat]",
    ],
    // One character each, whatever they are made of in here.
    ["🎂🎂 cake", [[3, 7]], "🎂🎂 [cake]"],
    ["<b>bold</b>", [[3, 7]], "<b>[bold]</b>"],
    ["short", [[2, 99]], "sh[ort]"],
    ["", [], ""],
  ])("%s", (text, matches, expected) => {
    expect(marked(text, ...matches)).toBe(expected);
  });
});

describe("what is found", () => {
  const hit = { id: "x_1", conversation_id: "cnv_1" } as SearchHit;
  it.each<[SearchHit["kind"], string]>([
    ["message", "/inbox/cnv_1?message=x_1"],
    ["contact", "/contacts/x_1"],
    ["campaign", "/campaigns/x_1"],
    ["workflow", "/workflows/x_1"],
    ["list", "/contacts/lists/x_1"],
    ["segment", "/contacts/segments/x_1"],
  ])("a %s is at %s", (kind, href) => {
    expect(hrefOf({ ...hit, kind })).toBe(href);
  });

  it("has an address that leads back to it", () => {
    const address = addressOf(" a&b=c ", "message");
    expect(address).toBe("/search?q=a%26b%3Dc&kind=message");
    const said = new URLSearchParams(address.split("?")[1]);
    expect([said.get("q"), kindOf(said.get("kind"))]).toEqual(["a&b=c", "message"]);
    expect([addressOf("  ", null), kindOf("nonsense"), kindOf(null)]).toEqual(["/search", null, null]);
  });
});
