/** What the inbox is looked at by, and one's own views, over the fake desk. */
import type * as T from "../../src/lib/api/types";
import { comparing, fits, VIEWS } from "../../src/lib/conversation/views";
import { refused } from "./contacts";
import type { FakeDesk } from "./desk";
import { byId, now, page, type Handler } from "./handler";

function found(d: FakeDesk, filter: T.ConversationFilter): T.Conversation[] {
  const isMine = (team: string | null) =>
    d.teams.some((t) => t.id === team && t.member_ids.includes(d.me.user.id));
  const reader = { id: d.me.user.id, isMine, viewing: null };
  const q = filter.q?.toLowerCase();
  return [...d.conversations.values()]
    .filter((c) => fits(c, filter, reader))
    .filter(
      (c) =>
        !q || `${c.contact.name} ${c.contact.phone} ${c.last_message?.preview}`.toLowerCase().includes(q),
    )
    .sort(comparing(filter));
}

const counted = (d: FakeDesk, filter: T.ConversationFilter) => ({
  count: found(d, filter).length,
  more: false,
});

function check(d: FakeDesk, { name }: T.ViewPatch, id = ""): void {
  if (d.views.some((one) => one.id !== id && one.name.toLowerCase() === name?.toLowerCase()))
    throw refused("name", "taken", "Another view has this name. Choose another one.");
}

export const viewRoutes: Record<string, Handler> = {
  "GET /conversations": (d, _, __, query) => {
    const { cursor: _c, limit: _l, unread, waiting, failed, ...words } = Object.fromEntries(query);
    const filter = { ...words, unread: !!unread, waiting: !!waiting, failed: !!failed };
    return page(found(d, filter));
  },
  "GET /conversations/counts": (d) => ({
    ...Object.fromEntries(VIEWS.map(({ key, filter }) => [key, counted(d, filter)])),
    views: d.views.map(({ id, filter }) => ({ id, ...counted(d, filter) })),
  }),
  "GET /views": (d) => page(d.views),
  "POST /views": (d, _, body) => {
    const { name = "", filter = {} } = body as unknown as T.ViewPatch;
    check(d, { name });
    const made = { id: d.id("vew"), name, filter, missing: [], created_at: now(), changed_at: now() };
    d.views.push(made);
    return made;
  },
  "PATCH /views/:": (d, [id], body) => {
    check(d, body as unknown as T.ViewPatch, id);
    return Object.assign(byId(d.views, id), body, { changed_at: now() });
  },
  "DELETE /views/:": (d, [id]) => void (d.views = d.views.filter((one) => one.id !== id)),
};
