import { expect, test } from "vitest";
import { told } from "./told";

test("a moment in a trace is told as people read it", () => {
  const now = Date.parse("2026-11-28T10:00:00Z");
  const place = { locale: "en-GB", zone: "UTC" };
  expect(told("waits for a reply until 2026-11-29T10:05:00Z", now, place)).toBe(
    "waits for a reply until Tomorrow, 10:05",
  );
  expect(told("waits until 2026-11-28T12:00:00.5Z", now, place)).toBe("waits until Today, 12:00");
  expect(told("does take_floor", now, place)).toBe("their next reply is for this");
  expect(told("does something_new", now, place)).toBe("does something_new");
  expect(told("chose", now, place)).toBe("the model chooses");
  expect(told("saves day = 2026-11-28", now, place)).toBe("saves day = 2026-11-28");
});
