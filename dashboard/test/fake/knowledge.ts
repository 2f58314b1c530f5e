/** Sources of knowledge over the fake desk: they are read in their turn, as the product reads them. */
import type * as T from "../../src/lib/api/types";
import { Refusal, notFound, type FakeDesk, type FakeSource } from "./desk";
import { now, page, type Handler } from "./handler";

const STEP_MS = 350;

export const aSourceOf = (d: FakeDesk, over: Partial<T.KnowledgeSource>): T.KnowledgeSource => ({
  id: d.id("kno"),
  kind: "text",
  parent_id: null,
  title: "",
  assistant_ids: [],
  enabled: true,
  status: "ready",
  error: null,
  url: null,
  file_name: null,
  format: null,
  bytes: 0,
  characters: 0,
  chunks: 0,
  language: null,
  refetch_hours: null,
  fetched_at: null,
  next_fetch_at: null,
  created_at: now(),
  updated_at: now(),
  ...over,
});

function find(d: FakeDesk, id: string | undefined): FakeSource {
  const found = d.sources.find((s) => s.source.id === id);
  if (!found) throw notFound();
  return found;
}

function change(d: FakeDesk, of: FakeSource, by: Partial<T.KnowledgeSource>): T.KnowledgeSource {
  of.source = { ...of.source, ...by, updated_at: now() };
  d.emit("knowledge.updated", { knowledge: of.source });
  return of.source;
}

/** Fetching, indexing, and what came of it. */
function learn(d: FakeDesk, of: FakeSource, end: Partial<T.KnowledgeSource>): void {
  const begins = of.source.kind === "page" || of.source.kind === "sitemap" ? "fetching" : "indexing";
  setTimeout(() => change(d, of, { status: begins }), STEP_MS);
  setTimeout(() => change(d, of, { status: "ready", error: null, ...end }), STEP_MS * 3);
}

const failure = (code: string, explanation: string, mend: string): Partial<T.KnowledgeSource> => ({
  status: "failed",
  error: { code, explanation, mend },
});

function words(text: string): string[] {
  return text.toLowerCase().match(/\p{L}{4,}/gu) ?? [];
}

/** Passages are read within a few seconds, so that the page can be seen at it. */
function embedded(d: FakeDesk): T.KnowledgeEmbedding {
  const passages = d.sources.reduce((sum, s) => sum + s.source.chunks, 0);
  const share = Math.min(1, (Date.now() - d.embeddedSince) / 6_000);
  const seen = d.embedding.kind === "words" ? 0 : Math.floor(passages * share);
  return { ...d.embedding, passages, seen };
}

export const knowledgeRoutes: Record<string, Handler> = {
  "GET /knowledge/embedding": (d) => embedded(d),
  "PUT /knowledge/embedding": (d, _, body) => {
    const { kind = "builtin", base_url = null, model = null, api_key } = body as unknown as T.EmbeddingChange;
    if (kind === "endpoint" && !model) {
      const message = "Say which model makes the vectors.";
      throw new Refusal(422, "invalid", message, [{ field: "model", code: "missing", message }]);
    }
    const api_key_hint = api_key ? `…${api_key.slice(-4)}` : null;
    d.embedding = { ...d.embedding, kind: kind ?? "builtin", base_url, model, api_key_hint };
    d.embeddedSince = Date.now();
    return embedded(d);
  },
  "GET /knowledge": (d, _, __, query) => {
    const [assistant, parent] = [query.get("assistant_id"), query.get("parent_id")];
    const all = d.sources.map((s) => s.source);
    return page(
      parent
        ? all.filter((s) => s.parent_id === parent)
        : all.filter(
            (s) =>
              !s.parent_id &&
              (!assistant || s.assistant_ids.length === 0 || s.assistant_ids.includes(assistant)),
          ),
    );
  },
  "GET /knowledge/synonyms": (d) => ({ lines: d.synonyms }),
  "PUT /knowledge/synonyms": (d, _, body) => ({ lines: (d.synonyms = String(body["lines"])) }),
  "POST /knowledge/search": (d, _, body) => {
    const query = words(String(body["query"]));
    const hits = d.sources
      .filter((s) => s.text !== null && s.source.enabled)
      .map(({ source, text }) => {
        const has = words(`${source.title} ${text}`);
        const shared = query.filter((w) => has.some((h) => h.startsWith(w.slice(0, 5))));
        const score = query.length ? 0.12 + (0.7 * shared.length) / query.length : 0;
        return {
          source: { id: source.id, title: source.title, kind: source.kind, url: source.url },
          quote: text ?? "",
          question: null,
          score,
          counts: score >= 0.3,
          why: {
            words: shared,
            similarity: score,
            by: shared.length ? ("words" as const) : ("meaning" as const),
          },
        };
      })
      .sort((a, b) => b.score - a.score)
      .slice(0, 3);
    return { floor: 0.3, hits };
  },
  "POST /knowledge/files": (d, _, body, query) => {
    const file_name = query.get("file_name") ?? "file";
    const source = aSourceOf(d, {
      kind: "file",
      title: file_name.replace(/\.[^.]*$/, ""),
      file_name,
      bytes: body.length,
      status: "waiting",
      assistant_ids: query.get("assistant_ids")?.split(",").filter(Boolean) ?? [],
    });
    const isTrue = !file_name.endsWith(".pdf") || body.subarray(0, 5).toString() === "%PDF-";
    const made: FakeSource = { source, text: body.toString("utf8"), pairs: null };
    d.sources.unshift(made);
    learn(
      d,
      made,
      isTrue
        ? { format: file_name.split(".").at(-1) ?? "txt", characters: body.length, chunks: 3, language: "en" }
        : failure(
            "not_what_it_says",
            "The file is called .pdf, but it holds plain text.",
            "Save it as a PDF again, or give it the ending .txt.",
          ),
    );
    return source;
  },
  "POST /knowledge": (d, _, body) => {
    const asked = body as unknown as T.NewSource;
    const common = { assistant_ids: asked.assistant_ids ?? [], kind: asked.kind };
    if (asked.kind === "page" || asked.kind === "sitemap") {
      if (/^https?:\/\/(localhost|10\.|192\.168)/.test(asked.url))
        throw new Refusal(422, "invalid", "This address is in a private network.", [
          {
            field: "url",
            code: "private",
            message: "This address is in a private network. Use a public one.",
          },
        ]);
      const url = asked.url;
      const source = aSourceOf(d, {
        ...common,
        url,
        title: asked.title ?? url.replace(/^https?:\/\//, ""),
        status: "waiting",
        refetch_hours: asked.refetch_hours ?? null,
      });
      const made: FakeSource = { source, text: "Prices and opening hours.", pairs: null };
      d.sources.unshift(made);
      learn(d, made, { bytes: 18_400, characters: 5_200, chunks: 6, language: "en", fetched_at: now() });
      return source;
    }
    const text = asked.kind === "text" ? asked.text : null;
    const pairs = asked.kind === "question_answer" ? asked.pairs : null;
    const source = aSourceOf(d, {
      ...common,
      title: asked.title ?? pairs?.[0]?.question ?? "",
      bytes: text?.length ?? 40,
      chunks: pairs?.length ?? 1,
      language: "en",
    });
    d.sources.unshift({ source, text, pairs });
    d.emit("knowledge.updated", { knowledge: source });
    return source;
  },
  "GET /knowledge/:": (d, [id]) => {
    const { source, text, pairs } = find(d, id);
    return { ...source, text, pairs };
  },
  "PATCH /knowledge/:": (d, [id], body) => {
    const found = find(d, id);
    const { text, pairs, ...rest } = body as unknown as T.SourcePatch;
    if (text != null) found.text = text;
    if (pairs) found.pairs = pairs;
    return change(d, found, rest as Partial<T.KnowledgeSource>);
  },
  "DELETE /knowledge/:": (d, [id = ""]) => {
    find(d, id);
    d.sources = d.sources.filter((s) => s.source.id !== id && s.source.parent_id !== id);
    d.emit("knowledge.updated", { id });
  },
  "POST /knowledge/:/refetch": (d, [id]) => {
    const found = find(d, id);
    learn(d, found, { fetched_at: now() });
    return change(d, found, { status: "waiting" });
  },
  "GET /knowledge/:/chunks": (d, [id]) =>
    page(
      (find(d, id).text ?? "").split(/\n\n+/).map((text, nth) => ({
        nth,
        heading: nth === 0 ? find(d, id).source.title : "",
        question: null,
        text,
        has_vector: true,
      })),
    ),
};
