/** A document at hand: what is chosen in it, what was done to it, and back again. */
import { kindOf, type Acts, type Document, type Kind, type Step } from "./document";
import { History } from "./history";
import { labelOfKind, newStep } from "./kinds";
import { freeId, idFrom, isUsual } from "./names";
import * as tree from "./tree";
import type { Place } from "./tree";

/** Chosen is what stands above the steps: triggers, entry, exits, variables. */
export const START = "/start";

interface Snapshot {
  document: Document;
  selected: string | null;
}

export class Editor {
  document = $state.raw<Document>() as Document;
  /** The id of a step, or `START`. */
  selected = $state<string | null>(null);
  /** Counts what was chosen, one after the other: its form begins anew with each. A step that is renamed stays the same. */
  chosen = $state(0);
  /** The step that is being dragged. */
  dragged = $state<string | null>(null);
  /** The step for which a place is being chosen, by keys or by touch. */
  carried = $state<string | null>(null);
  /** The last thing worth saying aloud. */
  announcement = $state("");
  #history = $state.raw(History.empty<Snapshot>());

  /** Steps that were made here and have no name of their own yet. */
  readonly #made = new Set<string>();

  constructor(
    document: Document,
    private readonly now: () => number = Date.now,
  ) {
    this.document = tree.withOwnIds(document);
  }

  readonly step: Step | null = $derived(
    this.selected === null ? null : (tree.find(this.document, this.selected)?.step ?? null),
  );
  readonly ids: ReadonlySet<string> = $derived(new Set(tree.idsOf(this.document.steps)));

  get undoes(): string | null {
    return this.#history.undoes;
  }

  get redoes(): string | null {
    return this.#history.redoes;
  }

  /** Chooses a step. The one that is left gets a name from its words, if it has none of its own. */
  select(id: string | null): void {
    const left = this.selected;
    this.#choose(id);
    if (left !== null && left !== id) this.#name(left);
  }

  add(kind: Kind, place: Place): string {
    const step = newStep(kind);
    const own = { ...step, id: freeId(step.id, this.ids) };
    this.#do("Add", tree.insert(this.document, place, [own]), own.id);
    this.#made.add(own.id);
    this.announcement = `${labelOfKind(kind)} was added.`;
    return own.id;
  }

  /** Puts copied steps in; their ids are made free. */
  paste(steps: readonly Step[], place: Place): string | null {
    const own = tree.fresh(this.document, steps);
    const [first] = own;
    if (!first) return null;
    this.#do("Paste", tree.insert(this.document, place, own), first.id);
    this.announcement = own.length === 1 ? "One step was pasted." : `${own.length} steps were pasted.`;
    return first.id;
  }

  /** Takes a step out, with all inside; resolves to what is to be looked at then. */
  remove(id: string): string | null {
    const found = tree.find(this.document, id);
    if (!found) return null;
    const all = tree.allSteps(this.document).map(({ step }) => step.id);
    const gone = new Set(tree.idsOf([found.step]));
    const at = all.indexOf(id);
    const next = all.slice(at).find((one) => !gone.has(one)) ?? all.slice(0, at).at(-1) ?? START;
    this.#do(
      "Delete",
      tree.remove(this.document, id),
      this.selected && gone.has(this.selected) ? null : this.selected,
    );
    this.announcement = `${this.#called(found.step)} was deleted.`;
    return next;
  }

  duplicate(id: string): string | null {
    const twin = tree.duplicate(this.document, id);
    if (!twin) return null;
    this.#do("Duplicate", twin.document, twin.id);
    this.announcement = "The step was duplicated.";
    return twin.id;
  }

  nudge(id: string, by: -1 | 1): void {
    const moved = tree.nudge(this.document, id, by);
    if (!moved) {
      this.announcement = by < 0 ? "It is the first step." : "It is the last step.";
      return;
    }
    this.#do("Move", moved, this.selected);
    const found = tree.find(moved, id);
    const of = found && tree.stepsOf(moved, found.lane)?.length;
    if (found) this.announcement = `${this.#called(found.step)} is step ${found.at + 1} of ${of} here.`;
  }

  move(id: string, place: Place): void {
    [this.dragged, this.carried] = [null, null];
    const moved = tree.move(this.document, id, place);
    if (moved === this.document) return;
    this.#do("Move", moved, this.selected);
    const found = tree.find(moved, id);
    if (found) this.announcement = `${this.#called(found.step)} was moved.`;
  }

  /** Begins to move a step to a place that is chosen; `null`: it stays where it is. */
  carry(id: string | null): void {
    const was = this.carried;
    this.carried = id;
    this.announcement =
      id !== null
        ? "Choose where it goes, with the arrows and Enter. Escape leaves it where it is."
        : was !== null
          ? "It stays where it is."
          : "";
  }

  /** The step that is on its way to another place. */
  get moving(): string | null {
    return this.dragged ?? this.carried;
  }

  /** Whether the moving step can be put there: not into itself, and not where it is already. */
  takes({ lane, at }: Place): boolean {
    const found = this.moving === null ? undefined : tree.find(this.document, this.moving);
    if (!found || tree.isInside(found.step, lane)) return false;
    return found.lane !== lane || (found.at !== at && found.at + 1 !== at);
  }

  /** A step goes into the first way of a new one. */
  wrap(id: string, kind: "branch" | "split" | "wait_for_reply"): void {
    const around = newStep(kind);
    if (around.wait_for_reply) around.wait_for_reply.cases = [{ when: "yes", steps: [] }];
    const own = { ...around, id: freeId(around.id, this.ids) };
    this.#do("Wrap", tree.wrap(this.document, id, own), own.id);
    this.announcement = `The step is in the first way of ${labelOfKind(kind)} now.`;
  }

  /** What a step does is written anew. `field`: where somebody types, so that what they type is undone together. */
  write<K extends Kind>(id: string, kind: K, act: Acts[K], field: string | null = null): void {
    const to = tree.change(this.document, id, (step) => ({ ...step, [kind]: act }));
    this.#do("Edit", to, this.selected, field && `${id}${field}`);
  }

  /** For whom a step is. */
  only(id: string, when: Step["only_if"]): void {
    const to = tree.change(this.document, id, ({ only_if: _, ...step }) =>
      when === undefined ? step : { ...step, only_if: when },
    );
    this.#do("Edit", to, this.selected, `${id}/only_if`);
  }

  /** A name of somebody's own; `false`: another step has it. */
  rename(id: string, to: string): boolean {
    if (to === id) return true;
    if (this.ids.has(to)) return false;
    const selected = this.selected === id ? to : this.selected;
    const { chosen } = this;
    this.#do("Rename", tree.rename(this.document, id, to), selected);
    // It is the same step, whatever it is called.
    this.chosen = chosen;
    return true;
  }

  /** What stands above the steps. */
  set(parts: Partial<Omit<Document, "steps">>, field: string | null = null): void {
    const document = Object.fromEntries(
      Object.entries({ ...this.document, ...parts }).filter(([, value]) => value !== undefined),
    ) as unknown as Document;
    this.#do("Edit", document, this.selected, field);
  }

  /** All of it is another, as after an edit of its text. */
  replace(document: Document, did: string): void {
    this.#do(did, tree.withOwnIds(document), null);
  }

  /** It is as the server has it now; what was done before means nothing any more. */
  restart(document: Document): void {
    this.document = tree.withOwnIds(document);
    this.selected = null;
    this.#history = History.empty();
  }

  undo(): void {
    this.#go(this.#history.undo(this.#now), "was undone");
  }

  redo(): void {
    this.#go(this.#history.redo(this.#now), "was done again");
  }

  get #now(): Snapshot {
    return { document: this.document, selected: this.selected };
  }

  #go(to: ReturnType<History<Snapshot>["undo"]>, what: string): void {
    if (!to) return;
    this.#history = to.history;
    this.document = to.value.document;
    const { selected } = to.value;
    this.#choose(selected === null || selected === START || this.ids.has(selected) ? selected : null);
    this.announcement = `${to.did} ${what}.`;
  }

  #do(did: string, to: Document, selected: string | null, name: string | null = null): void {
    const left = this.selected;
    this.#history = this.#history.left(this.#now, did, this.now(), name);
    this.document = to;
    this.#choose(selected);
    if (left !== null && left !== selected) this.#name(left);
  }

  #choose(id: string | null): void {
    if (id !== this.selected) this.chosen += 1;
    this.selected = id;
  }

  /** It belongs to what was typed there: undoing that undoes it. */
  #name(id: string): void {
    const step = tree.find(this.document, id)?.step;
    // What somebody else called so, or people stand at, keeps its name.
    if (!step || !this.#made.has(id) || !isUsual(step)) return;
    const others = new Set(this.ids);
    others.delete(id);
    const wanted = idFrom(step);
    if (wanted === id.replace(/_\d+$/, "")) return;
    this.#made.delete(id);
    this.document = tree.rename(this.document, id, freeId(wanted, others));
  }

  #called(step: Step): string {
    const kind = kindOf(step);
    return kind ? labelOfKind(kind) : "The step";
  }
}
