/** Rules that choose who takes a new conversation: as a form has them, and as a sentence. Pure. */
import type { AssistantRoute, WeekHours } from "$lib/api/types";
import { hoursWords, usualHours } from "$lib/hours/hours";

export interface RouteForm {
  /** An assistant's or a team's id; empty: people. */
  taker: string;
  number_ids: string[];
  /** One on each line. */
  keywords: string;
  intents: string;
  /** Parted by commas. */
  tags: string;
  when: "any" | "within" | "outside";
  hours: WeekHours[];
}

export const newRoute = (): AssistantRoute => ({
  assistant_id: null,
  team_id: null,
  number_ids: [],
  keywords: [],
  intents: [],
  hours: null,
  outside_hours: false,
  tags: [],
});

export const formOf = (route: AssistantRoute): RouteForm => ({
  taker: route.assistant_id ?? route.team_id ?? "",
  number_ids: [...route.number_ids],
  keywords: route.keywords.join("\n"),
  intents: route.intents.join("\n"),
  tags: route.tags.join(", "),
  when: !route.hours ? "any" : route.outside_hours ? "outside" : "within",
  hours: route.hours ?? usualHours(),
});

export const routeOf = (form: RouteForm): AssistantRoute => ({
  assistant_id: isTeam(form.taker) ? null : form.taker || null,
  team_id: isTeam(form.taker) ? form.taker : null,
  number_ids: form.number_ids,
  keywords: parts(form.keywords, "\n"),
  intents: parts(form.intents, "\n"),
  hours: form.when === "any" ? null : form.hours,
  outside_hours: form.when === "outside",
  tags: parts(form.tags, ","),
});

/** Ids say what they are of. */
const isTeam = (id: string): boolean => id.startsWith("tea_");

const parts = (text: string, by: string): string[] =>
  text
    .split(by)
    .map((part) => part.trim())
    .filter(Boolean);

/** `all` with the one at `at` moved by one place; as it was where there is no place. */
export function moved<T>(all: readonly T[], at: number, by: -1 | 1): T[] {
  const next = [...all];
  const [one, other] = [next[at], next[at + by]];
  if (one !== undefined && other !== undefined) [next[at], next[at + by]] = [other, one];
  return next;
}

/** `It has “invoice” or “bill”, and comes to Front desk.` */
export function conditionWords(route: AssistantRoute, numberName: (id: string) => string): string {
  const any = (words: readonly string[]) => words.map((w) => `“${w}”`).join(" or ");
  const said = [
    route.keywords.length ? `has ${any(route.keywords)}` : "",
    route.intents.length ? `is like ${any(route.intents)}` : "",
    route.number_ids.length ? `comes to ${route.number_ids.map(numberName).join(" or ")}` : "",
    route.hours ? `comes ${route.outside_hours ? "outside" : "within"} ${hoursWords(route.hours)}` : "",
    route.tags.length ? `is from someone tagged ${any(route.tags)}` : "",
  ].filter(Boolean);
  return said.length === 0 ? "Every text" : `A text that ${said.join(", and ")}`;
}
