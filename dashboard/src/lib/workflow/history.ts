/** What was before, and what was taken back. Values are kept whole: they share what did not change. Pure. */

/** Changes under one name that follow one another so closely are one: a word that is being typed. */
const TOGETHER_MS = 1_500;
const KEPT_MAX = 200;

export interface Kept<T> {
  value: T;
  /** What was done to come from there: `Delete`. */
  did: string;
}

export class History<T> {
  private constructor(
    readonly past: readonly Kept<T>[],
    readonly future: readonly Kept<T>[],
    private readonly last: { name: string; at: number } | null,
  ) {}

  static empty<T>(): History<T> {
    return new History<T>([], [], null);
  }

  get undoes(): string | null {
    return this.past.at(-1)?.did ?? null;
  }

  get redoes(): string | null {
    return this.future.at(-1)?.did ?? null;
  }

  /** A value is left. `name`: the place that is being typed in; changes there follow one another as one. */
  left(value: T, did: string, now: number, name: string | null = null): History<T> {
    const isSame = name !== null && this.last?.name === name && now - this.last.at < TOGETHER_MS;
    const past = isSame ? this.past : [...this.past, { value, did }].slice(-KEPT_MAX);
    return new History(past, [], name === null ? null : { name, at: now });
  }

  undo(value: T): { history: History<T>; value: T; did: string } | null {
    const back = this.past.at(-1);
    if (!back) return null;
    const future = [...this.future, { value, did: back.did }];
    return { history: new History(this.past.slice(0, -1), future, null), value: back.value, did: back.did };
  }

  redo(value: T): { history: History<T>; value: T; did: string } | null {
    const forth = this.future.at(-1);
    if (!forth) return null;
    const past = [...this.past, { value, did: forth.did }];
    return { history: new History(past, this.future.slice(0, -1), null), value: forth.value, did: forth.did };
  }
}
