/** Where the forms show what is wrong, as JSON pointers within a step: what stands elsewhere is told above them. */
import type { Kind } from "../document";

const OF: Record<Kind, readonly string[]> = {
  send: ["/text", "/purpose", "/from", "/within"],
  schedule_send: ["/at", "/send/text", "/send/purpose", "/send/from", "/send/within"],
  filter: [""],
  delay: ["/for", "/until", "/hours", "/jitter"],
  branch: ["/cases"],
  save: ["/to", "/from", "/on_invalid/ask_again"],
  wait_for_reply: ["/timeout", "/merge", "/cases", "/no_match/reprompt", "/no_match/times"],
  assistant: ["/assistant", "/task"],
  http: ["/url", "/save", "/headers", "/secrets", "/timeout", "/body"],
  update_contact: [""],
  assign: ["/team", "/person"],
  note: [""],
  notify: ["/text", "/team", "/people"],
  split: ["/paths"],
  enter: ["/workflow", "/pass"],
  go_to: [""],
  end: [""],
};

export const fieldsOf = (kind: Kind): string[] => [
  "/only_if",
  "/id",
  ...OF[kind].map((part) => `/${kind}${part}`),
];
