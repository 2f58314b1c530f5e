/** The workspace as an import needs it: its country, and its fields, to which one can be added. */
import { tenant as api } from "$lib/api";
import type { ContactField, Tenant } from "$lib/api/types";
import { directory } from "$lib/session/directory.svelte";
import { Resource } from "$lib/ui/resource.svelte";

export class Workspace {
  readonly tenant: Resource<Tenant>;

  constructor(private readonly calls: Pick<typeof api, "get" | "update"> = api) {
    this.tenant = new Resource(() => this.calls.get());
  }

  get fields(): readonly ContactField[] {
    return this.tenant.value?.settings.fields ?? [];
  }

  /** Its country in English, as in `Germany`. */
  get country(): string {
    const code = this.tenant.value?.settings.region ?? "";
    return (code && new Intl.DisplayNames("en", { type: "region" }).of(code)) || code;
  }

  /** Behind all that there are by now: they are changed together. Throws with the reason. */
  async add(field: ContactField): Promise<void> {
    const { settings } = await this.calls.get();
    const kept = await this.calls.update({ settings: { fields: [...settings.fields, field] } });
    this.tenant.value = kept;
    if (directory.fields.value) directory.fields.value = kept.settings.fields;
  }
}
