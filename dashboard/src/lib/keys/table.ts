/** Every key that does something by itself: the handler and the sheet that tells of them both read this. Pure. */

/** `Mod`: the Command key where there is one, else Ctrl. */
export interface Shortcut {
  id: string;
  /** Pressed one after another. */
  keys: readonly string[];
  words: string;
  where: Where;
  /** The page that it leads to. */
  goes?: string;
}

export type Where = "Everywhere" | "Go to" | "In the inbox" | "In a conversation";

const go = (key: string, words: string, goes: string): Shortcut => ({
  id: `go ${goes}`,
  keys: ["g", key],
  words,
  where: "Go to",
  goes,
});

export const SHORTCUTS: readonly Shortcut[] = [
  { id: "palette", keys: ["Mod k"], words: "Find or do anything", where: "Everywhere" },
  { id: "search", keys: ["/"], words: "Look for something on this page", where: "Everywhere" },
  { id: "new", keys: ["n"], words: "New conversation", where: "Everywhere" },
  { id: "shortcuts", keys: ["?"], words: "These keys", where: "Everywhere" },
  { id: "next", keys: ["j"], words: "The next conversation", where: "In the inbox" },
  { id: "previous", keys: ["k"], words: "The one before", where: "In the inbox" },
  { id: "view", keys: ["v"], words: "Choose a view", where: "In the inbox" },
  { id: "write", keys: ["Enter"], words: "Open the first, or write in the open one", where: "In the inbox" },
  { id: "assign", keys: ["a"], words: "Assign", where: "In a conversation" },
  { id: "snooze", keys: ["s"], words: "Snooze", where: "In a conversation" },
  { id: "close", keys: ["e"], words: "Close, and go on to the next", where: "In a conversation" },
  go("i", "Inbox", "/inbox"),
  go("v", "Approvals", "/approvals"),
  go("m", "Campaigns", "/campaigns"),
  go("w", "Workflows", "/workflows"),
  go("c", "Contacts", "/contacts"),
  go("l", "Lists", "/contacts/lists"),
  go("a", "Assistants", "/assistants"),
  go("n", "Numbers", "/numbers"),
  go("s", "Settings", "/settings"),
];

export const ORDER: readonly Where[] = ["Everywhere", "In the inbox", "In a conversation", "Go to"];

/** What a press means after those before it: a shortcut, the beginning of one, or nothing. */
export function meaning(pressed: readonly string[], all = SHORTCUTS): Shortcut | "begun" | null {
  const begins = all.filter(({ keys }) => pressed.every((key, i) => keys[i] === key));
  return begins.find(({ keys }) => keys.length === pressed.length) ?? (begins.length ? "begun" : null);
}

/** The keys as they are printed on the keyboard: `⌘ K`, `G then I`. */
export const printed = (keys: readonly string[], isMac: boolean): string =>
  keys
    .map((key) => (key.length === 1 ? key.toUpperCase() : key.replace("Mod k", isMac ? "⌘ K" : "Ctrl K")))
    .join(" then ");

export const keysOf = (id: string): readonly string[] | undefined =>
  SHORTCUTS.find((one) => one.id === id)?.keys;
