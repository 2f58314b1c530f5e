/** The kinds of triggers as people choose them. Pure. */
import type { Trigger } from "../document";

export type TriggerKind =
  | "by_hand"
  | "campaign"
  | "keyword"
  | "text"
  | "new_conversation"
  | "tag_added"
  | "tag_removed"
  | "field_changed"
  | "segment_entered"
  | "date"
  | "no_reply"
  | "link_clicked"
  | "conversation_resolved"
  | "delivery_failed"
  | "api";

export const TRIGGER_KINDS: readonly { value: TriggerKind; label: string }[] = [
  { value: "keyword", label: "They text a keyword" },
  { value: "text", label: "They text anything" },
  { value: "new_conversation", label: "A conversation begins" },
  { value: "conversation_resolved", label: "A conversation is closed" },
  { value: "no_reply", label: "They do not answer" },
  { value: "campaign", label: "They got a campaign" },
  { value: "link_clicked", label: "They follow a link" },
  { value: "tag_added", label: "They get a tag" },
  { value: "tag_removed", label: "They lose a tag" },
  { value: "field_changed", label: "A field changes" },
  { value: "segment_entered", label: "They come into a segment" },
  { value: "date", label: "A date of theirs comes" },
  { value: "delivery_failed", label: "A text is not delivered" },
  { value: "api", label: "An API or webhook call" },
  { value: "by_hand", label: "A person lets them in" },
];

export const kindOfTrigger = (trigger: Trigger): TriggerKind =>
  typeof trigger === "string" ? trigger : (Object.keys(trigger)[0] as TriggerKind);

export function newTrigger(kind: TriggerKind): Trigger {
  switch (kind) {
    case "keyword":
      return { keyword: { words: [] } };
    case "tag_added":
      return { tag_added: "" };
    case "tag_removed":
      return { tag_removed: "" };
    case "field_changed":
      return { field_changed: "" };
    case "segment_entered":
      return { segment_entered: "" };
    case "date":
      return { date: { field: "", time: "10:00" } };
    case "no_reply":
      return { no_reply: "1d" };
    default:
      return kind;
  }
}
