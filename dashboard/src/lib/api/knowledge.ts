/** What assistants learn from. It stands by itself, as campaigns do. */
import { get, patch, post, put, remove } from "./client";
import type * as T from "./types";

const at = encodeURIComponent;

/** 25 MB over a slow line. */
const UPLOAD_TIMEOUT_MS = 300_000;

export const knowledge = {
  list: (query: { assistant_id?: string; parent_id?: string; cursor?: string }) =>
    get<T.Page<T.KnowledgeSource>>("/knowledge", { ...query, limit: 100 }),
  get: (id: string) => get<T.SourceDetail>(`/knowledge/${at(id)}`),
  create: (body: T.NewSource) => post<T.KnowledgeSource>("/knowledge", body),
  upload: (file: File, assistant_ids: string) =>
    post<T.KnowledgeSource>("/knowledge/files", file, {
      query: { file_name: file.name, assistant_ids },
      timeoutMs: UPLOAD_TIMEOUT_MS,
    }),
  update: (id: string, body: T.SourcePatch) => patch<T.KnowledgeSource>(`/knowledge/${at(id)}`, body),
  remove: (id: string) => remove(`/knowledge/${at(id)}`),
  refetch: (id: string) => post<T.KnowledgeSource>(`/knowledge/${at(id)}/refetch`),
  chunks: (id: string, cursor?: string) =>
    get<T.Page<T.KnowledgeChunk>>(`/knowledge/${at(id)}/chunks`, { cursor, limit: 20 }),
  search: (query: string, assistant_id: string) =>
    post<T.FoundKnowledge>("/knowledge/search", { query, assistant_id }),
  embedding: () => get<T.KnowledgeEmbedding>("/knowledge/embedding"),
  setEmbedding: (body: T.EmbeddingChange) => put<T.KnowledgeEmbedding>("/knowledge/embedding", body),
  synonyms: () => get<{ lines: string }>("/knowledge/synonyms"),
  setSynonyms: (lines: string) => put<{ lines: string }>("/knowledge/synonyms", { lines }),
};
