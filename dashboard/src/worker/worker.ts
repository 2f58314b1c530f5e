/**
 * Keeps the shell, so that Tidings starts without a network: the page, its scripts, styles and icons. It never touches the
 * API: no answer, and no word that anybody wrote, is ever kept by it.
 */
import { keptAs, type Asked } from "./rules";

/** The part of a service worker's world that is used here; its own types do not go together with a page's. */
interface Scope {
  /** What must be there for a start, and what the build consists of. The build puts both before this file. */
  readonly SHELL: readonly string[];
  readonly FILES: readonly string[];
  readonly clients: { claim(): Promise<void> };
  readonly location: Location;
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", handler: (event: Extendable) => void): void;
  addEventListener(type: "fetch", handler: (event: Fetching) => void): void;
}
interface Extendable {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Extendable {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

declare const self: Scope;

const CACHE = "tidings-shell";
const PAGE = "/index.html";
/** A network that does not answer for so long is as good as none. */
const PATIENCE_MS = 4_000;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const asked: Asked = { method, isPage: mode === "navigate", url, origin: self.location.origin };
  const kept = keptAs(asked);
  if (kept === "page") event.respondWith(page(event.request));
  else if (kept === "file") event.respondWith(file(event));
});

/** The page comes last: it must not name files that are not here. */
async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  const files = self.SHELL.filter((path) => path !== PAGE);
  // Only in `assets` a name tells the content.
  const isThere = async (path: string) =>
    path.startsWith("/assets/") && (await cache.match(path)) !== undefined;
  const fetchAnew = (path: string) => cache.add(new Request(path, { cache: "reload" }));
  await Promise.all(files.map(async (path) => (await isThere(path)) || fetchAnew(path)));
  await fetchAnew(PAGE);
  await self.skipWaiting();
}

/** Files are named by their content: what this build does not have, nobody asks for again. */
async function activate(): Promise<void> {
  const cache = await caches.open(CACHE);
  const known = new Set([PAGE, ...self.FILES]);
  const gone = (await cache.keys()).filter((request) => !known.has(new URL(request.url).pathname));
  await Promise.all(gone.map((request) => cache.delete(request)));
  await self.clients.claim();
}

/** Always the newest page while there is a network; the kept one is only replaced by a new build's worker. */
async function page(request: Request): Promise<Response> {
  const kept = () => caches.match(PAGE);
  const fresh = fetch(request);
  const late = new Promise<undefined>((late) => setTimeout(late, PATIENCE_MS));
  try {
    const got = await Promise.race([fresh, late]);
    // A proxy that answers for a server that is away is as good as none.
    if (got && got.status < 500) return got;
    return (await kept()) ?? (await fresh);
  } catch (error) {
    const instead = await kept();
    if (instead) return instead;
    throw error;
  }
}

/** A cache that is broken or full costs nothing but the keeping. */
async function file(event: Fetching): Promise<Response> {
  const { request } = event;
  const cache = await caches.open(CACHE).catch(() => null);
  const kept = await cache?.match(request).catch(() => undefined);
  if (kept) return kept;
  const fresh = await fetch(request);
  if (cache && fresh.ok) event.waitUntil(cache.put(request, fresh.clone()).catch(() => {}));
  return fresh;
}
