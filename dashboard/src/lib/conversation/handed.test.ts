import { expect, it } from "vitest";
import type { Conversation } from "$lib/api/types";
import { aConversation } from "../../../test/samples";
import { isHandedToTeam } from "./handed";

const held = (kind: Conversation["holder"]["kind"], team_id: string | null, over = {}) =>
  aConversation({ holder: { kind, id: null }, team_id, ...over });

it.each([
  ["an assistant hands over to a team", held("assistant", null), held("agents", "tea_1"), true],
  ["an assistant gives up what the team had", held("assistant", "tea_1"), held("agents", "tea_1"), true],
  ["it is escalated to another team", held("agents", "tea_1"), held("agents", "tea_2"), true],
  ["nothing moves", held("agents", "tea_1"), held("agents", "tea_1"), false],
  ["it is everybody's", held("assistant", null), held("agents", null), false],
  ["one of them has it", held("assistant", null), held("agents", "tea_1", { assignee_id: "usr_2" }), false],
  ["it is closed", held("assistant", null), held("agents", "tea_1", { status: "closed" }), false],
  ["the assistant goes on", held("agents", "tea_1"), held("assistant", "tea_1"), false],
  ["it was not seen before", undefined, held("agents", "tea_1"), false],
])("%s", (_, before, now, then) => expect(isHandedToTeam(before, now)).toBe(then));
