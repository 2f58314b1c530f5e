/** The colour of the window's own bar follows the chosen theme, not only the system's. */
const COLOURS = { light: "#f7f9fa", dark: "#14191c" } as const;

export function paintBar(root: HTMLElement = document.documentElement): void {
  const chosen = root.dataset["theme"];
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    const system = meta.getAttribute("media")?.includes("dark") ? "dark" : "light";
    meta.content = COLOURS[chosen === "light" || chosen === "dark" ? chosen : system];
  }
}

export function keepBarPainted(): void {
  paintBar();
  const watch = new MutationObserver(() => paintBar());
  watch.observe(document.documentElement, { attributeFilter: ["data-theme"] });
}
