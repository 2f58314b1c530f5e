/** Where somebody went lately from the palette, kept per browser, workspace and person. */
import { kept } from "$lib/ui/kept";
import { RECENTS } from "./item";

const RECENTS_MAX = 6;

export interface Recent {
  id: string;
  /** Of what kind it is; its heading among what is found. */
  group: string;
  label: string;
  path: string;
}

export class Recents {
  constructor(private readonly of: string) {}

  get all(): Recent[] {
    try {
      const all: unknown = JSON.parse(kept.get(RECENTS + this.of) ?? "[]");
      return Array.isArray(all) ? all.filter(isRecent).slice(0, RECENTS_MAX) : [];
    } catch {
      return [];
    }
  }

  add({ id, group, label, path }: Recent): void {
    const others = this.all.filter((one) => one.path !== path);
    const all = [{ id, group, label, path }, ...others].slice(0, RECENTS_MAX);
    kept.set(RECENTS + this.of, JSON.stringify(all));
  }
}

/** Anything may stand in a browser's storage. */
function isRecent(one: unknown): one is Recent {
  const { id, group, label, path } = (one ?? {}) as Record<string, unknown>;
  return [id, group, label, path].every((text) => typeof text === "string") && String(path).startsWith("/");
}
