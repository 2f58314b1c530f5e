/**
 * Makes `worker.js` of the service worker: it stands at the root under a name that stays, and knows the files of its build.
 * Another build is another list, so that browsers see a new worker.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin, Rolldown } from "vite";

const NAME = "worker.js";
/** Where people begin, and what begins by itself with them; what else there is comes with the first visit. */
const STARTS = [
  "src/main.ts",
  "src/after.ts",
  "src/lib/session/Overlays.svelte",
  "src/routes/inbox/Inbox.svelte",
  "src/routes/sign-in/SignIn.svelte",
];

export function worker(source: string): Plugin {
  let isBuild = false;
  return {
    name: "tidings-worker",
    config(_, { command, mode }) {
      isBuild = command === "build";
      if (!isBuild || mode === "test") return {};
      return {
        build: {
          rollupOptions: {
            input: { index: "index.html", worker: source },
            output: {
              entryFileNames: ({ name }) => (name === "worker" ? NAME : "assets/[name]-[hash].js"),
            },
          },
        },
      };
    },
    writeBundle({ dir }, bundle) {
      if (!isBuild || !dir) return;
      const file = join(dir, NAME);
      const chunk = bundle[NAME];
      if (chunk?.type !== "chunk") throw new Error(`the build made no ${NAME}`);
      if (chunk.imports.length)
        throw new Error(`${NAME} must stand alone, and imports ${chunk.imports.join(", ")}`);
      const files = Object.keys(bundle).filter((name) => name.startsWith("assets/"));
      const list = (paths: string[]) => JSON.stringify(paths.map((path) => `/${path}`).sort());
      // What the page names beside its assets: icons, the manifest, a script that runs before the first paint.
      const page = readFileSync(join(dir, "index.html"), "utf8");
      const beside = [...page.matchAll(/(?:src|href)="\/([\w-]+\.\w+)"/g)].map(([, name = ""]) => name);
      // These keep their names: their content has to tell a new build.
      const digest = createHash("sha256");
      for (const name of ["index.html", ...beside]) digest.update(readFileSync(join(dir, name)));
      const head = [
        `// ${digest.digest("hex").slice(0, 16)}`,
        `self.SHELL=${list(["index.html", ...beside, ...shell(bundle)])};`,
        `self.FILES=${list([...beside, ...files])};`,
      ];
      writeFileSync(file, `${head.join("\n")}\n${readFileSync(file, "utf8")}`);
    },
  };
}

/** The entry and the first pages, with all that they import at once. */
function shell(bundle: Rolldown.OutputBundle): string[] {
  const found = new Set<string>();
  const add = (name: string) => {
    const chunk = bundle[name];
    if (found.has(name) || chunk?.type !== "chunk") return;
    found.add(name);
    for (const style of chunk.viteMetadata?.importedCss ?? []) found.add(style);
    chunk.imports.forEach(add);
  };
  for (const start of STARTS) {
    const chunk = Object.values(bundle).find(
      (one) =>
        one.type === "chunk" &&
        one.moduleIds.some((id) => id.endsWith(start)) &&
        (one.isEntry || one.isDynamicEntry),
    );
    if (!chunk) throw new Error(`the build has nothing of ${start}`);
    add(chunk.fileName);
  }
  return [...found];
}
