/** What is found, in words: where it leads, what it is called, and what in it was looked for. Pure. */
import type { SearchHit, SearchKind, SearchSnippet } from "$lib/api/types";

/** In the order in which they are shown. */
export const KINDS: { kind: SearchKind; many: string; one: string }[] = [
  { kind: "message", many: "Messages", one: "message" },
  { kind: "contact", many: "Contacts", one: "contact" },
  { kind: "campaign", many: "Campaigns", one: "campaign" },
  { kind: "workflow", many: "Workflows", one: "workflow" },
  { kind: "list", many: "Lists", one: "list" },
  { kind: "segment", many: "Segments", one: "segment" },
];

const FOLDER: Record<Exclude<SearchKind, "message">, string> = {
  contact: "/contacts",
  campaign: "/campaigns",
  workflow: "/workflows",
  list: "/contacts/lists",
  segment: "/contacts/segments",
};

export const kindOf = (text: string | null): SearchKind | null =>
  KINDS.find(({ kind }) => kind === text)?.kind ?? null;

export const hrefOf = (hit: SearchHit): string =>
  hit.kind === "message"
    ? `/inbox/${hit.conversation_id ?? ""}?message=${hit.id}`
    : `${FOLDER[hit.kind]}/${hit.id}`;

export const addressOf = (query: string, kind: SearchKind | null): string => {
  const said = new URLSearchParams();
  if (query.trim()) said.set("q", query.trim());
  if (kind) said.set("kind", kind);
  const text = said.toString();
  return text ? `/search?${text}` : "/search";
};

export interface Piece {
  text: string;
  isMatch: boolean;
}

/** A snippet in pieces, of which some were looked for. Places are counted in characters, as the server counts them. */
export function piecesOf({ text, matches }: SearchSnippet): Piece[] {
  const characters = Array.from(text);
  const pieces: Piece[] = [];
  let done = 0;
  const add = (until: number, isMatch: boolean) => {
    if (until > done) pieces.push({ text: characters.slice(done, until).join(""), isMatch });
    done = Math.max(done, until);
  };
  for (const { from, until } of matches) {
    add(from, false);
    add(until, true);
  }
  add(characters.length, false);
  return pieces;
}

/** Who says it, of a message. */
export function speakerOf({ direction, author, title }: SearchHit): string {
  if (direction === "note") return "Note";
  if (direction === "in") return title;
  if (author === "assistant") return "Assistant";
  if (author === "campaign") return "Campaign";
  if (author === "workflow") return "Workflow";
  return author === "member" ? "Us" : "Tidings";
}
