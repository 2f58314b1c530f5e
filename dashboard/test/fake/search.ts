/** Search, and a conversation around a message. Plain containment: the true rules are the server's. */
import type * as T from "../../src/lib/api/types";
import type { FakeDesk } from "./desk";
import { byId, type Handler } from "./handler";

const KINDS: T.SearchKind[] = ["message", "contact", "campaign", "workflow", "list", "segment"];

function snippetOf(text: string, q: string): T.SearchSnippet | null {
  const words = q.toLowerCase().split(/\s+/u).filter(Boolean);
  const matches = words.map((word) => text.toLowerCase().indexOf(word));
  if (words.length === 0 || matches.includes(-1)) return null;
  const units = (until: number) => Array.from(text.slice(0, until)).length;
  return {
    text,
    matches: matches
      .map((at, nth) => ({ from: units(at), until: units(at + (words[nth]?.length ?? 0)) }))
      .sort((a, b) => a.from - b.from),
  };
}

function hitsOf(d: FakeDesk, kind: T.SearchKind, q: string): T.SearchHit[] {
  if (kind === "message")
    return d.messages
      .toSorted((a, b) => (a.created_at < b.created_at ? 1 : -1))
      .flatMap((m) => {
        const snippet = snippetOf(m.body, q);
        const conversation = d.conversations.get(m.conversation_id);
        if (!snippet || !conversation) return [];
        const { contact } = conversation;
        const { id, created_at: at, conversation_id, direction } = m;
        const title = contact.name ?? contact.phone;
        const said = { at, conversation_id, direction, contact_id: contact.id, address: contact.phone };
        return [{ kind, id, title, snippet, author: m.author.kind, ...said }];
      });
  const contacts = [...d.conversations.values()].map(({ contact }) => contact);
  const named: { id: string; name?: string | null; created_at?: string; phone?: string }[] = {
    contact: contacts,
    campaign: d.campaigns,
    workflow: d.workflows,
    list: d.lists,
    segment: d.segments,
  }[kind] as never;
  return [...named].flatMap(({ id, name, created_at, phone }) => {
    const title = name ?? phone ?? "";
    const snippet = snippetOf(title, q);
    const at = created_at ?? new Date().toISOString();
    return snippet ? [{ kind, id, title, snippet, at, ...(phone && { address: phone }) }] : [];
  });
}

export const searchRoutes: Record<string, Handler> = {
  "GET /search": (d, _, __, query): T.SearchResults => {
    const limit = Number(query.get("limit") ?? 50);
    const from = Number(query.get("cursor") ?? 0);
    const kinds = query.get("kinds")?.split(",") ?? KINDS;
    const answers = KINDS.filter((kind) => kinds.includes(kind)).map((kind) => {
      const all = hitsOf(d, kind, query.get("q") ?? "");
      const hits = all.slice(from, from + limit);
      const next_cursor = all.length > from + limit ? String(from + limit) : null;
      return { hits, found: { kind, count: hits.length, next_cursor, searched_since: null } };
    });
    return {
      data: answers.flatMap(({ hits }) => hits),
      found: answers.map(({ found }) => found),
      next_cursor: answers.length === 1 ? (answers[0]?.found.next_cursor ?? null) : null,
    };
  },
  "GET /conversations/:/messages": (d, [id], _, query): T.MessagePage => {
    const all = d.messages
      .filter((m) => m.conversation_id === id)
      .sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
    const limit = Number(query.get("limit") ?? 50);
    const place = (wanted: string | null) => (wanted ? all.indexOf(byId(all, wanted)) : -1);
    const [around, than, cursor] = ["around", "newer_than", "cursor"].map((name) => place(query.get(name)));
    let [from, until] = [0, limit];
    if (around !== undefined && around >= 0)
      [from, until] = [Math.max(0, around - limit / 2), Math.max(0, around - limit / 2) + limit];
    else if (than !== undefined && than >= 0) [from, until] = [Math.max(0, than - limit), than];
    else if (cursor !== undefined && cursor >= 0) [from, until] = [cursor + 1, cursor + 1 + limit];
    const data = all.slice(from, until);
    const goesUp = (than ?? -1) < 0;
    return {
      data,
      next_cursor: goesUp && until < all.length ? (data.at(-1)?.id ?? null) : null,
      newer_than: query.has("cursor") || from === 0 ? null : (data[0]?.id ?? null),
    };
  },
};
