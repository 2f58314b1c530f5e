import { expect, test, vi } from "vitest";
import type { Workflow, WorkflowVersionDetail } from "$lib/api/types";
import { aWorkflow } from "../../../../test/samples-workflows";
import type { Step } from "../document";
import { Secrets } from "./secrets.svelte";

const asks = (secret: string): Step => ({
  id: "ask",
  http: { url: "https://shop.example", secrets: { authorization: secret } },
});
const document = (...steps: Step[]) => ({ name: "Orders", steps });

test("who uses a secret is found in drafts, and in live versions that differ from them", async () => {
  const kept = [
    aWorkflow({ id: "wfl_1", document: document(asks("shop")) }),
    aWorkflow({ id: "wfl_2", live_version: 3, unpublished: true, document: document() }),
    aWorkflow({ id: "wfl_3", live_version: 1, unpublished: false, document: document(asks("shop")) }),
    aWorkflow({ id: "wfl_4", document: document(asks("other")) }),
  ];
  const version = vi.fn(() => Promise.resolve({ document: document(asks("shop")) } as WorkflowVersionDetail));
  const list = vi.fn(() => Promise.resolve({ data: kept as Workflow[], next_cursor: null }));
  const secrets = new Secrets(undefined, {
    list,
    version,
    get: (id) => Promise.resolve(kept.find((one) => one.id === id) ?? aWorkflow()),
  });
  const uses = await secrets.usesOf("shop");
  expect(uses.map(({ id, isDraft, isLive }) => [id, isDraft, isLive])).toEqual([
    ["wfl_1", true, false],
    ["wfl_2", false, true],
    ["wfl_3", true, true],
  ]);
  expect(version.mock.calls).toEqual([["wfl_2", 3]]);
  expect(list).toHaveBeenCalledWith({ state: "all", cursor: undefined });
});

test("after a change the list is fetched anew", async () => {
  const calls = {
    list: vi.fn(() => Promise.resolve({ data: [] })),
    set: vi.fn(() => Promise.resolve({ name: "shop", host: "shop.example", set_at: "", set_by: null })),
    remove: vi.fn(() => Promise.resolve()),
  };
  const secrets = new Secrets(calls);
  await secrets.set("shop", { value: "Bearer x", host: "shop.example" });
  await secrets.remove("shop");
  expect(calls.list).toHaveBeenCalledTimes(2);
});
