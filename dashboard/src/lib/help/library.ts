/** All guides: their heads at once, each guide when it is wanted. */
import { wordsOf, type Guide, type Head, type Node } from "./guide";

const heads = import.meta.glob<Head>("$docs/*.md", { query: "?head", eager: true, import: "default" });
const loaders = import.meta.glob<Guide>("$docs/*.md", { import: "default" });

/** What one looks for comes before what explains the program to whoever runs it. */
const ORDER = ["inbox", "contacts", "segments", "campaigns", "workflows", "assistants", "telnyx", "settings"];
const rank = (name: string) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);

export const library: readonly Head[] = Object.values(heads).sort(
  (a, b) => rank(a.name) - rank(b.name) || a.title.localeCompare(b.title),
);

/** Rejects when it cannot be fetched, or there is none of this name. */
export async function load(name: string): Promise<Guide> {
  const [, loader] = Object.entries(loaders).find(([path]) => path.endsWith(`/${name}.md`)) ?? [];
  if (!loader) throw new Error(`There is no guide “${name}”.`);
  return loader();
}

/** A place where the words were found. */
export interface Found {
  guide: string;
  title: string;
  /** Missing where they stand before the first heading. */
  section?: { id: string; title: string };
  /** Around the first of the words. */
  excerpt: string;
}

const FOUND_MAX = 30;
const BEFORE = 48;
const EXCERPT_CHARS = 160;

/** Every section that has all of `words`; those that have one in their title come first. */
export function find(words: string, guides: readonly { name: string; guide: Guide }[]): Found[] {
  const wanted = fold(words).split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return [];
  const found = guides.flatMap(({ name, guide }) =>
    partsOf(guide).flatMap(({ section, nodes }) => {
      const text = wordsOf(nodes).replace(/\s+/g, " ").trim();
      const [title, body] = [fold(section?.title ?? guide.title), fold(text)];
      if (!wanted.every((word) => title.includes(word) || body.includes(word))) return [];
      const at = body.indexOf(wanted.find((word) => body.includes(word)) ?? "");
      const isTitled = wanted.some((word) => title.includes(word));
      return [{ isTitled, hit: { guide: name, title: guide.title, section, excerpt: around(text, at) } }];
    }),
  );
  return [...found.filter((f) => f.isTitled), ...found.filter((f) => !f.isTitled)]
    .slice(0, FOUND_MAX)
    .map((f) => f.hit);
}

/** Letter by letter as long as what it is made of, so that places in one are places in the other. */
const fold = (text: string) => text.toLowerCase();

function around(text: string, at: number): string {
  const start = at <= BEFORE ? 0 : text.indexOf(" ", at - BEFORE) + 1;
  const cut = text.slice(start, start + EXCERPT_CHARS);
  return `${start > 0 ? "… " : ""}${cut}${start + EXCERPT_CHARS < text.length ? " …" : ""}`;
}

function partsOf(guide: Guide): { section?: Found["section"]; nodes: Node[] }[] {
  const parts: { section?: Found["section"]; nodes: Node[] }[] = [{ nodes: [] }];
  for (const node of guide.nodes) {
    if (typeof node !== "string" && /^h[23]$/.test(node[0]))
      parts.push({
        section: { id: node[1]?.["id"] ?? "", title: wordsOf([node]).trim() },
        nodes: [],
      });
    else parts.at(-1)?.nodes.push(node);
  }
  return parts;
}
