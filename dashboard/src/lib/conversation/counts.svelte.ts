/** How many conversations each view has: asked after what happens, never for each row. */
import { conversations as api } from "$lib/api";
import { Throttle } from "$lib/ui/throttle";
import { Resource } from "$lib/ui/resource.svelte";

const EVERY_MS = 3_000;

class Counts {
  found = new Resource(() => api.counts());
  /** Something happened while nobody saw the page. */
  #isOwed = false;
  #again = new Throttle(() => {
    this.#isOwed = document.hidden;
    if (!document.hidden) void this.found.load();
  }, EVERY_MS);

  constructor() {
    document.addEventListener("visibilitychange", () => this.#isOwed && !document.hidden && this.ask());
  }

  /** Something happened that may have changed them. */
  ask(): void {
    this.#again.ask();
  }

  /** Nobody looks any more. */
  stop(): void {
    this.#again.stop();
    this.#isOwed = false;
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
