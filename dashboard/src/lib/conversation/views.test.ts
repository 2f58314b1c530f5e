import { describe, expect, it } from "vitest";
import { readFileSync } from "node:fs";
import type { Conversation, ConversationFilter } from "$lib/api/types";
import { aConversation } from "../../../test/samples";
import { comparing, fits, isAsked, VIEWS, type Reader } from "./views";

/** The table that the store is held against, too. */
interface Row {
  n: number;
  active: number;
  status?: Conversation["status"];
  holder?: Conversation["holder"]["kind"];
  assignee?: string;
  team?: string;
  waiting?: number;
  failed?: boolean;
  unread?: number;
  number?: number;
  tags?: string[];
}
const table = JSON.parse(readFileSync("../crates/store/tests/conformance/views.json", "utf8")) as {
  conversations: Row[];
  views: { filter: ConversationFilter; shows: number[] }[];
};

const at = (second: number) => new Date(Date.UTC(2026, 10, 23) + second * 1_000).toISOString();
const reader: Reader = { id: "usr_ann", isMine: (team) => team === "tea_front", viewing: null };

const conversations = table.conversations.map((row) =>
  aConversation({
    id: `cnv_${row.n}`,
    status: row.status ?? "open",
    holder: { kind: row.holder ?? "nobody", id: null },
    assignee_id: row.assignee ? `usr_${row.assignee}` : null,
    team_id: row.team ? `tea_${row.team}` : null,
    waiting_since: row.waiting === undefined ? null : at(row.waiting),
    send_failed: row.failed ?? false,
    unread: row.unread ?? 0,
    number: { ...aConversation().number, id: `num_${row.number ?? 1}` },
    tags: row.tags ?? [],
    last_message_at: at(row.active),
  }),
);

/** The table's names as the ids that a filter has. */
function meant({ assignee, team, number_id, ...rest }: ConversationFilter): ConversationFilter {
  return {
    ...rest,
    ...(assignee && { assignee: assignee === "ben" ? "usr_ben" : assignee }),
    ...(team && { team: /^(front|back)$/.test(team) ? `tea_${team}` : team }),
    ...(number_id && { number_id: `num_${number_id}` }),
  };
}

const shown = (filter: ConversationFilter, by = reader) =>
  conversations
    .filter((c) => fits(c, filter, by))
    .sort(comparing(filter))
    .map((c) => Number(c.id.slice(4)));

describe("a view shows what the server would", () => {
  it.each(table.views)("$filter", ({ filter, shows }) => expect(shown(meant(filter))).toEqual(shows));
});

it("the conversation that was just read stays where it is", () => {
  expect(shown({ unread: true }, { ...reader, viewing: "cnv_2" })).toEqual([4, 2, 1]);
});

it("whoever is not signed in has nothing of their own", () => {
  expect(shown({ assignee: "me" }, { ...reader, id: undefined })).toEqual([]);
});

it("only the server knows who answered a campaign or is found by words", () => {
  expect([{ q: "ann" }, { campaign_id: "cmp_1" }].map(isAsked)).toEqual([true, true]);
  expect(VIEWS.some((view) => isAsked(view.filter))).toBe(false);
});
