/** Plain words for how an assistant works. */
import type { Assistant, Mode } from "$lib/api/types";

export const MODE: Record<Mode, { label: string; means: string }> = {
  off: { label: "Off", means: "Keeps out of every conversation." },
  draft: { label: "Drafts", means: "Suggests an answer; a person sends it, changed or not." },
  auto: {
    label: "Answers by itself",
    means: "Sends when it knows the answer, and hands over to people when it does not.",
  },
};

export const PROVIDER: Record<Assistant["provider"]["kind"], { label: string; means: string }> = {
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

export const DEFAULT_URL: Record<Assistant["provider"]["kind"], string> = {
  builtin: "",
  openai: "https://api.openai.com/v1",
  anthropic: "https://api.anthropic.com",
};
