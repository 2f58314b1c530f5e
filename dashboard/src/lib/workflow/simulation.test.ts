import { beforeEach, expect, test, vi } from "vitest";
import { Problem } from "$lib/api";
import type { NewWorkflowPlay, WorkflowPlayed } from "$lib/api/types";
import { aPlayed } from "../../../test/samples-workflows";
import { Simulation } from "./simulation.svelte";
import { aDocument } from "./testing";

const simulate = vi.fn<(body: NewWorkflowPlay) => Promise<WorkflowPlayed>>();
const AT = "2026-11-28T10:00:00.000Z";
let phone: Simulation;
beforeEach(() => {
  simulate.mockReset().mockImplementation(() => Promise.resolve(aPlayed()));
  phone = new Simulation(simulate, () => new Date(AT));
});

test("all plays are sent each time, and the moment stays the same", async () => {
  const document = aDocument();
  await phone.restart(document);
  await phone.says(document, "  Yes ");
  await phone.skips(document);
  expect(simulate.mock.calls.map(([{ plays, at }]) => [plays, at])).toEqual([
    [[], AT],
    [[{ says: "Yes" }], AT],
    [[{ says: "Yes" }, "skips"], AT],
  ]);
  await phone.takesBack(document);
  expect(phone.plays).toEqual([{ says: "Yes" }]);
});

test("a conversation that is kept is played from its own beginning, with whom it was with", async () => {
  const plays = [{ says: "yes" }];
  const person = { name: "Ann" };
  const at = "2026-01-02T10:00:00Z";
  await phone.replay(aDocument(), { name: "Comes", at, person, variables: { day: "x" }, plays, expect: {} });
  expect(simulate.mock.calls[0]?.[0]).toMatchObject({ plays, person, at, variables: { day: "x" } });
  await phone.restart(aDocument());
  expect(simulate.mock.calls[1]?.[0]).not.toHaveProperty("person");
});

const asked = (...steps: string[]) =>
  aPlayed({
    trace: steps.map((step, seq) => ({ seq, step, what: "does", text: "does ask" })),
    stands_at: steps.at(-1) ?? null,
    waits_for: "effect",
  });

test("a model that is asked answers what is chosen, and taken back it is asked again", async () => {
  simulate.mockResolvedValueOnce(asked("sort"));
  await phone.restart(aDocument());
  expect(phone.question).toEqual({ who: "models", nth: 0, step: "sort" });
  simulate.mockResolvedValueOnce(aPlayed({ trace: asked("sort").trace }));
  await phone.answers(aDocument(), { chose: 1 });
  expect(simulate.mock.calls[1]?.[0].answers?.models?.slice(0, 2)).toEqual([{ chose: 1 }, "sent"]);
  expect(phone.question).toBeNull();
  expect(phone.script).toEqual({ models: [{ chose: 1 }] });
  expect(phone.plays).toEqual([]);
  simulate.mockResolvedValueOnce(asked("sort"));
  await phone.takesBack(aDocument());
  expect(phone.question?.step).toBe("sort");
  expect(phone.script).toEqual({ models: ["sent"] });
});

test("an answer to a step that does not ask any more is forgotten", async () => {
  simulate.mockResolvedValueOnce(asked("sort"));
  await phone.restart(aDocument());
  simulate.mockResolvedValueOnce(asked("sort", "other"));
  await phone.answers(aDocument(), { chose: 1 });
  simulate.mockResolvedValue(asked("other"));
  await phone.again(aDocument());
  expect(phone.moves).toEqual([]);
  expect(phone.question?.nth).toBe(0);
});

test("a kept conversation answers as it says, and what it does not say is as usual", async () => {
  const answers = { http: [{ failed: "down" }], sends: [{ blocked: "no_consent" }] };
  await phone.replay(aDocument(), { name: "Down", at: AT, answers, expect: {} });
  expect(simulate.mock.calls[0]?.[0].answers).toEqual(answers);
  expect(phone.script).toEqual(answers);
});

test("what could not be played is not among the plays, and its words are given back", async () => {
  await phone.restart(aDocument());
  simulate.mockRejectedValueOnce(new Problem(422, "workflow_has_faults", "…"));
  await phone.says(aDocument(), "Yes");
  expect(phone.plays).toEqual([]);
  expect(phone.draft).toBe("Yes");
  expect(phone.error).toContain("has to be mended");
});

test("of several that overlap only the last counts", async () => {
  await phone.restart(aDocument());
  const answers: ((played: WorkflowPlayed) => void)[] = [];
  simulate.mockImplementation(() => new Promise((done) => answers.push(done)));
  const first = phone.skips(aDocument());
  const second = phone.restart(aDocument());
  answers[1]?.(aPlayed({ outcome: "new" }));
  await second;
  answers[0]?.(aPlayed({ outcome: "old" }));
  await first;
  expect([phone.played?.outcome, phone.plays]).toEqual(["new", []]);
});
