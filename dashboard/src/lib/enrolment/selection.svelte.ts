/** Many people are let into a workflow together: first it is counted who would enter, then they do, so many a minute. */
import { enrolments as api } from "$lib/api/workflows";
import type { LiveEvent, NewSelection, Selection } from "$lib/api/types";
import { Action } from "$lib/ui/action.svelte";

export interface Groups {
  tags: string[];
  lists: string[];
  segments: string[];
  imports: string[];
}

export class LettingIn {
  groups = $state.raw<Groups>({ tags: [], lists: [], segments: [], imports: [] });
  perMinute = $state<number | null>(600);
  /** Who would enter, as it is being counted, or was; `null`: it was not asked. */
  dry = $state.raw<Selection | null>(null);
  /** Those who are being let in; `null`: nobody is. */
  going = $state.raw<Selection | null>(null);
  readonly counting = new Action();
  readonly entering = new Action();
  readonly stopping = new Action();

  constructor(
    private readonly workflow: string,
    private readonly calls: Pick<typeof api, "select" | "selections" | "selection" | "stopSelection"> = api,
  ) {}

  get isNobody(): boolean {
    return Object.values(this.groups).every((some: string[]) => some.length === 0);
  }

  /** All of them were looked at. */
  get isCounted(): boolean {
    return this.dry?.state === "done";
  }

  /** What goes on already, whoever began it. */
  async find(): Promise<void> {
    try {
      const { data } = await this.calls.selections(this.workflow);
      this.going ??= data.find(({ dry_run, state }) => !dry_run && state === "running") ?? null;
    } catch {
      // Without it one can still begin anew.
    }
  }

  /** What was counted was of others. */
  choose(by: Partial<Groups>): void {
    this.groups = { ...this.groups, ...by };
    this.dry = null;
  }

  count(): Promise<boolean> {
    return this.counting.once(async (key) => {
      this.dry = null;
      this.dry = await this.calls.select(this.workflow, this.#whom(true), key);
      await this.look();
    });
  }

  enter(): Promise<boolean> {
    return this.entering.once(async (key) => {
      this.going = await this.calls.select(this.workflow, this.#whom(false), key);
      this.dry = null;
      await this.look();
    });
  }

  stop(): Promise<boolean> {
    return this.stopping.run(async () => {
      if (this.going) this.going = await this.calls.stopSelection(this.going.id);
    });
  }

  async heard(event: LiveEvent): Promise<void> {
    if (event.type === "workflow.updated" && event.data.workflow?.id === this.workflow) await this.look();
  }

  /** How far it is now. */
  async look(): Promise<void> {
    const { dry, going } = this;
    try {
      if (dry?.state === "running") {
        const now = await this.calls.selection(dry.id);
        if (this.dry?.id === now.id) this.dry = now;
      }
      if (going?.state === "running") {
        const now = await this.calls.selection(going.id);
        if (this.going?.id === now.id) this.going = now;
      }
    } catch {
      // What is shown was true; the next word of it tries again.
    }
  }

  #whom(dry_run: boolean): NewSelection {
    const said = Object.entries(this.groups).filter(([, some]: [string, string[]]) => some.length > 0);
    const rate = dry_run || this.perMinute === null ? {} : { per_minute: this.perMinute };
    return { audience: Object.fromEntries(said) as NewSelection["audience"], ...rate, dry_run };
  }
}

/** How far it is, of a hundred; `null`: that is not known yet. */
export const shareOf = ({ looked, to_look }: Selection): number | null =>
  to_look === null ? null : to_look === 0 ? 100 : Math.min(100, Math.round((looked / to_look) * 100));

/** Who is not let in, the most first. */
export const refusedOf = ({ refused }: Selection): [reason: string, count: number][] =>
  Object.entries(refused)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a);
