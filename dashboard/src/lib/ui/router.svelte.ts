/** History-API routing: a table of patterns (`/inbox/:id`), and links that do not reload the page. */
export interface Route<P> {
  path: string;
  page: P;
}

export class Router<P> {
  path = $state(location.pathname);
  /** What stands behind the path: `?message=msg_…`, or nothing. */
  search = $state(location.search);
  current = $derived.by(() => find(this.routes, this.path));

  constructor(private readonly routes: readonly Route<P>[]) {
    addEventListener("popstate", () => this.#look());
    document.addEventListener("click", (event) => {
      const link = (event.target as Element | null)?.closest?.("a[href]") as HTMLAnchorElement | null;
      const isPlain =
        event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
      if (!link || !isPlain || event.defaultPrevented) return;
      if (link.target || link.origin !== location.origin || link.hasAttribute("download")) return;
      // A place on this page, such as the one that the skip link leads to.
      if (link.hash && link.pathname === location.pathname) return;
      if (!find(this.routes, link.pathname)) return;
      event.preventDefault();
      this.go(link.pathname + link.search);
    });
  }

  go(path: string, replace = false): void {
    if (path === this.path + this.search) return;
    history[replace ? "replaceState" : "pushState"](null, "", path);
    this.#look();
  }

  #look(): void {
    this.path = location.pathname;
    this.search = location.search;
  }
}

export function find<P>(
  routes: readonly Route<P>[],
  path: string,
): { page: P; params: Record<string, string> } | null {
  const parts = path.split("/").filter(Boolean);
  for (const route of routes) {
    const pattern = route.path.split("/").filter(Boolean);
    if (pattern.length !== parts.length) continue;
    const params: Record<string, string> = {};
    const fits = pattern.every((name, i) => {
      if (!name.startsWith(":")) return name === parts[i];
      params[name.slice(1)] = decode(parts[i] ?? "");
      return true;
    });
    if (fits) return { page: route.page, params };
  }
  return null;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
