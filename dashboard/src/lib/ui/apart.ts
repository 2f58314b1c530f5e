/**
 * A text of somebody's inside a sentence of ours, where no element can hold it apart: in an option, a title, something said aloud.
 * Marks of its own would end ours, or go on behind it. What cannot turn anything stays as it is.
 */
const TURNS =
  /[\u0590-\u08FF\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;
const MARKS = /[\u200E\u200F\u061C\u202A-\u202E\u2066-\u2069]/g;

export const apart = (text: string): string =>
  TURNS.test(text) ? `\u2068${text.replace(MARKS, "")}\u2069` : text;
