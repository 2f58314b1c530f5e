import { describe, expect, it } from "vitest";
import { faultOf, fromClock, hoursWords, toClock, toggled, usualHours } from "./hours";

describe("hours of the week", () => {
  it("are said shortly", () =>
    expect(
      hoursWords([
        ...usualHours(),
        { days: ["sat", "sun"], from: "10:00", until: "13:00" },
        { days: ["mon", "wed"], from: "18:00", until: "24:00" },
      ]),
    ).toBe("Mon–Fri 09:00–17:00, Sat, Sun 10:00–13:00, Mon, Wed 18:00–24:00"));

  it("keep their days in order", () => {
    expect(toggled(["wed"], "mon")).toEqual(["mon", "wed"]);
    expect(toggled(["mon", "wed"], "mon")).toEqual(["wed"]);
  });

  it("end the day at midnight", () => {
    expect([fromClock("00:00"), fromClock("17:00")]).toEqual(["24:00", "17:00"]);
    expect([toClock("24:00"), toClock("17:00")]).toEqual(["00:00", "17:00"]);
  });

  it.each([
    [usualHours(), null],
    [[{ days: ["mon" as const], from: "00:00", until: "24:00" }], null],
    [[], "at least one span"],
    [[{ days: [], from: "09:00", until: "10:00" }], "at least one day"],
    [[{ days: ["mon" as const], from: "", until: "10:00" }], "a beginning"],
    [[{ days: ["fri" as const], from: "22:00", until: "02:00" }], "end before they begin"],
  ])("%j", (hours, fault) =>
    fault === null ? expect(faultOf(hours)).toBeNull() : expect(faultOf(hours)).toContain(fault),
  );
});
