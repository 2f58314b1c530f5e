/** What a trace says, with its moments as people read them. Pure. */
import { dayAndClock, type Place } from "$lib/ui/format";

export const told = (text: string, now: number, place: Place = {}): string =>
  text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (at) => dayAndClock(at, now, place));
