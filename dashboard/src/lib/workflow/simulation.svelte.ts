/** The phone beside a workflow: somebody plays the contact, and the server plays the workflow. It keeps nothing: all plays are sent each time. */
import { Problem, reasonOf } from "$lib/api";
import { workflows as api } from "$lib/api/workflows";
import type { FieldValue, WorkflowAnswer, WorkflowAnswers, WorkflowPlayed } from "$lib/api/types";
import type { Document } from "./document";
import type { Golden } from "./golden";
import { answersIn, asKept, fitting, isPlay, openQuestion, waiting, type Move } from "./script";

export class Simulation {
  /** What happened, and what was answered, in this order. */
  moves = $state.raw<readonly Move[]>([]);
  readonly plays = $derived(this.moves.filter(isPlay));
  /** `null`: nothing was played yet. */
  played = $state.raw<WorkflowPlayed | null>(null);
  /** The system or the model that is asked just now; `null`: none is. */
  readonly question = $derived(this.played && openQuestion(this.played));
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
  /** What a kept conversation says of answers; `null`: it is played by hand, and asks for each. */
  #kept: WorkflowAnswers | null = null;
  #turn = 0;

  constructor(
    private readonly simulate: typeof api.simulate = api.simulate,
    private readonly now: () => Date = () => new Date(),
  ) {}

  get isOver(): boolean {
    return this.played?.outcome != null;
  }

  /** What was answered so far, as it is kept with a conversation. */
  get script(): WorkflowAnswers {
    if (this.#kept) return asKept(this.moves, this.#kept);
    return this.played ? answersIn(this.moves, this.played) : {};
  }

  /** From the beginning, as the document is now. */
  async restart(document: Document): Promise<void> {
    this.at = this.now().toISOString();
    this.moves = [];
    this.#person = undefined;
    this.#kept = null;
    await this.#play(document, []);
  }

  async says(document: Document, text: string): Promise<void> {
    const said = text.trim();
    if (!said || this.isPlaying) return;
    this.draft = "";
    if (!(await this.#play(document, [...this.moves, { says: said }]))) this.draft = text;
  }

  /** The system or the model that is asked answers. */
  async answers(document: Document, answer: WorkflowAnswer): Promise<void> {
    const { question } = this;
    if (question && !this.isPlaying) await this.#play(document, [...this.moves, { ...question, answer }]);
  }

  /** Time passes until the next timer has come. */
  async skips(document: Document): Promise<void> {
    await this.#play(document, [...this.moves, "skips"]);
  }

  async waits(document: Document, span: string): Promise<void> {
    await this.#play(document, [...this.moves, { waits: span }]);
  }

  /** A conversation that is kept, from its beginning to its end. */
  async replay(document: Document, golden: Golden): Promise<void> {
    const { at, variables = {}, plays = [], person, answers = {} } = golden;
    this.at = at;
    this.contact = null;
    this.variables = variables;
    this.#person = person;
    this.#kept = answers;
    await this.#play(document, plays);
  }

  /** The last thing was not done. */
  async takesBack(document: Document): Promise<void> {
    await this.#play(document, this.moves.slice(0, -1));
  }

  /** The same once more, with the document as it is now. */
  async again(document: Document): Promise<void> {
    if (this.at !== "") await this.#play(document, this.moves);
  }

  /** Resolves to whether it was played. Of several that overlap only the last counts. */
  async #play(document: Document, wanted: readonly Move[]): Promise<boolean> {
    const turn = ++this.#turn;
    this.isPlaying = true;
    this.error = null;
    try {
      const first = await this.#ask(document, wanted);
      // What was answered to another step, before the document was changed, is no answer to this one.
      const moves = fitting(wanted, first);
      const played = moves === wanted ? first : await this.#ask(document, moves);
      if (turn !== this.#turn) return false;
      [this.played, this.moves] = [played, moves];
      return true;
    } catch (error) {
      if (turn === this.#turn) this.error = wordsOf(error);
      return false;
    } finally {
      if (turn === this.#turn) this.isPlaying = false;
    }
  }

  #ask(document: Document, moves: readonly Move[]): Promise<WorkflowPlayed> {
    const { variables, contact, at } = this;
    const person = contact ? { contact_id: contact } : this.#person && { person: this.#person };
    const answers = this.#kept ? asKept(moves, this.#kept) : waiting(moves);
    return this.simulate({ document, variables, plays: moves.filter(isPlay), answers, at, ...person });
  }
}

const wordsOf = (error: unknown): string =>
  error instanceof Problem && error.code === "workflow_has_faults"
    ? "Something has to be mended before it can be played. It is marked on the left."
    : reasonOf(error);
