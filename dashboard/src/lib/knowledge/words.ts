/** Plain words for what assistants answer from. */
import type { FoundPassage, KnowledgeSource } from "$lib/api/types";
import { bytes, plural } from "$lib/ui/format";

type Kind = KnowledgeSource["kind"];
type Status = KnowledgeSource["status"];

export const KIND: Record<Kind, string> = {
  text: "Text",
  question_answer: "Questions and answers",
  file: "File",
  page: "Web page",
  sitemap: "Website",
};

export const STATUS: Record<
  Status,
  { label: string; tone: "plain" | "accent" | "good" | "bad"; isBusy: boolean }
> = {
  waiting: { label: "Waiting", tone: "plain", isBusy: true },
  fetching: { label: "Fetching", tone: "accent", isBusy: true },
  indexing: { label: "Indexing", tone: "accent", isBusy: true },
  ready: { label: "Ready", tone: "good", isBusy: false },
  failed: { label: "Failed", tone: "bad", isBusy: false },
};

export const isFetched = (source: KnowledgeSource): boolean =>
  source.kind === "page" || source.kind === "sitemap";

/** `PDF, 1.2 MB, 14 passages, German`. */
export function sizeWords(s: KnowledgeSource): string {
  const parts = [
    s.kind === "file" && s.format ? s.format.toUpperCase() : KIND[s.kind],
    ...(s.bytes > 0 && s.kind !== "sitemap" ? [bytes(s.bytes)] : []),
    ...(s.kind === "sitemap"
      ? [plural(s.chunks, "page")]
      : s.chunks > 0
        ? [plural(s.chunks, "passage")]
        : []),
    ...(s.language ? [languageName(s.language)] : []),
  ];
  return parts.join(" · ");
}

export function languageName(code: string, locale = "en"): string {
  try {
    return new Intl.DisplayNames([locale], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** Why a passage was found, as a sentence. */
export function whyWords({ why: { by, words, similarity } }: FoundPassage): string {
  const near = similarity === null ? "" : `Its meaning is ${Math.round(similarity * 100)} % alike.`;
  const shared = words.length ? `It has ${words.map((w) => `“${w}”`).join(", ")}.` : "";
  const said: Record<typeof by, string[]> = {
    question_and_answer: ["It answers this very question.", shared],
    meaning: ["Found by its meaning.", near, shared],
    words: ["Found by its words.", shared, near],
  };
  return said[by].filter(Boolean).join(" ");
}

export const REFETCH: readonly { value: string; label: string }[] = [
  { value: "1", label: "Every hour" },
  { value: "6", label: "Every six hours" },
  { value: "24", label: "Every day" },
  { value: "168", label: "Every week" },
  { value: "720", label: "Every 30 days" },
  { value: "", label: "Only when asked" },
];
