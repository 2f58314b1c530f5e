import { afterEach, expect, it, vi } from "vitest";
import { watchForStale } from "./stale";

afterEach(() => {
  sessionStorage.clear();
  vi.restoreAllMocks();
});

const lost = () => dispatchEvent(new Event("vite:preloadError"));

it("a page whose files are gone is loaded anew once, and once more for another build", () => {
  const [reload, later] = [vi.fn(), vi.fn()];
  watchForStale("one", reload);
  lost();
  lost();
  expect(reload).toHaveBeenCalledTimes(1);
  sessionStorage.setItem("tidings.stale", "one");
  watchForStale("two", later);
  lost();
  expect(later).toHaveBeenCalledTimes(1);
});

it("without a network it stays as it is", () => {
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  const reload = vi.fn();
  watchForStale("three", reload);
  lost();
  expect(reload).not.toHaveBeenCalled();
});
