/** Hours of the week as a form has them and as the API takes them. Pure. */
import type { Day, WeekHours } from "$lib/api/types";

export const DAYS: readonly { day: Day; short: string; long: string }[] = [
  { day: "mon", short: "Mon", long: "Monday" },
  { day: "tue", short: "Tue", long: "Tuesday" },
  { day: "wed", short: "Wed", long: "Wednesday" },
  { day: "thu", short: "Thu", long: "Thursday" },
  { day: "fri", short: "Fri", long: "Friday" },
  { day: "sat", short: "Sat", long: "Saturday" },
  { day: "sun", short: "Sun", long: "Sunday" },
];

/** What most who begin with hours have. */
export const usualHours = (): WeekHours[] => [
  { days: ["mon", "tue", "wed", "thu", "fri"], from: "09:00", until: "17:00" },
];

/** A clock in a form ends the day at 00:00, the API at 24:00. */
export const toClock = (until: string): string => (until === "24:00" ? "00:00" : until);
export const fromClock = (until: string): string => (until === "00:00" ? "24:00" : until);

/** Days switched on stand in the order of the week. */
export function toggled(days: readonly Day[], day: Day): Day[] {
  const on = days.includes(day) ? days.filter((d) => d !== day) : [...days, day];
  return DAYS.map((d) => d.day).filter((d) => on.includes(d));
}

/** What keeps these hours from meaning anything, in plain words; `null`: nothing. */
export function faultOf(hours: readonly WeekHours[]): string | null {
  if (hours.length === 0) return "Add at least one span of hours.";
  for (const { days, from, until } of hours) {
    if (days.length === 0) return "Choose at least one day for each span.";
    if (!from || !until) return "Give each span a beginning and an end.";
    if (until <= from) return "The hours end before they begin. Split a night at midnight.";
  }
  return null;
}

/** `Mon–Fri 09:00–17:00, Sat 10:00–13:00`. */
export const hoursWords = (hours: readonly WeekHours[]): string =>
  hours.map(({ days, from, until }) => `${daysWords(days)} ${from}–${until}`).join(", ");

/** `Mon–Wed, Fri`. */
export function daysWords(days: readonly Day[]): string {
  const at = DAYS.map((d, i) => (days.includes(d.day) ? i : -1)).filter((i) => i >= 0);
  const runs: number[][] = [];
  for (const i of at) {
    const run = runs.at(-1);
    if (run && run.at(-1) === i - 1) run.push(i);
    else runs.push([i]);
  }
  const short = (i: number | undefined) => (i === undefined ? "" : (DAYS[i]?.short ?? ""));
  return runs
    .map((run) =>
      run.length > 2 ? `${short(run[0])}–${short(run.at(-1))}` : run.map((i) => short(i)).join(", "),
    )
    .join(", ");
}
