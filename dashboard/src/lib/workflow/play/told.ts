/** What a trace says, with its moments and deeds as people say them. Pure. */
import { dayAndClock, type Place } from "$lib/ui/format";

const DEEDS: Record<string, string> = {
  send: "a text is to go out",
  withdraw: "a text is taken back",
  http: "your system is asked",
  ask: "the assistant is asked",
  hand_over: "the assistant takes over",
  change: "the contact changes",
  assign: "somebody looks after it",
  note: "a note is left",
  notify: "people are told",
  enter: "they enter another workflow",
  take_floor: "their next reply is for this",
  free_floor: "their next reply is for others again",
  give_back: "what they wrote is for whoever answers otherwise",
};

/** What became of something that was asked. */
const BECAME: Record<string, string> = {
  answered: "your system answers",
  wrote: "the model writes",
  chose: "the model chooses",
  found: "the model looks",
  failed: "no answer",
};

export const told = (text: string, now: number, place: Place = {}): string =>
  (BECAME[text] ?? text)
    .replace(/^does (\w+)$/, (whole, deed: string) => DEEDS[deed] ?? whole)
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (at) => dayAndClock(at, now, place));
