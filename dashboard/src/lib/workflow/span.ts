/** Lengths of time as documents write them (`90m`, `1d 12h`) and as people say them. Pure. */

export type Unit = "s" | "m" | "h" | "d";
export const UNITS: readonly { unit: Unit; one: string; many: string; seconds: number }[] = [
  { unit: "s", one: "second", many: "seconds", seconds: 1 },
  { unit: "m", one: "minute", many: "minutes", seconds: 60 },
  { unit: "h", one: "hour", many: "hours", seconds: 3_600 },
  { unit: "d", one: "day", many: "days", seconds: 86_400 },
];
const READ: Record<string, Unit | "w"> = {
  s: "s",
  sec: "s",
  second: "s",
  seconds: "s",
  m: "m",
  min: "m",
  minute: "m",
  minutes: "m",
  h: "h",
  hour: "h",
  hours: "h",
  d: "d",
  day: "d",
  days: "d",
  w: "w",
  week: "w",
  weeks: "w",
};

/** `1d 12h` as its parts; `null`: it is no length of time. */
export function partsOf(text: string): { count: number; unit: Unit }[] | null {
  const parts: { count: number; unit: Unit }[] = [];
  const rest = text.trim().replace(/\s*(\d+)\s*([A-Za-z]+)\s*/g, (whole, count: string, word: string) => {
    const unit = READ[word.toLowerCase()];
    if (!unit) return whole;
    parts.push(unit === "w" ? { count: Number(count) * 7, unit: "d" } : { count: Number(count), unit });
    return "";
  });
  return rest === "" && parts.length > 0 ? parts : null;
}

/** One number and its unit, for a form with two boxes; of what is made of several, in the smallest of them. */
export function boxesOf(text: string): { count: number; unit: Unit } | null {
  const parts = partsOf(text);
  if (!parts) return null;
  const seconds = parts.reduce((sum, { count, unit }) => sum + count * secondsOf(unit), 0);
  const [first] = parts;
  if (parts.length === 1 && first) return first;
  const unit = [...UNITS].reverse().find((one) => seconds % one.seconds === 0) ?? UNITS[0];
  return unit ? { count: seconds / unit.seconds, unit: unit.unit } : null;
}

const secondsOf = (unit: Unit): number => UNITS.find((one) => one.unit === unit)?.seconds ?? 1;

/** `1 day and 12 hours`; what is no length of time stays as it is written. */
export function spanWords(text: string): string {
  const parts = partsOf(text);
  if (!parts) return text || "no time";
  return parts
    .map(({ count, unit }) => {
      const of = UNITS.find((one) => one.unit === unit);
      return `${count} ${count === 1 ? of?.one : of?.many}`;
    })
    .join(" and ");
}
