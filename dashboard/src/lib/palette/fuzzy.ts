/** How well a few typed letters fit a name. Pure. */

export interface Fit {
  /** More is better; from `SURE` on people would say it is what was meant. */
  score: number;
  /** Which characters of the text were meant, in order, as places in it. */
  at: number[];
}

export const SURE = 40;
const WHOLE = 100;
const BEGINNING = 90;
const WORD = 75;
const INSIDE = 50;
const INITIALS = 45;
const LOOSE = 20;
/** Letters that lie further apart than this, for each typed one, are chance. */
const SPREAD_MAX = 3;

/** Small letters without marks, one for each UTF-16 unit, so that places stay true. */
function fold(text: string): string[] {
  return [...text].flatMap((char) => {
    const bare = char.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
    const first = bare.slice(0, char.length) || char;
    return first.padEnd(char.length, "\0").split("");
  });
}

const isLetter = (char: string | undefined) => char !== undefined && /[\p{L}\p{N}]/u.test(char);
const startsWord = (text: readonly string[], at: number) => isLetter(text[at]) && !isLetter(text[at - 1]);

/** `null`: it does not fit. Of several typed words each must. */
export function fit(typed: string, text: string): Fit | null {
  const words = typed.trim().split(/\s+/u).filter(Boolean);
  if (words.length === 0) return { score: 0, at: [] };
  const folded = fold(text);
  const whole = fitWord(fold(typed.trim()), folded);
  if (whole && whole.score >= INSIDE) return whole;
  const each = words.map((word) => fitWord(fold(word), folded));
  if (each.some((one) => one === null)) return null;
  const found = each as Fit[];
  return {
    score: Math.min(...found.map(({ score }) => score)),
    at: [...new Set(found.flatMap(({ at }) => at))].sort((a, b) => a - b),
  };
}

function fitWord(typed: string[], text: string[]): Fit | null {
  const line = text.join("");
  const word = typed.join("");
  const span = (from: number) => typed.map((_, i) => from + i);
  // Of equally good fits the shorter name is meant.
  const shorter = -Math.min(4, text.length / 20);
  if (line === word) return { score: WHOLE, at: span(0) };
  if (line.startsWith(word)) return { score: BEGINNING + shorter, at: span(0) };
  let inside = -1;
  for (let at = line.indexOf(word); at >= 0; at = line.indexOf(word, at + 1)) {
    if (startsWord(text, at)) return { score: WORD + shorter, at: span(at) };
    if (inside < 0) inside = at;
  }
  if (inside >= 0) return typed.length > 1 ? { score: INSIDE + shorter, at: span(inside) } : null;
  return initials(typed, text, shorter) ?? loosely(typed, text, shorter);
}

/** `nc` for "New conversation". */
function initials(typed: string[], text: string[], shorter: number): Fit | null {
  const at: number[] = [];
  for (let i = 0; i < text.length && at.length < typed.length; i++)
    if (startsWord(text, i) && text[i] === typed[at.length]) at.push(i);
  return at.length === typed.length && typed.length > 1 ? { score: INITIALS + shorter, at } : null;
}

/** All letters in their order, close enough together. */
function loosely(typed: string[], text: string[], shorter: number): Fit | null {
  if (typed.length < 3) return null;
  const at: number[] = [];
  let from = 0;
  for (const char of typed) {
    const next = text.indexOf(char, from);
    if (next < 0) return null;
    at.push(next);
    from = next + 1;
  }
  const spread = (at.at(-1) ?? 0) - (at[0] ?? 0) + 1;
  if (!startsWord(text, at[0] ?? 0) || spread > typed.length * SPREAD_MAX) return null;
  return { score: LOOSE + shorter, at };
}

/** The text in pieces: what was meant, and what lies between. */
export function pieces(text: string, at: readonly number[]): { text: string; isMeant: boolean }[] {
  const meant = new Set(at);
  const all: { text: string; isMeant: boolean }[] = [];
  for (let i = 0; i < text.length; i++) {
    const isMeant = meant.has(i);
    const last = all.at(-1);
    if (last && last.isMeant === isMeant) last.text += text[i];
    else all.push({ text: text[i] ?? "", isMeant });
  }
  return all;
}
