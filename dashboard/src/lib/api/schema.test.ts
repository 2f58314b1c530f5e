// @vitest-environment node
import { readFileSync } from "node:fs";
import openapiTS, { COMMENT_HEADER, astToString } from "openapi-typescript";
import { expect, test } from "vitest";

/** The snapshot that a test of the server holds to its routes. */
const DOCUMENT = new URL("../../../../crates/api/openapi.json", import.meta.url);
const SCHEMA = new URL("./schema.ts", import.meta.url);

test("schema.ts is made from the server's document as it is now", async () => {
  const made = COMMENT_HEADER + astToString(await openapiTS(DOCUMENT));
  const isFresh = readFileSync(SCHEMA, "utf8") === made;
  expect(isFresh, "src/lib/api/schema.ts is stale: run `npm run types`").toBe(true);
}, 30_000);
