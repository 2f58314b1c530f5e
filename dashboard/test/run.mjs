// Runs a TypeScript file of ours with Vite's own transform, so that no second compiler is needed.
import { resolve } from "node:path";
import { createServer } from "vite";

const file = process.argv[2];
if (!file) throw new Error("usage: node test/run.mjs <file.ts>");
const vite = await createServer({
  server: { middlewareMode: true, watch: null, hmr: false, ws: false },
  appType: "custom",
  optimizeDeps: { noDiscovery: true },
  logLevel: "error",
});
const module = await vite.ssrLoadModule(resolve(file));
await module.main?.(process.argv.slice(3));
if (module.once) await vite.close();
