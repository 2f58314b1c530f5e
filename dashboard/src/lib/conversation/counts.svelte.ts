/** How many conversations each view has: asked after what happens, never for each row. */
import { conversations as api } from "$lib/api";
import { Throttle } from "$lib/ui/throttle";
import { Resource } from "$lib/ui/resource.svelte";

const EVERY_MS = 3_000;

class Counts {
  found = new Resource(() => api.counts());
  #again = new Throttle(() => void this.found.load(), EVERY_MS);

  /** Something happened that may have changed them. */
  ask(): void {
    this.#again.ask();
  }

  /** Of a view, for people: `12` or `999+`; empty: not known. */
  of(key: string): string {
    const counts = this.found.value;
    if (!counts) return "";
    const { views, ...built } = counts;
    const count = views.find((view) => view.id === key) ?? built[key as keyof typeof built];
    return count ? `${count.count}${count.more ? "+" : ""}` : "";
  }
}

export const counts = new Counts();
