/**
 * A draft at hand. What is written is kept in the browser at once and on the server after a breath; what the server would not
 * keep waits here with its reason, and holds up nothing else.
 */
import { Problem, reasonOf } from "$lib/api";
import { campaigns as api } from "$lib/api/campaigns";
import type { Campaign, CampaignPatch } from "$lib/api/types";
import { kept } from "$lib/ui/kept";
import {
  FIELDS,
  changedIn,
  faultsOf,
  formOf,
  patchOf,
  rebased,
  valueOf,
  type DraftField,
  type DraftForm,
  type Faults,
} from "./form";

export const SAVE_PAUSE_MS = 700;

export class Draft {
  form = $state.raw<DraftForm>() as DraftForm;
  base = $state.raw<DraftForm>() as DraftForm;
  /** The names that a text may have; `null`: they are not here yet. */
  known = $state.raw<readonly string[] | null>(null);
  isSaving = $state(false);
  /** Why nothing could be kept on the server, though nothing is wrong with what is written. */
  error = $state<string | null>(null);
  /** What the server refused, with the value that it refused. */
  #refused = $state.raw<Partial<Record<DraftField, { value: string; message: string }>>>({});
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | null = null;
  #isMissed = false;

  readonly changed: readonly DraftField[] = $derived(changedIn(this.form, this.base));
  /** By field; the server's word comes after ours. */
  readonly faults: Faults = $derived.by(() => {
    const faults = faultsOf(this.form, this.known, Date.now());
    for (const field of FIELDS) {
      const refused = this.#refused[field];
      if (refused && refused.value === valueOf(this.form, field)) faults[field] ??= refused.message;
    }
    return faults;
  });
  readonly isSaved: boolean = $derived(this.changed.length === 0);

  constructor(
    readonly id: string,
    campaign: Campaign,
    private readonly update: (id: string, patch: CampaignPatch) => Promise<Campaign> = api.update,
    /** Fetches it anew; what comes is `arrived`. */
    private readonly reload: () => void = () => {},
  ) {
    this.base = formOf(campaign);
    this.form = this.#restored();
    if (!this.isSaved) this.#saveSoon();
  }

  write(change: Partial<DraftForm>): void {
    this.form = { ...this.form, ...change };
    this.#keep();
    this.#saveSoon();
  }

  /** It was changed, here or elsewhere. */
  arrived(campaign: Campaign): void {
    const base = formOf(campaign);
    // While our own change is on its way, what arrives may be from before it, or from after: it is asked for anew.
    if (this.#running) {
      this.#isMissed = true;
      return;
    }
    this.form = rebased(this.form, this.base, base);
    this.base = base;
    this.#keep();
  }

  /** Keeps on the server what can be kept. Resolves to whether all of it is. */
  async save(): Promise<boolean> {
    clearTimeout(this.#timer);
    while (this.#running) await this.#running;
    this.#running = this.#save().finally(() => (this.#running = null));
    await this.#running;
    if (this.#isMissed) this.reload();
    this.#isMissed = false;
    return this.isSaved;
  }

  /** Leaving: nothing is waited for; what cannot be kept now is found here again. */
  leave(): void {
    clearTimeout(this.#timer);
    if (!this.isSaved) void this.save();
  }

  async #save(): Promise<void> {
    this.isSaving = true;
    this.error = null;
    try {
      // Each refusal takes a field out, so this ends.
      for (let tries = 0; tries <= FIELDS.length; tries++) {
        const fields = this.changed.filter((field) => this.faults[field] === undefined);
        if (fields.length === 0) return;
        const asked = this.form;
        try {
          const saved = formOf(await this.update(this.id, patchOf(asked, fields)));
          this.form = rebased(this.form, { ...this.base, ...pick(asked, fields) }, saved);
          this.base = saved;
          this.#keep();
        } catch (error) {
          const named = this.#refusedBy(error, asked, fields);
          if (!named) throw error;
        }
      }
    } catch (error) {
      this.error = reasonOf(error);
    } finally {
      this.isSaving = false;
    }
  }

  /** Notes what was refused; whether the refusal named one of the fields that were asked for. */
  #refusedBy(error: unknown, asked: DraftForm, fields: readonly DraftField[]): boolean {
    if (!(error instanceof Problem)) return false;
    const refused = { ...this.#refused };
    let named = false;
    for (const { field: where, message } of error.errors) {
      const field = fields.find(
        (one) => where === one || where.startsWith(`${one}.`) || where.startsWith(`${one}[`),
      );
      if (!field) continue;
      refused[field] = { value: valueOf(asked, field), message };
      named = true;
    }
    this.#refused = refused;
    return named;
  }

  #saveSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.save(), SAVE_PAUSE_MS);
  }

  get #key(): string {
    return keyOf(this.id);
  }

  #keep(): void {
    const { changed } = this;
    kept.set(this.#key, changed.length ? JSON.stringify(pick(this.form, changed)) : null);
  }

  #restored(): DraftForm {
    try {
      const found = JSON.parse(kept.get(this.#key) ?? "null") as Partial<DraftForm> | null;
      return {
        ...this.base,
        ...(found &&
          pick(
            found as DraftForm,
            FIELDS.filter((field) => field in found),
          )),
      };
    } catch {
      // Not ours, or of an older shape: what the server has counts.
      return this.base;
    }
  }
}

const pick = (form: DraftForm, fields: readonly DraftField[]): Partial<DraftForm> =>
  Object.fromEntries(fields.map((field) => [field, form[field]]));

/** Among what was typed, which goes when somebody signs out. */
const keyOf = (id: string): string => `text.campaign.${id}`;
/** Under which a list that was pasted is kept until it is taken over. */
export const pasteKey = (id: string): string => `${keyOf(id)}.pasted`;

/** What was kept in the browser of a draft that is no more. */
export function forgetDraft(id: string): void {
  kept.set(keyOf(id), null);
  kept.set(pasteKey(id), null);
}
