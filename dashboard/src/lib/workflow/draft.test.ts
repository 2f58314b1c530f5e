import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Problem } from "$lib/api";
import type { WorkflowDetail } from "$lib/api/types";
import { kept } from "$lib/ui/kept";
import { aWorkflow } from "../../../test/samples-workflows";
import type { Document } from "./document";
import { Draft, SAVE_PAUSE_MS } from "./draft.svelte";

const written = (name: string): Document => ({ ...aWorkflow().document, name });
let server: WorkflowDetail;
const keep = vi.fn<(id: string, document: Document, revision: number) => Promise<WorkflowDetail>>();
const find = vi.fn(() => Promise.resolve(server));
const draftOf = (found = server) => new Draft(found, keep, find);

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  server = aWorkflow({ revision: 3 });
  keep.mockReset().mockImplementation((_, document, revision) => {
    if (revision !== server.revision) throw new Problem(409, "changed_meanwhile", "Changed.");
    server = { ...server, document, revision: revision + 1 };
    return Promise.resolve(server);
  });
});
afterEach(() => vi.useRealTimers());

test("what is written is kept after a breath, with the revision that it was made from", async () => {
  const draft = draftOf();
  draft.write(written("a"));
  draft.write(written("ab"));
  expect(draft.isSaved).toBe(false);
  await vi.advanceTimersByTimeAsync(SAVE_PAUSE_MS);
  expect(keep).toHaveBeenCalledTimes(1);
  expect(keep.mock.calls[0]?.[2]).toBe(3);
  expect([draft.isSaved, draft.saved.revision, server.document.name]).toEqual([true, 4, "ab"]);
  expect(kept.get(`text.workflow.${draft.id}`)).toBeNull();
});

test("what was typed and not kept is found again", async () => {
  const draft = draftOf();
  keep.mockRejectedValue(new Problem(0, "offline", "No answer."));
  draft.write(written("mine"));
  await vi.advanceTimersByTimeAsync(SAVE_PAUSE_MS);
  expect(draft.error).toBe("No answer.");
  expect(draftOf().document.name).toBe("mine");
});

test("of two who write at the same time none is overwritten before somebody says so", async () => {
  const draft = draftOf();
  server = { ...server, document: written("theirs"), revision: 4 };
  draft.write(written("mine"));
  await vi.advanceTimersByTimeAsync(SAVE_PAUSE_MS);
  expect(draft.theirs?.document.name).toBe("theirs");
  expect(server.document.name).toBe("theirs");
  draft.write(written("mine still"));
  await vi.advanceTimersByTimeAsync(SAVE_PAUSE_MS);
  expect(server.document.name, "it waits for a word").toBe("theirs");
  await draft.keepMine();
  expect([server.document.name, draft.isSaved, draft.theirs]).toEqual(["mine still", true, null]);
});

test("the other one can be taken, too", async () => {
  const draft = draftOf();
  server = { ...server, document: written("theirs"), revision: 4 };
  draft.write(written("mine"));
  await vi.advanceTimersByTimeAsync(SAVE_PAUSE_MS);
  draft.takeTheirs();
  expect([draft.document.name, draft.isSaved]).toEqual(["theirs", true]);
});

test("what was typed upon an older revision waits for a word, too", () => {
  draftOf().write(written("mine"));
  server = { ...server, document: written("theirs"), revision: 7 };
  const draft = draftOf();
  expect([draft.document.name, draft.theirs?.revision]).toEqual(["mine", 7]);
});

test("what has no form is not kept, and is no fault of the line", async () => {
  const draft = draftOf();
  keep.mockRejectedValue(new Problem(422, "invalid", "No workflow."));
  draft.write(written("mine"));
  await vi.advanceTimersByTimeAsync(SAVE_PAUSE_MS);
  expect([draft.isRefused, draft.error, draft.isSaved]).toEqual([true, null, false]);
});

test("a change elsewhere shows if nothing is written here", () => {
  const draft = draftOf();
  expect(draft.arrived({ ...server, state: "paused" })).toBe(false);
  expect(draft.saved.state).toBe("paused");
  expect(draft.arrived({ ...server, document: written("theirs"), revision: 4 })).toBe(true);
  expect(draft.document.name).toBe("theirs");
  draft.write(written("mine"));
  expect(draft.arrived({ ...server, document: written("more"), revision: 5 })).toBe(false);
  expect(draft.theirs?.revision).toBe(5);
});
