import { vitePreprocess } from "@sveltejs/vite-plugin-svelte";

/** Runes everywhere in our own files; libraries choose for themselves. */
export default {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: true },
  vitePlugin: {
    dynamicCompileOptions: ({ filename }) =>
      filename.includes("node_modules") ? { runes: undefined } : undefined,
  },
};
