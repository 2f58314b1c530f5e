import svelte from "eslint-plugin-svelte";
import ts from "typescript-eslint";
import config from "./svelte.config.js";

/** The rules that types cannot hold. Only `lib/api` may fetch: components show, state classes decide. */
export default ts.config(
  { ignores: ["node_modules", "dist", "test/dist", "test/shots", "src/lib/api/schema.ts"] },
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: {
      parserOptions: { parser: ts.parser, svelteConfig: config, extraFileExtensions: [".svelte"] },
    },
  },
  {
    rules: {
      "no-undef": "off",
      "svelte/no-navigation-without-resolve": "off",
      "svelte/no-at-html-tags": "error",
      // Plain maps and dates are meant where nothing on screen depends on them.
      "svelte/prefer-svelte-reactivity": "off",
      // It does not know the compiler's own warnings.
      "svelte/no-unused-svelte-ignore": "off",
      "svelte/no-useless-children-snippet": "off",
      "svelte/no-useless-mustaches": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    },
  },
  {
    files: ["src/**"],
    // The service worker fetches files of the dashboard and never the API.
    ignores: ["src/lib/api/**", "src/worker/**"],
    rules: {
      "no-restricted-globals": [
        "error",
        { name: "fetch", message: "Only src/lib/api talks to the server." },
        { name: "EventSource", message: "Only src/lib/api talks to the server." },
        { name: "XMLHttpRequest", message: "Only src/lib/api talks to the server." },
      ],
    },
  },
);
