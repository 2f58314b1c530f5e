/** A guide's Markdown as a small tree of what may stand in it. Anything else, raw HTML above all, is refused. */
import { lexer, type Token, type Tokens } from "marked";
import type { Guide, Head, Node, Section } from "../src/lib/help/guide.ts";

/** The part of a guide that is loaded with the list of all guides. */
export function headOf(name: string, markdown: string): Head {
  const { title, lead, nodes } = guideOf(name, markdown);
  return { name, title, lead: plain(lead), sections: sectionsOf(nodes) };
}

/** Throws when the Markdown has no title, or something that has no place in a guide. */
export function guideOf(name: string, markdown: string): Guide {
  const [title, ...rest] = lexer(markdown).filter((token) => token.type !== "space");
  if (title?.type !== "heading" || title["depth"] !== 1)
    throw new Error(`docs/${name}.md must begin with its title`);
  const reader = new Reader(name);
  const nodes = rest.map((token) => reader.block(token));
  const lead = nodes[0];
  return {
    title: plain(reader.inline((title as Tokens.Heading).tokens)),
    lead: Array.isArray(lead) && lead[0] === "p" ? (lead.slice(2) as Node[]) : [],
    nodes,
  };
}

export function plain(nodes: readonly unknown[]): string {
  return nodes
    .map((node) => (typeof node === "string" ? node : Array.isArray(node) ? plain(node.slice(2)) : ""))
    .join("");
}

/** As GitHub names the anchor of a heading, so that links work in both places. */
export function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");
}

function sectionsOf(nodes: readonly Node[]): Section[] {
  return nodes.flatMap((node) =>
    typeof node !== "string" && (node[0] === "h2" || node[0] === "h3")
      ? [{ id: node[1]?.["id"] ?? "", title: plain(node.slice(2)) }]
      : [],
  );
}

class Reader {
  constructor(private readonly name: string) {}

  block(token: Token): Node {
    switch (token.type) {
      case "heading": {
        const inside = this.inline(token.tokens);
        return [`h${token["depth"]}`, { id: anchor(plain(inside)) }, ...inside];
      }
      case "paragraph":
        return ["p", null, ...this.inline(token.tokens)];
      case "code":
        return ["pre", null, String(token["text"])];
      case "blockquote":
        return ["blockquote", null, ...this.#blocks(token.tokens)];
      case "hr":
        return ["hr", null];
      case "list":
        return this.#list(token as Tokens.List);
      case "table":
        return this.#table(token as Tokens.Table);
      // In a list without empty lines between its items.
      case "text":
        return ["span", null, ...(token.tokens ? this.inline(token.tokens) : [String(token["text"])])];
      default:
        throw this.#refused(token);
    }
  }

  inline(tokens: Token[] | undefined): Node[] {
    return (tokens ?? []).map((token): Node => {
      switch (token.type) {
        case "text":
        case "escape":
          return String(token["text"]).replace(/\n/g, " ");
        case "strong":
        case "em":
          return [token.type, null, ...this.inline(token.tokens)];
        case "codespan":
          return ["code", null, String(token["text"])];
        case "br":
          return ["br", null];
        case "link":
          return ["a", this.#target(String(token["href"])), ...this.inline(token.tokens)];
        default:
          throw this.#refused(token);
      }
    });
  }

  #blocks(tokens: Token[] | undefined): Node[] {
    return (tokens ?? []).filter((token) => token.type !== "space").map((token) => this.block(token));
  }

  #list({ ordered, start, items }: Tokens.List): Node {
    const attributes = ordered && start !== 1 ? { start: String(start) } : null;
    return [
      ordered ? "ol" : "ul",
      attributes,
      ...items.map((item): Node => ["li", null, ...this.#blocks(item.tokens)]),
    ];
  }

  #table({ header, rows }: Tokens.Table): Node {
    const row = (cells: Tokens.TableCell[], tag: "th" | "td"): Node => [
      "tr",
      null,
      ...cells.map((cell): Node => [tag, null, ...this.inline(cell.tokens)]),
    ];
    const isNamed = header.some((cell) => cell.text.trim() !== "");
    return [
      "table",
      null,
      ...(isNamed ? [["thead", null, row(header, "th")] as Node] : []),
      ["tbody", null, ...rows.map((cells) => row(cells, "td"))],
    ];
  }

  /** Another guide, or a place in one, is `to`; only addresses of the web and of this server are `href`. */
  #target(href: string): Record<string, string> {
    const guide = /^(?:([\w-]+)\.md)?(?:#(.+))?$/.exec(href);
    if (guide && href) return { to: `${guide[1] ?? this.name}${guide[2] ? `#${guide[2]}` : ""}` };
    if (/^(https:\/\/|\/api\/)/.test(href)) return { href };
    throw new Error(`docs/${this.name}.md links to ${href}, which the dashboard cannot show`);
  }

  #refused({ type, raw }: Token): Error {
    return new Error(`docs/${this.name}.md has ${type}, which no guide may have: ${raw.slice(0, 60)}`);
  }
}
