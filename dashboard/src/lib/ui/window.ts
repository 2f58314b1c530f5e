/** Which rows of a long list are drawn, when all are equally high. Pure. */

/** Rows beyond the edges that are drawn before they are seen. */
const SPARE = 8;

/** The first row that is drawn, and the one after the last. */
export function drawn(count: number, height: number, top: number, room: number): [number, number] {
  const first = Math.max(0, Math.min(Math.floor(top / height) - SPARE, count - 1));
  const last = Math.min(count, Math.ceil((top + room) / height) + SPARE);
  return [first, Math.max(first, last)];
}

/** Where a list must be scrolled to so that what was on top stays there, when its row has moved `from` one place `to` another. */
export function held(top: number, height: number, from: number, to: number): number {
  // Whoever is at the beginning wants to see what comes.
  return top <= 0 || to < 0 ? top : Math.max(0, top + (to - from) * height);
}

/** Where it must be scrolled to so that a row is seen whole; as it is, if it is. */
export function seen(at: number, height: number, top: number, room: number): number {
  const begins = at * height;
  return begins < top ? begins : Math.max(top, begins + height - room);
}
