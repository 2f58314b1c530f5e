/** The sources that an assistant may answer from, kept true by the live stream, and files on their way up. */
import { reasonOf } from "$lib/api";
import { knowledge as api } from "$lib/api/knowledge";
import type { KnowledgeSource, LiveEvent } from "$lib/api/types";

/** More pages than a tenant can have sources. */
const PAGES_MAX = 20;
export const FILE_BYTES_MAX = 25 * 1024 * 1024;

export interface Upload {
  key: number;
  name: string;
  /** `null` while it is on its way. */
  error: string | null;
}

export class Sources {
  /** Newest first; the pages of a sitemap are not among them. */
  all = $state.raw<readonly KnowledgeSource[] | null>(null);
  /** The pages of the sitemaps that were opened. */
  pages = $state.raw<Readonly<Record<string, readonly KnowledgeSource[]>>>({});
  uploads = $state.raw<readonly Upload[]>([]);
  error = $state<string | null>(null);
  #next = 0;

  constructor(
    readonly assistant: string,
    private readonly calls: Pick<typeof api, "list" | "upload"> = api,
  ) {}

  async load(): Promise<void> {
    this.error = null;
    try {
      this.all = await this.#list({ assistant_id: this.assistant });
    } catch (error) {
      this.error = reasonOf(error);
    }
  }

  async loadPages(sitemap: string): Promise<void> {
    try {
      const found = await this.#list({ parent_id: sitemap });
      this.pages = { ...this.pages, [sitemap]: found };
    } catch (error) {
      this.error = reasonOf(error);
    }
  }

  put(source: KnowledgeSource): void {
    const parent = source.parent_id;
    if (parent) {
      const known = this.pages[parent];
      if (known) this.pages = { ...this.pages, [parent]: merged(known, source) };
      return;
    }
    const isOurs = source.assistant_ids.length === 0 || source.assistant_ids.includes(this.assistant);
    if (isOurs) this.all = merged(this.all ?? [], source);
    else this.drop(source.id);
  }

  drop(id: string): void {
    this.all = this.all?.filter((s) => s.id !== id) ?? null;
    this.pages = Object.fromEntries(
      Object.entries(this.pages).map(([of, pages]) => [of, pages.filter((s) => s.id !== id)]),
    );
  }

  apply(event: LiveEvent): void {
    if (event.type !== "knowledge.updated" || this.all === null) return;
    if (event.data.knowledge) this.put(event.data.knowledge);
    else this.drop(event.data.id);
  }

  /** Sends files one after the other; each tells by itself what became of it. */
  async upload(files: readonly File[], assistants: readonly string[]): Promise<void> {
    const begun = files.map((file) => ({ file, key: this.#next++ }));
    this.uploads = [
      ...this.uploads,
      ...begun.map(({ key, file }) => ({ key, name: file.name, error: null })),
    ];
    for (const { key, file } of begun) {
      const refusal = refusalOf(file);
      try {
        if (refusal) throw new Error(refusal);
        this.put(await this.calls.upload(file, assistants.join(",")));
        this.dismiss(key);
      } catch (error) {
        this.uploads = this.uploads.map((u) => (u.key === key ? { ...u, error: reasonOf(error) } : u));
      }
    }
  }

  dismiss(key: number): void {
    this.uploads = this.uploads.filter((u) => u.key !== key);
  }

  async #list(query: { assistant_id?: string; parent_id?: string }): Promise<KnowledgeSource[]> {
    const found: KnowledgeSource[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < PAGES_MAX; page++) {
      const { data, next_cursor } = await this.calls.list({ ...query, cursor });
      found.push(...data);
      if (!next_cursor) break;
      cursor = next_cursor;
    }
    return found;
  }
}

/** What the server would refuse after the whole way up. */
function refusalOf(file: File): string | null {
  if (file.size === 0) return "The file is empty.";
  if (file.size > FILE_BYTES_MAX) return "It is larger than 25 MB. Split it, or leave out its pictures.";
  return null;
}

const merged = (all: readonly KnowledgeSource[], source: KnowledgeSource): KnowledgeSource[] =>
  all.some((s) => s.id === source.id) ? all.map((s) => (s.id === source.id ? source : s)) : [source, ...all];
