/** Light, dark, or as the system is. */
import { kept } from "./kept";

export type Theme = "system" | "light" | "dark";

const stored = kept.get("theme");
let chosen = $state<Theme>(stored === "light" || stored === "dark" ? stored : "system");

export const theme = {
  get chosen(): Theme {
    return chosen;
  },
  choose(next: Theme): void {
    chosen = next;
    kept.set("theme", next === "system" ? null : next);
    applyTheme();
  },
};

export function applyTheme(): void {
  if (chosen === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = chosen;
}
