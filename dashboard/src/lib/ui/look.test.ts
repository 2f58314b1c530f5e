import { afterEach, expect, it, vi } from "vitest";
import early from "../../../public/look.js?raw";

afterEach(() => {
  localStorage.clear();
  vi.resetModules();
  for (const key of ["theme", "density"]) delete document.documentElement.dataset[key];
});

const shown = () => ({ ...document.documentElement.dataset });

/** What stands on the page before and after the dashboard's own code has begun. */
async function begin() {
  new Function(early)();
  const before = shown();
  const [{ theme, applyTheme }, { density, applyDensity }] = await Promise.all([
    import("./theme.svelte"),
    import("./density.svelte"),
  ]);
  applyTheme();
  applyDensity();
  return { before, after: shown(), theme, density };
}

it("is the same before the first paint and after it", async () => {
  const first = await begin();
  expect([first.before, first.after]).toEqual([{}, {}]);
  first.theme.choose("dark");
  first.density.choose("compact");
  vi.resetModules();
  for (const key of ["theme", "density"]) delete document.documentElement.dataset[key];
  const second = await begin();
  expect(second.before).toEqual({ theme: "dark", density: "compact" });
  expect(second.after).toEqual(second.before);
  second.theme.choose("system");
  second.density.choose("comfortable");
  expect(shown()).toEqual({});
  expect(localStorage).toHaveLength(0);
});

it("takes nothing else from the browser's storage", async () => {
  localStorage.setItem("tidings.theme", "pink");
  localStorage.setItem("tidings.density", "none");
  const { before, after } = await begin();
  expect([before, after]).toEqual([{}, {}]);
});
