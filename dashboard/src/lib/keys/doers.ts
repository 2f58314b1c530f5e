/** What the shortcuts do just now, as said by whoever is on screen. The handler of keys itself comes later. */

/** Answers `false` when it had nothing to do. */
type Doer = () => unknown;

let all: Record<string, Doer>[] = [];

/** Says what shortcuts do from here on, by their ids; returns the end of it. */
export function onKeys(doers: Record<string, Doer>): () => void {
  all = [doers, ...all];
  return () => (all = all.filter((one) => one !== doers));
}

/** The last who said so has it. */
export const doerOf = (id: string): Doer | undefined => all.find((doers) => doers[id])?.[id];
