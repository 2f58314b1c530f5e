import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { watchForStale } from "./stale";

/** The page as the server has it now; `null`: it is away. */
let page: Response | null;
const ends: (() => void)[] = [];
const watch = (build: string, reload: () => void) => ends.push(watchForStale(build, reload));

beforeEach(() => {
  page = naming("/assets/index-new.js");
  vi.stubGlobal("fetch", async () => {
    if (!page) throw new TypeError("network");
    return page.clone();
  });
});
afterEach(() => {
  ends.splice(0).forEach((end) => end());
  sessionStorage.clear();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const naming = (script: string, status = 200) =>
  new Response(`<script type="module" src="${script}"></script>`, { status });

async function lost(): Promise<void> {
  dispatchEvent(new Event("vite:preloadError"));
  await new Promise((done) => setTimeout(done));
}

it("a page whose files are gone is loaded anew once, and once more for another build", async () => {
  const [reload, later] = [vi.fn(), vi.fn()];
  watch("/assets/index-one.js", reload);
  await lost();
  await lost();
  expect(reload).toHaveBeenCalledTimes(1);
  sessionStorage.setItem("tidings.stale", "/assets/index-one.js");
  watch("/assets/index-two.js", later);
  await lost();
  expect(later).toHaveBeenCalledTimes(1);
});

it("two files that are lost at once load it anew once", async () => {
  const reload = vi.fn();
  watch("/assets/index-both.js", reload);
  dispatchEvent(new Event("vite:preloadError"));
  await lost();
  expect(reload).toHaveBeenCalledTimes(1);
});

it.each([
  ["without a network", () => vi.spyOn(navigator, "onLine", "get").mockReturnValue(false)],
  ["while the server is away", () => (page = null)],
  ["while something before it answers", () => (page = naming("/assets/index-new.js", 502))],
  ["of the very build that the server has", () => (page = naming("/assets/index-three.js"))],
])("%s it stays as it is", async (_, isSo) => {
  isSo();
  const reload = vi.fn();
  watch("/assets/index-three.js", reload);
  await lost();
  expect(reload).not.toHaveBeenCalled();
});
