/** Times, ages, sizes and money in words. Pure: now, zone and locale are arguments. */
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export interface Place {
  locale?: string;
  zone?: string;
}

/** `9:41`, or `9:41 AM` where people write it so. */
export function clock(at: string | number, { locale, zone }: Place = {}): string {
  return formatter(locale, { hour: "numeric", minute: "2-digit", timeZone: zone }).format(new Date(at));
}

/** The calendar day as `2026-11-23`, for comparing. */
export function dayOf(at: string | number, zone?: string): string {
  return formatter("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", timeZone: zone }).format(
    new Date(at),
  );
}

/** `Today`, `Yesterday`, `Monday`, `3 November`, `3 November 2024`. */
export function day(at: string | number, now: number, { locale, zone }: Place = {}): string {
  const apart = Math.round((Date.parse(dayOf(now, zone)) - Date.parse(dayOf(at, zone))) / DAY);
  if (apart === 0) return "Today";
  if (apart === 1) return "Yesterday";
  if (apart === -1) return "Tomorrow";
  const date = new Date(at);
  if (apart > 1 && apart < 7) return formatter(locale, { weekday: "long", timeZone: zone }).format(date);
  const isThisYear = dayOf(at, zone).slice(0, 4) === dayOf(now, zone).slice(0, 4);
  const year = isThisYear ? undefined : ("numeric" as const);
  return formatter(locale, { day: "numeric", month: "long", year, timeZone: zone }).format(date);
}

/** `Today 09:41`, for places where the day is not already said. */
export const dayAndClock = (at: string | number, now: number, place: Place = {}) =>
  `${day(at, now, place)}, ${clock(at, place)}`;

/** How long ago, in one short word: `now`, `4m`, `2h`, `3d`, `5w`, `2y`. */
export function age(at: string | number, now: number): string {
  const passed = now - new Date(at).getTime();
  if (passed < MINUTE) return "now";
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)}m`;
  if (passed < DAY) return `${Math.floor(passed / HOUR)}h`;
  if (passed < 14 * DAY) return `${Math.floor(passed / DAY)}d`;
  if (passed < 365 * DAY) return `${Math.floor(passed / (7 * DAY))}w`;
  return `${Math.floor(passed / (365 * DAY))}y`;
}

/** Whole seconds left, never below zero. */
export const secondsUntil = (at: string | number, now: number): number =>
  Math.max(0, Math.ceil((new Date(at).getTime() - now) / SECOND));

/** `12 s`, `3:05` from a minute on. */
export const countdown = (seconds: number): string =>
  seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

/** How pressing a wait is: an hour is late, four are too late. */
export function waitLevel(since: string | number, now: number): "fresh" | "late" | "overdue" {
  const waited = now - new Date(since).getTime();
  return waited < HOUR ? "fresh" : waited < 4 * HOUR ? "late" : "overdue";
}

/** `$0.004`; micro-units of a currency, so small prices keep their digits. */
export function money(micros: number, currency: string, locale?: string): string {
  const digits = Math.abs(micros) < 1_000_000 ? 4 : 2;
  return new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    minimumFractionDigits: 2,
    maximumFractionDigits: digits,
  }).format(micros / 1_000_000);
}

/** `820 B`, `12 kB`, `1.4 MB`. */
export function bytes(count: number): string {
  if (count < 1_000) return `${count} B`;
  if (count < 1_000_000) return `${Math.round(count / 1_000)} kB`;
  return `${(count / 1_000_000).toFixed(1)} MB`;
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** `AB` for "Ann Bell", `A` for "Ann", nothing for a nameless number. */
export function initials(name: string | null): string {
  const words = (name ?? "")
    .trim()
    .split(/\s+/u)
    .filter((word) => /^\p{L}/u.test(word));
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((w) => (w ? [...w][0] : ""));
  return letters.join("").toUpperCase();
}

/** A hue (0–359) that stays with an id, so that people are told apart at a glance. */
export function hueOf(id: string): number {
  let hash = 0;
  for (const char of id) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return (hash * 47) % 360;
}

/** A value for `<input type="datetime-local">` in the browser's own zone. */
export function localInput(at: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Building a formatter costs far more than using it, and a thread uses hundreds. */
function formatter(locale: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  const known = formatters.get(key) ?? new Intl.DateTimeFormat(locale, options);
  formatters.set(key, known);
  return known;
}

/** What somebody typed as an address, if it leads to the web and does nothing else. */
export const webAddress = (typed: string): string | undefined =>
  /^https?:\/\//i.test(typed) ? typed : undefined;
