import { expect, it } from "vitest";
import { find } from "$lib/ui/router.svelte";
import { routes } from "$routes/index";
import { meaning, ORDER, printed, SHORTCUTS } from "./table";

it("gives no two shortcuts the same keys, and lets none begin with another", () => {
  for (const one of SHORTCUTS)
    for (const other of SHORTCUTS) {
      if (one === other) continue;
      const isBeginning = one.keys.every((key, i) => other.keys[i] === key);
      expect(isBeginning, `${one.id} stands in the way of ${other.id}`).toBe(false);
    }
});

it("gives every shortcut an id of its own, and a place on the sheet", () => {
  expect(new Set(SHORTCUTS.map(({ id }) => id)).size).toBe(SHORTCUTS.length);
  for (const { where } of SHORTCUTS) expect(ORDER).toContain(where);
});

it("leads only to pages that are there", () => {
  const paths = SHORTCUTS.flatMap(({ goes }) => goes ?? []);
  expect(paths.length).toBeGreaterThan(5);
  for (const path of paths) expect(find(routes, path), path).not.toBeNull();
});

it("reads keys one after another", () => {
  expect(meaning(["g"])).toBe("begun");
  expect(meaning(["g", "i"])).toMatchObject({ goes: "/inbox" });
  expect(meaning(["i"])).toBeNull();
  expect(meaning(["g", "?"])).toBeNull();
  expect(meaning(["a"])).toMatchObject({ id: "assign" });
});

it("prints keys as the keyboard has them", () => {
  expect(printed(["Mod k"], true)).toBe("⌘ K");
  expect(printed(["Mod k"], false)).toBe("Ctrl K");
  expect(printed(["g", "i"], false)).toBe("G then I");
});
