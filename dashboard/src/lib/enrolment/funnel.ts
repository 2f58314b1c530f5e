/** How many are where, beside the steps and ways that they are counted at. Pure. */
import type { StepCount, WorkflowFunnel } from "$lib/api/types";
import type { Step, Way } from "$lib/workflow/document";

export class Funnel {
  readonly #steps: ReadonlyMap<string, StepCount>;

  constructor(readonly counts: WorkflowFunnel) {
    this.#steps = new Map(counts.steps.map((count) => [count.step, count]));
  }

  of(step: string): StepCount | undefined {
    return this.#steps.get(step);
  }

  /** Of all who entered, how many came here; a step that is come to twice is full. */
  share(step: string): number {
    const came = this.of(step)?.came ?? 0;
    return this.counts.entered > 0 ? Math.min(1, came / this.counts.entered) : 0;
  }

  /** How often a way was taken; `null`: nobody has gone on, or it is not counted. */
  took(step: Step, way: Way): number | null {
    const took = this.of(step.id)?.took ?? {};
    if (Object.keys(took).length === 0) return null;
    switch (way.what) {
      case "timeout":
      case "otherwise":
      case "no_match":
        return took[way.what] ?? 0;
      case "path":
        return took[`path ${way.nth + 1}`] ?? 0;
      case "case":
        return took[`case ${way.nth + 1}`] ?? 0;
    }
  }

  /** How they ended, the most frequent first. */
  get ends(): { outcome: string; times: number; seconds: number; share: number }[] {
    const all = Object.entries(this.counts.ended);
    const sum = all.reduce((sum, [, { times }]) => sum + times, 0) || 1;
    return all
      .map(([outcome, { times, seconds }]) => ({ outcome, times, seconds, share: times / sum }))
      .sort((a, b) => b.times - a.times);
  }

  /** Why who came was not let in, the most frequent first. */
  get refused(): { reason: string; times: number }[] {
    return Object.entries(this.counts.refused)
      .map(([reason, times]) => ({ reason, times }))
      .sort((a, b) => b.times - a.times);
  }
}
