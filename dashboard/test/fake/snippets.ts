/** Texts that are used again, over the fake desk. */
import type * as T from "../../src/lib/api/types";
import { aSnippet } from "../samples";
import { refused } from "./contacts";
import type { FakeDesk } from "./desk";
import { byId, now, page, type Handler } from "./handler";

function check(d: FakeDesk, { name }: T.SnippetPatch, id = ""): void {
  if (d.snippets.some((one) => one.id !== id && one.name.toLowerCase() === name?.toLowerCase()))
    throw refused("name", "taken", "Another snippet has this name. Choose another one.");
}

export const snippetRoutes: Record<string, Handler> = {
  "GET /snippets": (d) => page(d.snippets),
  "POST /snippets": (d, _, body) => {
    const asked = body as unknown as T.SnippetPatch;
    check(d, asked);
    const made = aSnippet({ ...(asked as Partial<T.Snippet>), id: d.id("snp"), created_at: now() });
    d.snippets.push(made);
    return made;
  },
  "PATCH /snippets/:": (d, [id], body) => {
    check(d, body as unknown as T.SnippetPatch, id);
    return Object.assign(byId(d.snippets, id), body, { changed_at: now() });
  },
  "DELETE /snippets/:": (d, [id]) => void (d.snippets = d.snippets.filter((one) => one.id !== id)),
};
