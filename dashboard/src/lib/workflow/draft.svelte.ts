/**
 * A draft that is kept as it is written: in the browser at once, on the server after a breath, with the revision that it was
 * made from. If somebody else has changed it meanwhile, nothing is overwritten before a person has said which one counts.
 */
import { Problem, reasonOf } from "$lib/api";
import { workflows as api } from "$lib/api/workflows";
import type { WorkflowDetail } from "$lib/api/types";
import { kept } from "$lib/ui/kept";
import { isDocument, type Document } from "./document";

export const SAVE_PAUSE_MS = 900;

export class Draft {
  /** What the server has, as far as is known here. */
  saved = $state.raw<WorkflowDetail>() as WorkflowDetail;
  /** What is written here; the same object as `saved.document` while nothing else is. */
  document = $state.raw<Document>() as Document;
  isSaving = $state(false);
  /** Why it could not be kept on the server. */
  error = $state<string | null>(null);
  /** It has not the form of a workflow; what is wrong stands where it is. */
  isRefused = $state(false);
  /** Somebody else's, which came in between. */
  theirs = $state.raw<WorkflowDetail | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | null = null;

  readonly isSaved: boolean = $derived(this.document === this.saved.document);

  constructor(
    found: WorkflowDetail,
    private readonly keep: typeof api.saveDraft = api.saveDraft,
    private readonly find: typeof api.get = api.get,
  ) {
    this.saved = found;
    this.document = found.document;
    const mine = this.#restored();
    if (!mine) return;
    this.document = mine.document;
    if (mine.revision === found.revision) this.#saveSoon();
    else this.theirs = found;
  }

  get id(): string {
    return this.saved.id;
  }

  write(document: Document): void {
    if (document === this.document) return;
    this.document = document;
    this.isRefused = false;
    this.#keep();
    this.#saveSoon();
  }

  /** The workflow was changed, here or elsewhere; whether its draft is another one now, which is to be shown. */
  arrived(found: WorkflowDetail): boolean {
    if (this.#running || found.revision < this.saved.revision) return false;
    if (found.revision === this.saved.revision) {
      // Only how it stands with it has changed.
      this.saved = { ...found, document: this.saved.document };
      return false;
    }
    if (!this.isSaved) {
      this.theirs = found;
      return false;
    }
    this.#begin(found);
    return true;
  }

  /** Of two that were written at the same time the other one counts. */
  takeTheirs(): void {
    if (this.theirs) this.#begin(this.theirs);
  }

  /** This one counts, and is kept over the other. */
  async keepMine(): Promise<void> {
    if (!this.theirs) return;
    this.saved = this.theirs;
    this.theirs = null;
    await this.save();
  }

  /** Keeps it on the server. Resolves to whether all of it is there. */
  async save(): Promise<boolean> {
    clearTimeout(this.#timer);
    while (this.#running) await this.#running;
    if (!this.isSaved && !this.theirs) {
      this.#running = this.#save().finally(() => (this.#running = null));
      await this.#running;
    }
    return this.isSaved;
  }

  /** Leaving: nothing is waited for; what cannot be kept now is found here again. */
  leave(): void {
    clearTimeout(this.#timer);
    if (!this.isSaved) void this.save();
  }

  /** What is not saved is not wanted any more. */
  forget(): void {
    clearTimeout(this.#timer);
    this.document = this.saved.document;
    kept.set(this.#key, null);
  }

  async #save(): Promise<void> {
    const { document } = this;
    this.isSaving = true;
    this.error = null;
    try {
      const found = await this.keep(this.id, document, this.saved.revision);
      // What is written stays the object that it is, so that what comes after it is told from it.
      this.saved = { ...found, document };
      this.#keep();
      if (!this.isSaved) this.#saveSoon();
    } catch (error) {
      await this.#failed(error);
    } finally {
      this.isSaving = false;
    }
  }

  async #failed(error: unknown): Promise<void> {
    if (error instanceof Problem && error.code === "changed_meanwhile") {
      try {
        this.theirs = await this.find(this.id);
        return;
      } catch (other) {
        error = other;
      }
    }
    if (error instanceof Problem && error.status === 422) this.isRefused = true;
    else this.error = reasonOf(error);
  }

  #begin(found: WorkflowDetail): void {
    clearTimeout(this.#timer);
    this.saved = found;
    this.document = found.document;
    this.theirs = null;
    this.isRefused = false;
    this.#keep();
  }

  #saveSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.save(), SAVE_PAUSE_MS);
  }

  get #key(): string {
    return `text.workflow.${this.id}`;
  }

  #keep(): void {
    const mine = { revision: this.saved.revision, document: this.document };
    kept.set(this.#key, this.isSaved ? null : JSON.stringify(mine));
  }

  #restored(): { revision: number; document: Document } | null {
    try {
      const found = JSON.parse(kept.get(this.#key) ?? "null") as Record<string, unknown> | null;
      const { revision, document } = found ?? {};
      return typeof revision === "number" && isDocument(document) ? { revision, document } : null;
    } catch {
      // Not ours, or of an older shape: what the server has counts.
      return null;
    }
  }
}
