/** Texts that are used again and again, by their names. */
import { snippets as api } from "$lib/api";
import { every } from "$lib/api/every";
import type { Snippet } from "$lib/api/types";
import { Action } from "$lib/ui/action.svelte";
import { Resource } from "$lib/ui/resource.svelte";

type Calls = Pick<typeof api, "list" | "create" | "update" | "remove">;

export class SnippetLibrary {
  readonly found: Resource<readonly Snippet[]>;
  readonly saving = new Action();
  readonly removal = new Action();

  constructor(private readonly calls: Calls = api) {
    this.found = new Resource(async () => inOrder(await every(calls.list)));
  }

  /** Resolves to whether it is kept. `of`: absent for a new one. */
  keep(name: string, body: string, of?: Snippet): Promise<boolean> {
    return this.saving.once(async (key) => {
      const kept = of
        ? await this.calls.update(of.id, { name, body })
        : await this.calls.create({ name, body }, key);
      const others = (this.found.value ?? []).filter(({ id }) => id !== kept.id);
      this.found.value = inOrder([...others, kept]);
    });
  }

  remove(id: string): Promise<boolean> {
    return this.removal.run(async () => {
      await this.calls.remove(id);
      this.found.value = this.found.value?.filter((one) => one.id !== id) ?? null;
    });
  }
}

const inOrder = (all: readonly Snippet[]): Snippet[] => [...all].sort((a, b) => a.name.localeCompare(b.name));
