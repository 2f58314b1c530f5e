/** The workspace as an import needs it: its country, and its fields, to which one can be added. */
import { contactFields, tenant } from "$lib/api";
import type { NewContactField, Tenant } from "$lib/api/types";
import { directory } from "$lib/session/directory.svelte";
import { Resource } from "$lib/ui/resource.svelte";

type Calls = Pick<typeof tenant, "get"> & Pick<typeof contactFields, "create">;

export class Workspace {
  readonly tenant: Resource<Tenant>;

  constructor(private readonly calls: Calls = { ...tenant, ...contactFields }) {
    this.tenant = new Resource(() => this.calls.get());
  }

  get fields(): readonly NewContactField[] {
    return directory.fields.value ?? [];
  }

  async load(): Promise<void> {
    await Promise.all([this.tenant.load(), directory.fields.load()]);
  }

  /** Its country in English, as in `Germany`. */
  get country(): string {
    const code = this.tenant.value?.settings.region ?? "";
    return (code && new Intl.DisplayNames("en", { type: "region" }).of(code)) || code;
  }

  /** Behind all that there are. Throws with the reason. */
  async add(field: NewContactField): Promise<void> {
    const made = await this.calls.create(field);
    directory.fields.value = [...(directory.fields.value ?? []), made];
  }
}
