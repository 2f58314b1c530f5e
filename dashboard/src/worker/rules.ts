/** What the service worker keeps: the shell and nothing else. */

export interface Asked {
  method: string;
  /** Somebody goes to an address, rather than a page asking for something. */
  isPage: boolean;
  url: string;
  /** Where the worker is from. */
  origin: string;
}

/** What belongs to the server and not to the dashboard. */
const SERVERS = /^\/(api|hooks|l|healthz|readyz|metrics)(\/|$)/;
/** What stands beside the page: icons, the manifest, a script that runs before the first paint. */
const BESIDE = /^\/(?!worker\.js$)[\w-]+\.(svg|png|js|webmanifest)$/;

/** `null`: it goes past the worker, and no trace of it stays. */
export function keptAs({ method, isPage, url, origin }: Asked): "page" | "file" | null {
  const { origin: from, pathname: path } = new URL(url);
  if (method !== "GET" || from !== origin || SERVERS.test(path)) return null;
  if (isPage) return /\.\w+$/.test(path) && path !== "/index.html" ? null : "page";
  return path.startsWith("/assets/") || BESIDE.test(path) ? "file" : null;
}
