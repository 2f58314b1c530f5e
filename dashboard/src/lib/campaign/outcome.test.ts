import { expect, it } from "vitest";
import { counts, someFigures, someOutcomes } from "../../../test/samples";
import { bestOf, choiceOf, costsWords, courseOf, funnelOf, missedOf, rowsOf, soughtBy } from "./outcome";

const names = new Intl.DisplayNames("en", { type: "region" });

it("narrows from who went out to who did something", () => {
  const parts = funnelOf(
    someFigures({
      total: 10,
      counts: counts({ delivered: 5, sent: 1, unconfirmed: 2, failed: 2 }),
      replied: 3,
      clicked: 1,
    }),
  );
  expect(parts.map(({ id, count }) => [id, count])).toEqual([
    ["sent", 8],
    ["delivered", 5],
    ["clicked", 1],
    ["replied", 3],
    ["opted_out", 0],
  ]);
  expect(parts[0]?.share).toBe(0.8);
  expect(funnelOf(someFigures()).every((part) => part.share === 0)).toBe(true);
});

it("says what it cost in each currency", () => {
  const costs = [
    { micros: 12_400_000, currency: "USD" },
    { micros: 2_000_000, currency: "EUR" },
  ];
  expect(costsWords({ costs }, "en-US")).toBe("$12.40 and €2.00");
  expect(costsWords({ costs: [] })).toBe("");
});

it("is told by number, country and carrier, the largest first", () => {
  const found = someOutcomes({
    countries: [
      { ...someFigures({ total: 2 }), country: null },
      { ...someFigures({ total: 9 }), country: "DE" },
    ],
    numbers: [{ ...someFigures({ total: 1 }), number_id: "num_1", e164: null }],
    carriers: [{ ...someFigures(), carrier: "T-Mobile" }],
  });
  expect(rowsOf(found, "country", names).map((row) => row.label)).toEqual(["Germany", "Not known"]);
  expect(rowsOf(found, "number", names)[0]?.label).toBe("A number that is gone");
  expect(rowsOf(found, "carrier", names)[0]?.label).toBe("T-Mobile");
});

it("counts why some got nothing, and passes over those who wait", () => {
  const why = (standing: "failed" | "deferred" | "skipped", count: number) => ({
    standing,
    count,
    code: "x",
    explanation: "",
    mend: "",
  });
  const missed = missedOf([why("failed", 2), why("deferred", 9), why("skipped", 5)]);
  expect(missed.map((one) => one.count)).toEqual([5, 2]);
});

it("draws the course to its highest step", () => {
  const step = { at: "", sent: 0, delivered: 0, clicked: 0, replied: 0, opted_out: 0 };
  const bars = courseOf([{ ...step, sent: 2 }, { ...step, sent: 8 }, step], "sent");
  expect(bars.map((bar) => bar.height)).toEqual([0.25, 1, 0]);
  expect(courseOf([step], "sent")[0]?.height).toBe(0);
});

it("finds the text that did best, and none where two did as well", () => {
  const row = (name: string | null, sent: number, replied: number) => ({
    name,
    sent,
    replied,
    recipients: sent,
    delivered: sent,
    failed: 0,
    opted_out: 0,
  });
  expect(bestOf([row("A", 10, 1), row("B", 5, 2), row(null, 0, 0)], "replied")).toBe(1);
  expect(bestOf([row("A", 10, 1), row("B", 10, 1)], "replied")).toBeNull();
  expect(bestOf([row("A", 10, 1), row("B", 0, 0)], "replied")).toBeNull();
});

it.each(["", "failed", "replied", "clicked", "opted_out"])("finds its way back from “%s”", (chosen) =>
  expect(choiceOf(soughtBy(chosen))).toBe(chosen),
);
