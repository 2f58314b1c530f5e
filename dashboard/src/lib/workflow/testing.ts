/** A small workflow for tests: a question, its answers, and what is behind them. */
import type { Document } from "./document";

export const aDocument = (): Document => ({
  name: "Reminder",
  steps: [
    { id: "ask", send: { text: "Will you come?", purpose: "service" } },
    {
      id: "answer",
      wait_for_reply: {
        timeout: "1d",
        cases: [
          { when: "yes", steps: [{ id: "thanks", send: { text: "Fine!", purpose: "reply" } }] },
          { when: "no", steps: [{ id: "over", end: "declined" }] },
        ],
        on_timeout: [{ id: "again", go_to: "ask" }],
      },
    },
    { id: "keep", save: { to: "day", on_invalid: { ask_again: { step: "ask" } } } },
  ],
});
