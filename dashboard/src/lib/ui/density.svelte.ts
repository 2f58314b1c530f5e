/** How close together rows stand. */
import { kept } from "./kept";

export type Density = "comfortable" | "compact";

let chosen = $state<Density>(kept.get("density") === "compact" ? "compact" : "comfortable");

export const density = {
  get chosen(): Density {
    return chosen;
  },
  choose(next: Density): void {
    chosen = next;
    kept.set("density", next === "compact" ? next : null);
    applyDensity();
  },
};

export function applyDensity(): void {
  if (chosen === "compact") document.documentElement.dataset["density"] = chosen;
  else delete document.documentElement.dataset["density"];
}
