/** A conversation with an assistant that nobody sees: what was written, what it would do, and why. */
import { Problem, assistants as api, reasonOf } from "$lib/api";
import type { AskPreview, Preview, RehearsedMessage } from "$lib/api/types";

/** One text of a customer's, and what the assistant makes of it. */
export interface Turn {
  id: number;
  text: string;
  /** `null` while it thinks, or when it could not be asked. */
  answer: Preview | null;
  error: string | null;
}

type Ask = (body: AskPreview, signal: AbortSignal) => Promise<Preview>;

export class Playground {
  turns = $state.raw<readonly Turn[]>([]);
  /** Whose evidence is shown; `null`: the last one's. */
  chosen = $state<number | null>(null);
  guide = $state("");
  name = $state("");
  /** `null`: the one in force. */
  version = $state<number | null>(null);
  isThinking = $state(false);
  #next = 0;
  #abort: AbortController | null = null;

  constructor(
    assistant: string,
    private readonly ask: Ask = (body, signal) => api.preview(assistant, body, signal),
  ) {}

  readonly shown: Turn | null = $derived(
    this.turns.find((t) => t.id === this.chosen) ?? this.turns.at(-1) ?? null,
  );

  /** What was said, as the assistant is shown it: what it would not have sent was not said. */
  said(before = this.turns.length): RehearsedMessage[] {
    return this.turns
      .slice(0, before)
      .flatMap(({ text, answer }) => [
        { by: "contact" as const, body: text },
        ...(answer?.body && (answer.outcome === "answer" || answer.outcome === "clarify")
          ? [{ by: "assistant" as const, body: answer.body }]
          : []),
      ]);
  }

  async write(text: string): Promise<void> {
    if (this.isThinking || text.trim() === "") return;
    const turn: Turn = { id: this.#next++, text: text.trim(), answer: null, error: null };
    this.turns = [...this.turns, turn];
    this.chosen = null;
    await this.#answer(turn);
  }

  /** Asks for a turn anew, forgetting what came after it: after a change of version or guide, or a failure. */
  async again(id: number): Promise<void> {
    const at = this.turns.findIndex((t) => t.id === id);
    const turn = this.turns[at];
    if (!turn || this.isThinking) return;
    this.turns = [...this.turns.slice(0, at), { ...turn, answer: null, error: null }];
    this.chosen = null;
    await this.#answer(turn);
  }

  clear(): void {
    this.#abort?.abort();
    this.turns = [];
    this.chosen = null;
    this.isThinking = false;
  }

  async #answer({ id, text }: Turn): Promise<void> {
    this.isThinking = true;
    const abort = (this.#abort = new AbortController());
    const put = (change: Partial<Turn>) =>
      (this.turns = this.turns.map((t) => (t.id === id ? { ...t, ...change } : t)));
    try {
      const messages = this.said(this.turns.findIndex((t) => t.id === id));
      const body: AskPreview = {
        text,
        messages,
        ...(this.guide.trim() && { guide: this.guide.trim() }),
        ...(this.name.trim() && { name: this.name.trim() }),
        ...(this.version !== null && { version: this.version }),
      };
      put({ answer: await this.ask(body, abort.signal) });
    } catch (error) {
      if (!abort.signal.aborted) put({ error: reasonOf(error) });
      else if (!(error instanceof DOMException) && !(error instanceof Problem)) throw error;
    } finally {
      if (this.#abort === abort) this.isThinking = false;
    }
  }
}
