import { expect, it } from "vitest";
import { plain } from "./plain";

it.each([
  ["Café “Ł” — ő", ["“", "”", "Ł", "—", "ő"], 'Café "L" - o'],
  ["Thanks 👍🏽 see you", ["👍", "🏽"], "Thanks see you"],
  ["Family 👩‍👧", ["👩", "\u200d", "👧"], "Family"],
  ["①②", ["①", "②"], "12"],
  ["日本", ["日", "本"], ""],
  ["two  spaces 🎉 stay\nwhere nothing went", ["🎉"], "two  spaces stay\nwhere nothing went"],
  ["nothing to do  ", [], "nothing to do  "],
])("%s is plainly %s", (body, offending, then) => expect(plain(body, offending)).toBe(then));
