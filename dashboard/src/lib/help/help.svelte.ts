/** What the help shows: one guide at a place, or the list of all of them; and the way back. */
import { reasonOf } from "$lib/api";
import { placeOf, type Guide, type Place } from "./guide";
import { find, library, load, type Found } from "./library";

export class Help {
  /** `null`: the list of all guides. */
  place = $state.raw<Place | null>(null);
  guide = $state.raw<Guide | null>(null);
  error = $state<string | null>(null);
  words = $state("");
  found = $state.raw<Found[] | null>(null);

  #before: (Place | null)[] = $state.raw([]);
  #all: Promise<{ name: string; guide: Guide }[]> | null = null;

  constructor(private readonly fetch: (name: string) => Promise<Guide> = load) {}

  get hasBefore(): boolean {
    return this.#before.length > 0;
  }

  /** Begins anew at `place`. */
  async open(place: Place | null): Promise<void> {
    this.#before = [];
    await this.#show(place);
  }

  /** Goes to `guide#section`, or to the list of all. */
  async go(to: string | null): Promise<void> {
    this.#before = [...this.#before, this.place];
    await this.#show(to === null ? null : placeOf(to));
  }

  async back(): Promise<void> {
    const last = this.#before.at(-1);
    if (last === undefined) return;
    this.#before = this.#before.slice(0, -1);
    await this.#show(last);
  }

  /** Looks in every guide for all of the words. */
  async search(words: string): Promise<void> {
    this.words = words;
    this.error = null;
    if (words.trim() === "") {
      this.found = null;
      return;
    }
    try {
      this.#all ??= Promise.all(library.map(async ({ name }) => ({ name, guide: await this.fetch(name) })));
      const guides = await this.#all;
      // Somebody who types quickly is answered for what stands there now.
      if (this.words === words) this.found = find(words, guides);
    } catch (error) {
      this.#all = null;
      if (this.words === words) this.error = reasonOf(error);
    }
  }

  async #show(place: Place | null): Promise<void> {
    const isOther = place?.guide !== this.place?.guide;
    this.place = place;
    this.error = null;
    if (!place) this.guide = null;
    else if (isOther || !this.guide) {
      this.guide = null;
      try {
        const guide = await this.fetch(place.guide);
        if (this.place === place) this.guide = guide;
      } catch (error) {
        if (this.place === place) this.error = reasonOf(error);
      }
    }
  }
}
