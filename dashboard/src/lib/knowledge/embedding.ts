/** Who reads the passages for their meaning: as a form has it, and how far that is. Pure. */
import type { EmbeddingChange, KnowledgeEmbedding } from "$lib/api/types";

export type EmbedderKind = KnowledgeEmbedding["kind"];

export const EMBEDDER: Record<EmbedderKind, { label: string; means: string }> = {
  builtin: {
    label: "Built in",
    means:
      "A small model inside this server reads English. Other languages are found by their words. Nothing leaves.",
  },
  words: {
    label: "Words only",
    means: "Passages are found by the words that they share with the question.",
  },
  endpoint: {
    label: "Endpoint",
    means:
      "An OpenAI-compatible server reads every passage and every question: any language that its model knows.",
  },
};

export interface EmbeddingForm {
  kind: EmbedderKind;
  base_url: string;
  model: string;
  /** Empty: the kept one stays. */
  api_key: string;
}

export const formOf = (e: KnowledgeEmbedding): EmbeddingForm => ({
  kind: e.kind,
  base_url: e.base_url ?? "",
  model: e.model ?? "",
  api_key: "",
});

export const changeOf = ({ kind, base_url, model, api_key }: EmbeddingForm): EmbeddingChange =>
  kind === "endpoint" ? { kind, base_url: base_url.trim(), model, ...(api_key && { api_key }) } : { kind };

export interface State {
  words: string;
  tone: "good" | "accent" | "note" | "bad" | "plain";
  /** There is more to come without anybody's doing. */
  isBusy: boolean;
}

export function stateOf(e: KnowledgeEmbedding): State {
  const { kind, passages, seen } = e;
  if (kind === "words") return { words: "Found by words", tone: "plain", isBusy: false };
  if (kind === "builtin" && !e.has_builtin)
    return { words: "Not in this server: found by words", tone: "note", isBusy: false };
  if (e.error) return { words: `Stuck at ${seen} of ${passages}`, tone: "bad", isBusy: true };
  if (seen < passages) return { words: `${seen} of ${passages} read`, tone: "accent", isBusy: true };
  return {
    words: passages === 0 ? "Nothing to read yet" : `All ${passages} read`,
    tone: "good",
    isBusy: false,
  };
}
