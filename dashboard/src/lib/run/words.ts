/** Plain words for how an assistant came to say something. */
import type { Run, Source } from "$lib/api/types";

export const OUTCOME: Record<Run["outcome"], string> = {
  replied: "Its reply was sent",
  suggested: "It suggested this to people",
  refused: "Its reply was held back",
  handed_off: "It handed over to people",
  silent: "It said nothing",
  approval: "It asked people before doing something",
  outdated: "Something newer came in between; its answer was not used",
};

/** `38 ms`, `0.8 s`, `12 s`. */
export const took = (ms: number): string =>
  ms < 100 ? `${ms} ms` : `${(ms / 1_000).toFixed(ms < 9_950 ? 1 : 0)} s`;

/** Passages that were offered, with whether the answer quotes them; what is quoted but was not offered comes first. */
export function passagesOf(
  offered: readonly Source[],
  quoted: readonly Source[],
): { source: Source; isQuoted: boolean }[] {
  const isSame = (a: Source, b: Source) =>
    a.title === b.title && (a.quote.includes(b.quote) || b.quote.includes(a.quote));
  const others = quoted.filter((q) => !offered.some((o) => isSame(o, q)));
  return [
    ...others.map((source) => ({ source, isQuoted: true })),
    ...offered.map((source) => ({ source, isQuoted: quoted.some((q) => isSame(source, q)) })),
  ];
}

/** What a model answered is most often JSON: laid out so that it can be read. */
export function laidOut(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
