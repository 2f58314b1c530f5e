/** The picture of each kind of step, and the colour of its group. */
import ArrowRightLeft from "@lucide/svelte/icons/corner-up-right";
import Bell from "@lucide/svelte/icons/bell";
import Clock from "@lucide/svelte/icons/clock";
import Filter from "@lucide/svelte/icons/list-filter";
import Flag from "@lucide/svelte/icons/flag";
import GitBranch from "@lucide/svelte/icons/git-branch";
import Globe from "@lucide/svelte/icons/globe";
import CalendarClock from "@lucide/svelte/icons/calendar-clock";
import MessageReply from "@lucide/svelte/icons/message-circle-reply";
import Pencil from "@lucide/svelte/icons/pencil-line";
import Save from "@lucide/svelte/icons/bookmark";
import Send from "@lucide/svelte/icons/send";
import Sparkles from "@lucide/svelte/icons/sparkles";
import Split from "@lucide/svelte/icons/split";
import Tag from "@lucide/svelte/icons/tag";
import UserCheck from "@lucide/svelte/icons/user-check";
import Workflow from "@lucide/svelte/icons/workflow";
import type { Component } from "svelte";
import type { Kind } from "./document";

export const ICON: Record<Kind, Component<{ size?: number }>> = {
  send: Send,
  schedule_send: CalendarClock,
  filter: Filter,
  delay: Clock,
  branch: GitBranch,
  save: Save,
  wait_for_reply: MessageReply,
  assistant: Sparkles,
  http: Globe,
  update_contact: Tag,
  assign: UserCheck,
  note: Pencil,
  notify: Bell,
  split: Split,
  enter: Workflow,
  go_to: ArrowRightLeft,
  end: Flag,
};

export type Tint = "accent" | "note" | "assistant" | "good" | "plain";
export const TINT: Record<Kind, Tint> = {
  send: "accent",
  schedule_send: "accent",
  wait_for_reply: "good",
  delay: "note",
  branch: "assistant",
  filter: "assistant",
  split: "assistant",
  save: "good",
  update_contact: "good",
  assign: "plain",
  notify: "plain",
  note: "plain",
  assistant: "assistant",
  http: "plain",
  enter: "plain",
  go_to: "plain",
  end: "plain",
};
