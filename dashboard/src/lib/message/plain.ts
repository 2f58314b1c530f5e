/** Rewrites a text so that it fits the short alphabet of SMS, touching only what does not. */

/** Signs that smart encoding may leave, and what people read in their place. */
const MEANT: Record<string, string> = {
  "…": "...",
  "–": "-",
  "—": "-",
  "‘": "'",
  "’": "'",
  "“": '"',
  "”": '"',
  "«": '"',
  "»": '"',
  "•": "-",
  "·": ".",
  "→": "->",
  "×": "x",
  "™": "(TM)",
  "©": "(C)",
  "®": "(R)",
  "°": " deg",
  "\u00a0": " ",
  ł: "l",
  Ł: "L",
  đ: "d",
  Đ: "D",
  œ: "oe",
  Œ: "OE",
};

/** Stands where a character was left out, until its surroundings are mended. */
const GONE = "\0";

/** `body` with each of `offending` replaced by its plain reading, or left out where it has none. */
export function plain(body: string, offending: readonly string[]): string {
  if (offending.length === 0) return body;
  const out = new Set(offending.flatMap((text) => [...text]));
  const text = [...body]
    .map((char) => (out.has(char) ? reading(char) : isJoint(char) ? GONE : char))
    .join("");
  // "a 🎉 b" must not become "a  b", nor "a 🎉" leave its space behind.
  return text.replace(/( ?)\0[\0]*( ?)/g, (_, before: string, after: string, at: number) => {
    const isLast = text.slice(at).replace(/^[ \0]+/, "") === "";
    return isLast ? "" : before || after;
  });
}

function reading(char: string): string {
  const meant = MEANT[char];
  if (meant !== undefined) return meant;
  const bare = char.normalize("NFKD").replace(/\p{M}/gu, "");
  return /^[\x20-\x7e]+$/.test(bare) ? bare : GONE;
}

/** What holds an emoji together is of no use without it. */
const isJoint = (char: string): boolean => /[\u200d\ufe0f\u{1f3fb}-\u{1f3ff}]/u.test(char);
