import { expect, it } from "vitest";
import type { FoundPassage } from "$lib/api/types";
import { aSource } from "../../../test/samples";
import { languageName, sizeWords, whyWords } from "./words";

it.each([
  [aSource(), "Text · 75 B · 1 passage · English"],
  [
    aSource({ kind: "file", format: "pdf", bytes: 1_440_000, chunks: 14, language: "de" }),
    "PDF · 1.4 MB · 14 passages · German",
  ],
  [aSource({ kind: "file", bytes: 0, chunks: 0, language: null }), "File"],
  [aSource({ kind: "sitemap", chunks: 2, bytes: 900, language: null }), "Website · 2 pages"],
])("%# is %s", (source, then) => expect(sizeWords(source)).toBe(then));

it("a language that nobody knows keeps its code", () => expect(languageName("?")).toBe("?"));

const found = (why: FoundPassage["why"]) => whyWords({ why } as FoundPassage);

it("tells why a passage was found", () => {
  expect(found({ by: "words", words: ["parking"], similarity: 0.512 })).toBe(
    "Found by its words. It has “parking”. Its meaning is 51 % alike.",
  );
  expect(found({ by: "meaning", words: [], similarity: null })).toBe("Found by its meaning.");
  expect(found({ by: "question_and_answer", words: [], similarity: null })).toBe(
    "It answers this very question.",
  );
});
