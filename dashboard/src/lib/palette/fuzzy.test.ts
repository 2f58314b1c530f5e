import { describe, expect, it } from "vitest";
import { fit, pieces, SURE } from "./fuzzy";

const score = (typed: string, text: string) => fit(typed, text)?.score ?? null;

describe("what is typed", () => {
  it.each([
    ["Campaigns", "Campaigns"],
    ["camp", "Campaigns"],
    ["conv", "New conversation"],
    ["new conv", "New conversation"],
    ["conv new", "New conversation"],
    ["nc", "New conversation"],
    ["muller", "Jörg Müller"],
    ["5550142", "+12125550142"],
  ])("“%s” surely means “%s”", (typed, text) => expect(score(typed, text)).toBeGreaterThanOrEqual(SURE));

  it.each([
    ["x", "Inbox"],
    ["zzz", "Campaigns"],
    ["ckp", "Contacts are kept somewhere"],
    ["camp x", "Campaigns"],
    ["in", "Snooze"],
  ])("“%s” does not mean “%s”", (typed, text) => expect(fit(typed, text)).toBeNull());

  it("fits loosely when letters are left out, and less than anything sure", () => {
    const loose = score("cmpgn", "Campaigns");
    expect(loose).not.toBeNull();
    expect(loose!).toBeLessThan(SURE);
  });

  it("prefers the whole, the beginning, a word, the inside, in this order", () => {
    const all = ["list", "listed people", "a list", "enlisted"].map((text) => score("list", text)!);
    expect(all).toEqual([...all].sort((a, b) => b - a));
    expect(new Set(all).size).toBe(4);
  });

  it("prefers the shorter of two that begin so", () => {
    expect(score("sett", "Settings")!).toBeGreaterThan(score("sett", "Settings, contact fields")!);
  });

  it("fits everything when nothing is typed", () => expect(fit("  ", "Inbox")).toEqual({ score: 0, at: [] }));
});

it("knows which letters were meant, whatever their marks", () => {
  const text = "Jörg Müller";
  const found = fit("mull", text)!;
  expect(pieces(text, found.at)).toEqual([
    { text: "Jörg ", isMeant: false },
    { text: "Müll", isMeant: true },
    { text: "er", isMeant: false },
  ]);
});

it("keeps its places beside emoji", () => {
  const text = "🎉 Party";
  expect(pieces(text, fit("par", text)!.at)[1]).toEqual({ text: "Par", isMeant: true });
});
