import { expect, it } from "vitest";
import type { KnowledgeEmbedding } from "$lib/api/types";
import { changeOf, formOf, stateOf } from "./embedding";

const set = (over: Partial<KnowledgeEmbedding> = {}): KnowledgeEmbedding => ({
  kind: "builtin",
  has_builtin: true,
  passages: 40,
  seen: 40,
  error: null,
  base_url: null,
  model: null,
  api_key_hint: null,
  ...over,
});
const error = { code: "embedding_unauthorized", explanation: "The key is wrong.", mend: "Set it again." };

it.each([
  [{}, "All 40 read", false],
  [{ passages: 0, seen: 0 }, "Nothing to read yet", false],
  [{ seen: 12 }, "12 of 40 read", true],
  [{ kind: "endpoint" as const, seen: 0, error }, "Stuck at 0 of 40", true],
  [{ kind: "words" as const, seen: 0 }, "Found by words", false],
  [{ has_builtin: false, seen: 0 }, "Not in this server: found by words", false],
])("%j is told as %s", (over, words, isBusy) => expect(stateOf(set(over))).toMatchObject({ words, isBusy }));

it("only an endpoint has an address, and a key that is not given stays", () => {
  const form = formOf(
    set({ kind: "endpoint", base_url: "https://a.test/v1", model: "m", api_key_hint: "…1234" }),
  );
  expect(changeOf(form)).toEqual({ kind: "endpoint", base_url: "https://a.test/v1", model: "m" });
  expect(changeOf({ ...form, api_key: "sk-1" })).toMatchObject({ api_key: "sk-1" });
  expect(changeOf({ ...form, kind: "words" })).toEqual({ kind: "words" });
});
