/** Plain words for how an assistant works. */
import type { Assistant, Mode, PreviewOutcome } from "$lib/api/types";

export const MODE: Record<Mode, { label: string; short: string; means: string }> = {
  off: { label: "Off", short: "Off", means: "Keeps out of every conversation." },
  draft: {
    label: "Drafts",
    short: "Draft",
    means: "Suggests an answer; a person sends it, changed or not.",
  },
  auto: {
    label: "Answers by itself",
    short: "Auto",
    means: "Sends when it knows the answer, and hands over to people when it does not.",
  },
};

type Kind = Assistant["provider"]["kind"];

export const PROVIDER: Record<Kind, { label: string; means: string }> = {
  builtin: {
    label: "Built in",
    means: "Quotes the guide and the knowledge. Needs no key, and nothing leaves this server.",
  },
  openai: {
    label: "OpenAI-compatible",
    means: "Any service or local server that speaks the chat completions API.",
  },
  anthropic: { label: "Anthropic", means: "The messages API." },
};

export const DEFAULT_URL: Record<Kind, string> = {
  builtin: "",
  openai: "https://api.openai.com/v1",
  anthropic: "https://api.anthropic.com",
};

export const HAND_BACK: Record<Assistant["hand_over"]["back"], string> = {
  never: "Only when a person gives it back",
  after_closing: "When they write again after a person closed it",
};

type Tone = "good" | "assistant" | "note" | "plain" | "bad";

/** What an assistant would do with a text, and how that is marked. */
export const OUTCOME: Record<PreviewOutcome, { label: string; tone: Tone }> = {
  answer: { label: "Answers", tone: "good" },
  clarify: { label: "Asks back", tone: "assistant" },
  hand_off: { label: "Hands over to people", tone: "note" },
  stay_silent: { label: "Says nothing", tone: "plain" },
  refused: { label: "Held back for a person", tone: "bad" },
  approval: { label: "Asks people first", tone: "note" },
};
