/** One request behind a button or form: busy while it runs, and the reason when it fails. */
import { newKey, Problem, reasonOf } from "$lib/api";
import type { FieldError } from "$lib/api/types";

export class Action {
  isBusy = $state(false);
  error = $state<string | null>(null);
  #key = newKey();
  #problem = $state.raw<Problem | null>(null);

  /** The message for one field, where the server named it. */
  field(name: string): string | undefined {
    return this.#problem?.field(name);
  }

  /** The last failure left open whether it was done. */
  get isUnanswered(): boolean {
    return this.#problem?.isUnanswered ?? false;
  }

  /** The stable code of the last refusal; `null`: it went well, or there was no answer. */
  get code(): string | null {
    return this.#problem?.code ?? null;
  }

  /** All that the server named, for a form that shows them together. */
  get errors(): FieldError[] {
    return this.#problem?.errors ?? [];
  }

  /** Forgets what failed. */
  clear(): void {
    this.error = null;
    this.#problem = null;
  }

  /** As `run`, with a key that stays while no answer came: trying again makes no second one. */
  async once(work: (key: string) => Promise<unknown>): Promise<boolean> {
    if (this.isBusy) return false;
    const done = await this.run(() => work(this.#key));
    if (done || !this.isUnanswered) this.#key = newKey();
    return done;
  }

  /** Runs `work` unless it is running already. Resolves to whether it succeeded. */
  async run(work: () => Promise<unknown>): Promise<boolean> {
    if (this.isBusy) return false;
    this.isBusy = true;
    this.error = null;
    this.#problem = null;
    try {
      await work();
      return true;
    } catch (error) {
      this.#problem = error instanceof Problem ? error : null;
      this.error =
        error instanceof Problem && error.errors.length > 0 ? firstUnnamed(error) : reasonOf(error);
      return false;
    } finally {
      this.isBusy = false;
    }
  }
}

/** Fields show their own messages; a form still needs one sentence. */
const firstUnnamed = (problem: Problem): string => problem.errors[0]?.message ?? problem.message;
