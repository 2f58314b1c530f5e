/** The views that one keeps, on the server, for oneself. */
import type { ConversationFilter } from "$lib/api/types";
import { views as api } from "$lib/api/views";
import { Action } from "$lib/ui/action.svelte";
import { Resource } from "$lib/ui/resource.svelte";
import { counts } from "../counts.svelte";
import { list } from "../list.svelte";
import { OPEN, type View } from "../views";

class OwnViews {
  found = new Resource(() => api.list().then((page) => page.data));
  saving = new Action();

  readonly all: View[] = $derived((this.found.value ?? []).map((view) => ({ ...view, key: view.id })));

  /** Keeps a new one, or changes the one with this id, and shows it. Resolves to whether it was done. */
  async keep(name: string, filter: ConversationFilter, id: string | undefined): Promise<boolean> {
    return this.saving.once(async (key) => {
      const made = id ? await api.update(id, { name, filter }) : await api.create({ name, filter }, key);
      list.show({ ...made, key: made.id });
      await this.#anew();
    });
  }

  async remove(id: string): Promise<boolean> {
    return this.saving.run(async () => {
      await api.remove(id);
      if (list.view.key === id) list.show(OPEN);
      await this.#anew();
    });
  }

  async #anew(): Promise<void> {
    counts.ask();
    await this.found.load();
  }
}

export const own = new OwnViews();
