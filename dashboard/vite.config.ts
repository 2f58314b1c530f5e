import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import { defineConfig } from "vitest/config";
import { guides } from "./plugins/guides.ts";
import { worker } from "./plugins/worker.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Where `npm run dev` finds the API: the binary, or `npm run fake`. */
const api = process.env["TIDINGS_API"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [guides(), svelte(), svelteTesting(), worker("src/worker/worker.ts")],
  resolve: { alias: { $lib: here("./src/lib"), $routes: here("./src/routes"), $docs: here("../docs") } },
  build: {
    // What `light-dark()` and the popover element need; older browsers would see no colours.
    target: ["chrome123", "edge123", "firefox125", "safari17.5"],
    modulePreload: { polyfill: false },
    // Inlined files would need `data:` in the content security policy.
    assetsInlineLimit: 0,
    manifest: true,
  },
  server: {
    fs: { allow: [here("."), here("../docs")] },
    proxy: { "/api": { target: api, changeOrigin: false } },
  },
  test: { environment: "happy-dom", include: ["src/**/*.test.ts"], restoreMocks: true },
});
