/** People who are made up, and what would come of them. Pure. */
import type { WorkflowFigures, WorkflowFunnel, WorkflowGuess } from "$lib/api/types";

export const usualGuess = (): WorkflowGuess => ({
  people: 1_000,
  days: 30,
  answer_percent: 60,
  half_within: "10m",
  stop_percent: 0.5,
  segments_per_second: 10,
});

/** As those of people who were there are shown: counted at each step. How long each stayed is not counted of the made up. */
export const funnelOf = ({ entered, standing, outcomes, steps }: WorkflowFigures): WorkflowFunnel => ({
  version: 0,
  entered,
  inside: standing,
  refused: {},
  ended: Object.fromEntries(
    Object.entries(outcomes).map(([outcome, times]) => [outcome, { times, seconds: 0 }]),
  ),
  steps: steps.map((step) => ({
    step: step.step,
    came: step.came,
    here: step.standing,
    seconds: 0,
    median_seconds: 0,
    ended: 0,
    answered: step.answered,
    timed_out: step.timed_out,
    asked_again: 0,
    left_out: step.left_out,
    failed: step.stuck,
    took: {},
  })),
});

/** Steps at which somebody stands still for good. */
export const deadEnds = ({ steps }: WorkflowFigures): { step: string; stuck: number }[] =>
  steps.filter(({ stuck }) => stuck > 0).map(({ step, stuck }) => ({ step, stuck }));

/** Steps that nobody came to. */
export const unseen = ({ steps }: WorkflowFigures): string[] =>
  steps.filter(({ came }) => came === 0).map(({ step }) => step);

const REASONS: Record<string, string> = {
  rate: "for the pace of the numbers",
  quiet_hours: "for quiet hours",
  law: "for the hours of the law",
  too_late: "had waited too long",
  opted_out: "opted out meanwhile",
};
/** Why a text waited or was not sent. */
export const reasonWords = (reason: string): string => REASONS[reason] ?? reason.replaceAll("_", " ");
