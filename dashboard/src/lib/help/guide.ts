/** What the build makes of a guide in `docs/`: a tree of names and words, never markup. */

/** A text, or an element with its attributes and what is in it. */
export type Node = string | [tag: string, attributes: Record<string, string> | null, ...inside: Node[]];

export interface Guide {
  title: string;
  /** Its first paragraph. */
  lead: Node[];
  nodes: Node[];
}

export interface Section {
  /** The anchor, as in `guide.md#anchor`. */
  id: string;
  title: string;
}

/** What is known of a guide before it is opened. */
export interface Head {
  /** The file's, without its ending. */
  name: string;
  title: string;
  lead: string;
  sections: Section[];
}

/** A guide, or a place in one. */
export interface Place {
  guide: string;
  section?: string;
}

/** Reads `guide#section`. */
export function placeOf(to: string): Place {
  const [guide = "", section] = to.split("#");
  return section ? { guide, section } : { guide };
}

/** Every word of `nodes`, blocks apart from one another. */
export function wordsOf(nodes: readonly Node[]): string {
  return nodes.map((node) => (typeof node === "string" ? node : inside(node))).join("");
}

const INLINE = new Set(["a", "code", "em", "strong", "span"]);

function inside([tag, , ...nodes]: Exclude<Node, string>): string {
  const words = wordsOf(nodes);
  return INLINE.has(tag) ? words : `${words} `;
}
