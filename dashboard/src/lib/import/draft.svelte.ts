/** What somebody says of an import: shown at once, kept one after the other, and not lost when that fails. */
import { Problem, reasonOf } from "$lib/api";
import type { ContactImport, ImportPatch } from "$lib/api/types";
import type { WatchedImport } from "./watched.svelte";

/** How the file is read is the server's word, and no draft. */
export type ImportForm = Required<Omit<ImportPatch, "delimiter" | "encoding" | "sheet" | "header_row">>;

export const formOf = (job: ContactImport): ImportForm => ({
  mapping: job.mapping,
  dates: job.dates,
  decimal_comma: job.decimal_comma,
  mode: job.mode,
  tags: job.tags,
  list_id: job.list_id,
  attestation: job.attestation,
});

export class ImportDraft {
  isSaving = $state(false);
  error = $state<string | null>(null);
  /** What the server has not taken yet. */
  #unsaved = $state.raw<ImportPatch>({});
  #problem = $state.raw<Problem | null>(null);
  #saving: Promise<boolean> | null = null;
  readonly form: ImportForm = $derived.by(() => ({ ...formOf(this.known), ...this.#unsaved }));

  constructor(
    private readonly watched: Pick<WatchedImport, "job" | "change">,
    private readonly first: ContactImport,
  ) {}

  /** What the server says of one of the things that were said. */
  field(name: keyof ImportForm): string | undefined {
    return this.#problem?.errors.find((e) => e.field === name || e.field.startsWith(`${name}[`))?.message;
  }

  get isKept(): boolean {
    return Object.keys(this.#unsaved).length === 0;
  }

  change(patch: ImportPatch): Promise<boolean> {
    this.#unsaved = { ...this.#unsaved, ...patch };
    return this.save();
  }

  /** Resolves to whether all that was said is kept. */
  save(): Promise<boolean> {
    this.#saving ??= this.#run().finally(() => (this.#saving = null));
    return this.#saving;
  }

  private get known(): ContactImport {
    return this.watched.job ?? this.first;
  }

  async #run(): Promise<boolean> {
    this.isSaving = true;
    this.error = null;
    this.#problem = null;
    try {
      while (!this.isKept) {
        const asked = this.#unsaved;
        await this.watched.change(asked);
        // What was changed meanwhile is still to be kept.
        const rest = Object.entries(this.#unsaved).filter(
          ([name, value]) => asked[name as keyof ImportPatch] !== value,
        );
        this.#unsaved = Object.fromEntries(rest) as ImportPatch;
      }
      return true;
    } catch (error) {
      this.error = reasonOf(error);
      this.#problem = error instanceof Problem ? error : null;
      return false;
    } finally {
      this.isSaving = false;
    }
  }
}
