/** Makes of `docs/*.md`, when it is imported, the guide itself, or with `?head` its title and the names of its sections. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Plugin } from "vite";
import { guideOf, headOf } from "./guide.ts";

export function guides(): Plugin {
  return {
    name: "tidings-guides",
    enforce: "pre",
    async load(id) {
      const [path = "", query] = id.split("?");
      if (!path.endsWith(".md")) return null;
      this.addWatchFile(path);
      const markdown = await readFile(path, "utf8");
      const name = basename(path, ".md");
      const made = query === "head" ? headOf(name, markdown) : guideOf(name, markdown);
      // Parsed once as JSON: quicker for a browser than the same as a literal.
      return { code: `export default JSON.parse(${JSON.stringify(JSON.stringify(made))})`, map: null };
    },
  };
}
