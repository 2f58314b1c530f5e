/** What is set of sending, as a form has it: own words and the cap of campaigns. Pure. */
import type { Tenant } from "$lib/api/types";

type Settings = Tenant["settings"];

export interface WordsForm {
  /** One word or sentence on each line. */
  stop: string;
  help: string;
  start: string;
}

export interface CapForm {
  isOn: boolean;
  texts: number | null;
  days: number | null;
  otherwise: "defer" | "skip";
}

export const wordsFormOf = ({ stop, help, start }: Settings["keywords"]): WordsForm => ({
  stop: stop.join("\n"),
  help: help.join("\n"),
  start: start.join("\n"),
});

export const linesOf = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

export const wordsOf = ({ stop, help, start }: WordsForm): Settings["keywords"] => ({
  stop: linesOf(stop),
  help: linesOf(help),
  start: linesOf(start),
});

export const capFormOf = (cap: Settings["campaign_cap"]): CapForm => ({
  isOn: Boolean(cap),
  texts: cap?.texts ?? 4,
  days: cap?.days ?? 30,
  otherwise: cap?.otherwise ?? "defer",
});

/** `null`: none. A form asks for both numbers. */
export const capOf = ({
  isOn,
  texts,
  days,
  otherwise,
}: CapForm): NonNullable<Settings["campaign_cap"]> | null =>
  isOn ? { texts: texts ?? 0, days: days ?? 0, otherwise } : null;
