import { expect, test } from "vitest";
import type { TimelineEntry } from "$lib/api/types";
import { changeWords, happened } from "./timeline";

test("a change says what it was, what it is and who made it", () => {
  const mia = { kind: "member", id: "usr_1", name: "Mia" } as const;
  const file = { kind: "import", id: "imp_1", name: null } as const;
  expect(changeWords({ part: "company", from: "Acme", to: null, by: mia })).toBe(
    "Company: Acme → not known (Mia)",
  );
  expect(changeWords({ part: "fields.size", from: null, to: "38", by: file })).toBe(
    "size: not known → 38 (a file)",
  );
  expect(changeWords({ part: "tags", from: null, to: "vip", by: mia })).toBe("Label vip added (Mia)");
  expect(changeWords({ part: "phone", from: "+12", to: null, by: mia })).toBe("Phone +12 removed (Mia)");
});

test("an entry is told by what is in it", () => {
  const of = (over: object) =>
    happened({ id: "1", at: "", kind: "message", ...over } as unknown as TimelineEntry, {
      memberName: () => "Mia",
    });
  expect(of({ message: { direction: "in", body: "Hello" } })).toMatchObject({
    what: "They wrote",
    text: "Hello",
  });
  expect(of({ message: { direction: "note", body: "A pity" } })).toMatchObject({
    what: "Note",
    tone: "note",
  });
  const skipped = { campaign_name: "June", body: null, standing: "skipped" };
  expect(of({ campaign: skipped })).toMatchObject({ what: "June", text: "Skipped" });
  expect(
    of({ consent: { state: "opted_out", purpose: "all", source: "keyword", keyword: "STOP" } }),
  ).toMatchObject({
    tone: "bad",
  });
});
