/** All that belongs to one workflow that is open: its draft, the editor on it, what is wrong with it, and the phone. */
import { workflows as api } from "$lib/api/workflows";
import type { LiveEvent, WorkflowDetail } from "$lib/api/types";
import { Checked } from "./checked.svelte";
import type { Document } from "./document";
import { Draft } from "./draft.svelte";
import { Editor } from "./editor.svelte";
import { Simulation } from "./simulation.svelte";

export class Workspace {
  readonly draft: Draft;
  readonly editor: Editor;
  readonly checked = new Checked();
  readonly simulation = new Simulation();
  /** What the live version says; `null`: none was published, or it is not here yet. */
  live = $state.raw<Document | null>(null);
  /** It was deleted. */
  isGone = $state(false);
  #liveVersion: number | null = null;
  #isTurn = false;

  constructor(found: WorkflowDetail) {
    this.draft = new Draft(found);
    this.editor = new Editor(this.draft.document);
    if (this.draft.isSaved) this.checked.begin(found);
    else this.checked.take(this.draft.document);
    void this.#findLive();
  }

  get id(): string {
    return this.draft.id;
  }

  /** What is written goes into the draft, and is checked. */
  wrote(document: Document): void {
    if (document === this.draft.document) return;
    this.draft.write(document);
    this.checked.take(document);
  }

  /** The workflow as it is now. */
  arrived(found: WorkflowDetail): void {
    if (this.draft.arrived(found)) this.#begin(found);
    void this.#findLive();
  }

  /** It was changed somewhere; what it says now is asked for. */
  async heard(event: LiveEvent): Promise<void> {
    if (event.type !== "workflow.updated") return;
    const { id, workflow } = event.data;
    if (id === this.id) this.isGone = true;
    if (workflow?.id !== this.id) return;
    const { saved } = this.draft;
    const isKnown =
      workflow.revision <= saved.revision &&
      workflow.state === saved.state &&
      workflow.live_version === saved.live_version;
    if (!isKnown && !this.draft.isSaving) await this.reload();
  }

  async reload(): Promise<void> {
    if (this.#isTurn) return;
    this.#isTurn = true;
    try {
      this.arrived(await api.get(this.id));
    } catch {
      // What is shown is what was true; the next word of it tries again.
    } finally {
      this.#isTurn = false;
    }
  }

  takeTheirs(): void {
    const { theirs } = this.draft;
    this.draft.takeTheirs();
    if (theirs) this.#begin(theirs);
  }

  leave(): void {
    this.checked.stop();
    this.draft.leave();
  }

  #begin(found: WorkflowDetail): void {
    this.editor.restart(found.document);
    this.checked.begin(found);
  }

  async #findLive(): Promise<void> {
    const version = this.draft.saved.live_version;
    if (version === this.#liveVersion) return;
    this.#liveVersion = version;
    try {
      this.live = version === null ? null : (await api.version(this.id, version)).document;
    } catch {
      // Without it nothing is compared; it is asked for again with the next word of the workflow.
      this.#liveVersion = null;
    }
  }
}
