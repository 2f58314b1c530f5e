/** In which order things are offered. Pure. */
import { fit, SURE } from "./fuzzy";
import type { Group, Item } from "./item";

/** Of one kind; whoever wants another writes more of it. */
const GROUP_MAX = 6;
/** Found by a word that does not stand on it. */
const ALSO = 10;

export function scoreOf(typed: string, item: Item): number | null {
  const label = fit(typed, item.label)?.score ?? null;
  const also = fit(typed, `${item.label} ${item.hint ?? ""} ${item.also ?? ""}`)?.score ?? null;
  const best = Math.max(label ?? -Infinity, (also ?? -Infinity) - ALSO);
  return best === -Infinity ? null : best;
}

/** Nothing is typed: as they come, a heading at its first. */
export function shelved(items: readonly Item[]): Group[] {
  const groups: Group[] = [];
  for (const item of items) {
    if (item.isDeep) continue;
    const group = groups.find(({ name }) => name === item.group);
    if (group) group.items.push(item);
    else groups.push({ name: item.group, items: [item] });
  }
  return groups;
}

/**
 * Something is typed. The best comes first and its kind with it; what the server found follows what is surely meant,
 * and stands before what only might be, so that an answer that arrives does not push away what one is about to choose.
 */
export function ranked(typed: string, items: readonly Item[], found: readonly Item[]): Group[] {
  const scored = items
    .map((item) => ({ item, score: scoreOf(typed, item) }))
    .filter((one): one is { item: Item; score: number } => one.score !== null)
    .sort((a, b) => b.score - a.score);
  const isSure = ({ score }: { score: number }) => score >= SURE - ALSO;
  const inOrder = [
    ...scored.filter(isSure).map(({ item }) => item),
    ...found,
    ...scored.filter((one) => !isSure(one)).map(({ item }) => item),
  ];
  const seen = new Set<string>();
  const groups: Group[] = [];
  for (const item of inOrder) {
    if (seen.has(item.id)) continue;
    seen.add(item.id);
    const group = groups.find(({ name }) => name === item.group);
    if (!group) groups.push({ name: item.group, items: [item] });
    else if (group.items.length < GROUP_MAX) group.items.push(item);
  }
  return groups;
}
