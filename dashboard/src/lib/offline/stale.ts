/** After an upgrade a page that stands open asks for files that are gone: it is loaded anew, once. */
const KEY = "tidings.stale";

/** `build` tells one build from another. Without a network a reload would find nothing newer. */
export function watchForStale(build: string = import.meta.url, reload = () => location.reload()): void {
  addEventListener("vite:preloadError", () => {
    if (!navigator.onLine || sessionStorage.getItem(KEY) === build) return;
    sessionStorage.setItem(KEY, build);
    reload();
  });
}
