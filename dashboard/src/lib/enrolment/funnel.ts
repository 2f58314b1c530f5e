/** How many are where, beside the steps and ways that they are counted at. Pure. */
import type { StepCount, WorkflowFunnel } from "$lib/api/types";
import type { Heard, Step, Way } from "$lib/workflow/document";

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

  /** How often a way was taken; `null`: nobody has gone on, it is not counted, or it cannot be told from another one. */
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
      case "case": {
        const cases = step.wait_for_reply?.cases;
        if (!cases) return took[`case ${way.nth + 1}`] ?? 0;
        const own = namesOf(cases[way.nth]?.when);
        const isShared = cases.some(
          (other, nth) => nth !== way.nth && namesOf(other.when).some((one) => own.includes(one)),
        );
        return isShared ? null : own.reduce((sum, name) => sum + (took[name] ?? 0), 0);
      }
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

/** What a case is counted as (`crates/domain/src/workflow/advance/replies.rs`). */
function namesOf(when: Heard | undefined): readonly string[] {
  if (when === undefined) return [];
  if (typeof when === "string") return [when];
  if ("keywords" in when) return when.keywords;
  if ("choice" in when) return when.choice;
  if ("intent" in when) return [when.intent];
  return Object.keys(when);
}
