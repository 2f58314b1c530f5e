/** The phone beside a workflow: somebody plays the contact, and the server plays the workflow. It keeps nothing: all plays are sent each time. */
import { Problem, reasonOf } from "$lib/api";
import { workflows as api } from "$lib/api/workflows";
import type { FieldValue, WorkflowPlay, WorkflowPlayed } from "$lib/api/types";
import type { Document } from "./document";
import type { Golden } from "./golden";

export class Simulation {
  plays = $state.raw<readonly WorkflowPlay[]>([]);
  /** `null`: nothing was played yet. */
  played = $state.raw<WorkflowPlayed | null>(null);
  draft = $state("");
  /** A contact of ours; `null`: somebody of whom only a number is known. */
  contact = $state<string | null>(null);
  /** What is known from the start, as typed. */
  variables = $state.raw<Readonly<Record<string, FieldValue>>>({});
  error = $state<string | null>(null);
  isPlaying = $state(false);
  /** When they entered. */
  at = "";
  /** Who is made up for it; `undefined`: nobody is. */
  #person: Golden["person"];
  #turn = 0;

  constructor(
    private readonly simulate: typeof api.simulate = api.simulate,
    private readonly now: () => Date = () => new Date(),
  ) {}

  get isOver(): boolean {
    return this.played?.outcome != null;
  }

  /** From the beginning, as the document is now. */
  async restart(document: Document): Promise<void> {
    this.at = this.now().toISOString();
    this.plays = [];
    this.#person = undefined;
    await this.#play(document, []);
  }

  async says(document: Document, text: string): Promise<void> {
    const said = text.trim();
    if (!said || this.isPlaying) return;
    this.draft = "";
    if (!(await this.#play(document, [...this.plays, { says: said }]))) this.draft = text;
  }

  /** Time passes until the next timer has come. */
  async skips(document: Document): Promise<void> {
    await this.#play(document, [...this.plays, "skips"]);
  }

  async waits(document: Document, span: string): Promise<void> {
    await this.#play(document, [...this.plays, { waits: span }]);
  }

  /** A conversation that is kept, from its beginning to its end. */
  async replay(document: Document, { at, variables = {}, plays = [], person }: Golden): Promise<void> {
    this.at = at;
    this.contact = null;
    this.variables = variables;
    this.#person = person;
    await this.#play(document, plays);
  }

  /** The last thing was not done. */
  async takesBack(document: Document): Promise<void> {
    await this.#play(document, this.plays.slice(0, -1));
  }

  /** The same once more, with the document as it is now. */
  async again(document: Document): Promise<void> {
    if (this.at !== "") await this.#play(document, this.plays);
  }

  /** Resolves to whether it was played. Of several that overlap only the last counts. */
  async #play(document: Document, plays: readonly WorkflowPlay[]): Promise<boolean> {
    const turn = ++this.#turn;
    this.isPlaying = true;
    this.error = null;
    const { variables, contact } = this;
    const person = contact ? { contact_id: contact } : this.#person && { person: this.#person };
    const asked = { document, variables, plays, at: this.at, ...person };
    try {
      const played = await this.simulate(asked);
      if (turn !== this.#turn) return false;
      [this.played, this.plays] = [played, plays];
      return true;
    } catch (error) {
      if (turn === this.#turn) this.error = wordsOf(error);
      return false;
    } finally {
      if (turn === this.#turn) this.isPlaying = false;
    }
  }
}

const wordsOf = (error: unknown): string =>
  error instanceof Problem && error.code === "workflow_has_faults"
    ? "Something has to be mended before it can be played. It is marked on the left."
    : reasonOf(error);
