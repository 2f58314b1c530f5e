/** After an upgrade a page that stands open asks for files that are gone: it is loaded anew, once. */
import { newestPage } from "$lib/api";

const KEY = "tidings.stale";

/** `build`: the page's own script, whose name tells one build from another. Returns the end of it. */
export function watchForStale(build: string, reload = () => location.reload()): () => void {
  const isTold = () => sessionStorage.getItem(KEY) === build;
  async function look(): Promise<void> {
    if (!navigator.onLine || isTold()) return;
    if (!(await isThereAnother(build)) || isTold()) return;
    sessionStorage.setItem(KEY, build);
    reload();
  }
  const lost = () => void look();
  addEventListener("vite:preloadError", lost);
  return () => removeEventListener("vite:preloadError", lost);
}

/** A file may also be lost because the server is away: then a reload would find nothing newer, and lose the page. */
async function isThereAnother(build: string): Promise<boolean> {
  const page = await newestPage();
  return page !== null && !page.includes(build);
}
