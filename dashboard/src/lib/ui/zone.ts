/** The clock on another wall: an instant as a zone's clock shows it, and back. Pure. */

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string): Intl.DateTimeFormat {
  const known =
    formatters.get(zone) ??
    new Intl.DateTimeFormat("en-CA", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
    });
  formatters.set(zone, known);
  return known;
}

/** As `<input type="datetime-local">` takes it: `2026-11-27T09:00`. */
export function wallTime(at: string | number | Date, zone: string): string {
  const parts = formatter(zone).formatToParts(new Date(at));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((p) => p.type === type)?.value ?? "";
  return `${part("year").padStart(4, "0")}-${part("month")}-${part("day")}T${part("hour")}:${part("minute")}`;
}

/** When a zone's clock shows this; what it skips in spring is an hour later. `null`: this is no time. */
export function instantAt(wall: string, zone: string): Date | null {
  const meant = Date.parse(`${wall}Z`);
  if (Number.isNaN(meant)) return null;
  const ahead = (at: number) => Date.parse(`${wallTime(at, zone)}Z`) - Math.floor(at / 60_000) * 60_000;
  // The first guess may be on the wrong side of a change of the clocks.
  const guess = meant - ahead(meant);
  const better = meant - ahead(guess);
  return new Date(ahead(better) === meant - better ? better : Math.max(guess, better));
}
