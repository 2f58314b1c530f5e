import { describe, expect, it } from "vitest";
import { instantAt, wallTime } from "./zone";

const newYork = "America/New_York";

describe("the clock on another wall", () => {
  it.each([
    ["2026-11-27T14:00:00Z", newYork, "2026-11-27T09:00"],
    ["2026-07-01T03:30:00Z", newYork, "2026-06-30T23:30"],
    ["2026-01-01T00:15:00Z", "Asia/Kathmandu", "2026-01-01T06:00"],
    ["2026-11-27T00:00:00Z", "UTC", "2026-11-27T00:00"],
  ])("%s in %s is %s, and back", (at, zone, wall) => {
    expect(wallTime(at, zone)).toBe(wall);
    expect(instantAt(wall, zone)?.toISOString()).toBe(at.replace("Z", ".000Z"));
  });

  it.each([
    // Skipped in spring: an hour later. Twice in autumn: one of the two.
    ["2026-03-08T02:30", newYork, ["2026-03-08T07:30:00.000Z"]],
    ["2026-11-01T01:30", newYork, ["2026-11-01T05:30:00.000Z", "2026-11-01T06:30:00.000Z"]],
    ["2026-03-08T01:59", newYork, ["2026-03-08T06:59:00.000Z"]],
    ["2026-03-08T03:00", newYork, ["2026-03-08T07:00:00.000Z"]],
    ["2026-03-29T02:30", "Europe/Berlin", ["2026-03-29T01:30:00.000Z"]],
  ])("%s in %s when the clocks change", (wall, zone, instants) =>
    expect(instants).toContain(instantAt(wall, zone)?.toISOString()),
  );

  it("every quarter of an hour of a year comes back", () => {
    for (let at = Date.UTC(2026, 0, 1); at < Date.UTC(2027, 0, 1); at += 15 * 60_000) {
      const back = instantAt(wallTime(at, newYork), newYork)?.getTime();
      // The hour that comes twice may be either.
      expect([at, at - 3_600_000, at + 3_600_000]).toContain(back);
      if (new Date(at).getUTCMonth() !== 10) expect(back).toBe(at);
    }
  });

  it.each(["", "soon", "2026-13-01T00:00"])("“%s” is no time", (wall) =>
    expect(instantAt(wall, newYork)).toBeNull(),
  );
});
