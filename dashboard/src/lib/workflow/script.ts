/** What a play is made of: what happens, and what systems and models answer when they are asked. Pure. */
import type { WorkflowAnswer, WorkflowAnswers, WorkflowPlay, WorkflowPlayed } from "$lib/api/types";

/** Who answers: a system of the tenant's, or a model. Each kind answers in the order in which it is asked. */
export type Who = "http" | "models";
export const WHO: readonly Who[] = ["http", "models"];

/** A system or a model was asked, and this is what it answered. */
export interface Answered {
  who: Who;
  /** The how manieth question to its kind, from 0. */
  nth: number;
  /** The step that asked. */
  step: string;
  answer: WorkflowAnswer;
}
export type Move = WorkflowPlay | Answered;

export const isAnswered = (move: Move): move is Answered => typeof move === "object" && "who" in move;
export const isPlay = (move: Move): move is WorkflowPlay => !isAnswered(move);

/** This cannot become of a question, and so it is not heard: the way goes on waiting for an answer. */
const SILENCE: WorkflowAnswer = "sent";
/** One play can come to so many questions at most that nobody answers: each but the last has been waited for in vain. */
const SILENCES = 50;

const DEEDS: Record<Who, string> = { http: "does http", models: "does ask" };

/** The steps that asked, each kind in its order. */
export const askersOf = (trace: WorkflowPlayed["trace"], who: Who): string[] =>
  trace.filter(({ what, text }) => what === "does" && text === DEEDS[who]).map(({ step }) => step ?? "");

/** What was answered, in its order, for whoever was asked so often; between it nobody answered. */
function answersTo(who: Who, moves: readonly Move[], base: WorkflowAnswers, times: number): WorkflowAnswer[] {
  const answers = [...(base[who] ?? [])];
  for (const move of moves) {
    if (!isAnswered(move) || move.who !== who) continue;
    while (answers.length < move.nth) answers.push(SILENCE);
    answers[move.nth] = move.answer;
  }
  while (answers.length < times) answers.push(SILENCE);
  return answers;
}

function script(moves: readonly Move[], base: WorkflowAnswers, times: (who: Who) => number): WorkflowAnswers {
  const all = Object.fromEntries(WHO.map((who) => [who, answersTo(who, moves, base, times(who))]));
  const said = Object.entries({ ...base, ...all }).filter(([, answers]) => answers.length > 0);
  return Object.fromEntries(said) as WorkflowAnswers;
}

/** As it is played: whoever is asked besides does not answer, so that the play stands there until somebody says what they do. */
export const waiting = (moves: readonly Move[]): WorkflowAnswers => script(moves, {}, () => SILENCES);

/** As a conversation that is kept is played: whoever is asked besides answers as usual. */
export const asKept = (moves: readonly Move[], base: WorkflowAnswers): WorkflowAnswers =>
  script(moves, base, () => 0);

/** What was answered in a play, and what was not, so that it goes the same way again. */
export const answersIn = (
  moves: readonly Move[],
  { trace }: Pick<WorkflowPlayed, "trace">,
): WorkflowAnswers => script(moves, {}, (who) => askersOf(trace, who).length);

/** The moves without answers to what is not asked any more, or by another step. */
export function fitting(moves: readonly Move[], { trace }: Pick<WorkflowPlayed, "trace">): readonly Move[] {
  const fits = (move: Move) => isPlay(move) || askersOf(trace, move.who)[move.nth] === move.step;
  return moves.every(fits) ? moves : moves.filter(fits);
}

/** Who is asked just now and has not answered; `null`: nobody. */
export function openQuestion(played: WorkflowPlayed): Omit<Answered, "answer"> | null {
  const { waits_for, stands_at, status, trace } = played;
  if (status !== "live" || (waits_for !== "effect" && waits_for !== "intent")) return null;
  const last = trace.findLast(({ what, text }) => what === "does" && Object.values(DEEDS).includes(text));
  const who = WHO.find((one) => DEEDS[one] === last?.text);
  if (!who || last?.step == null || last.step !== stands_at) return null;
  return { who, nth: askersOf(trace, who).length - 1, step: last.step };
}
