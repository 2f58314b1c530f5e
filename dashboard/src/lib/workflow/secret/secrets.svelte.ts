/** The secrets that requests of workflows carry: their names and hosts. Their values are known to the server alone. */
import { workflows, workflowSecrets as api } from "$lib/api/workflows";
import { every } from "$lib/api/every";
import type { NewWorkflowSecret } from "$lib/api/types";
import { Resource } from "$lib/ui/resource.svelte";
import { isUsedIn, type Use } from "./uses";

/** So many workflows are read at the same time. */
const AT_ONCE = 4;

export class Secrets {
  readonly all = new Resource(() => this.calls.list().then(({ data }) => data));

  constructor(
    private readonly calls: typeof api = api,
    private readonly read: Pick<typeof workflows, "list" | "get" | "version"> = workflows,
  ) {}

  /** Fetches what is not here yet. */
  need(): void {
    if (!this.all.value && !this.all.isLoading) void this.all.load();
  }

  async set(name: string, body: NewWorkflowSecret): Promise<void> {
    await this.calls.set(name, body);
    await this.all.load();
  }

  async remove(name: string): Promise<void> {
    await this.calls.remove(name);
    await this.all.load();
  }

  /** The workflows whose draft or live version sends it. Archived ones count: whoever is in them goes on. */
  async usesOf(name: string): Promise<Use[]> {
    const found = await every((cursor) => this.read.list({ state: "all", cursor }));
    const uses: Use[] = [];
    for (let from = 0; from < found.length; from += AT_ONCE) {
      const some = found.slice(from, from + AT_ONCE).map(({ id }) => this.#useIn(id, name));
      uses.push(...(await Promise.all(some)).filter(({ isLive, isDraft }) => isLive || isDraft));
    }
    return uses;
  }

  async #useIn(id: string, secret: string): Promise<Use> {
    const { name, document, live_version, unpublished } = await this.read.get(id);
    const isDraft = isUsedIn(document, secret);
    if (live_version === null) return { id, name, isDraft, isLive: false };
    const isLive = unpublished
      ? isUsedIn((await this.read.version(id, live_version)).document, secret)
      : isDraft;
    return { id, name, isDraft, isLive };
  }
}

export const secrets = new Secrets();
