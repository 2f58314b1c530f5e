import { fireEvent, render, screen } from "@testing-library/svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Problem } from "$lib/api";
import type { Assistant } from "$lib/api/types";
import { workflows as api } from "$lib/api/workflows";
import { directory } from "$lib/session/directory.svelte";
import { router } from "$routes/router";
import { aDescribedWorkflow } from "../../../test/samples-workflows";
import { drafted } from "./drafted.svelte";
import NewWorkflow from "./NewWorkflow.svelte";

const LABEL = "Describe it in a sentence";
const go = vi.fn<typeof router.go>();
const fromText = vi.fn<typeof api.fromText>();
const withProvider = (kind: Assistant["provider"]["kind"]) =>
  ({ id: `ast_${kind}`, name: "Ada", provider: { kind } }) as unknown as Assistant;
const [model, builtin] = [withProvider("openai"), withProvider("builtin")];

beforeEach(() => {
  HTMLDialogElement.prototype.showModal = vi.fn();
  vi.spyOn(directory, "need").mockImplementation(() => {});
  vi.spyOn(router, "go").mockImplementation(go.mockReset());
  vi.spyOn(api, "fromText").mockImplementation(fromText.mockReset());
  directory.assistants.value = [builtin, model];
});
afterEach(() => drafted.seen());

async function write(sentence: string) {
  const onclose = vi.fn();
  render(NewWorkflow, { onclose });
  await fireEvent.input(screen.getByLabelText(LABEL), { target: { value: sentence } });
  await fireEvent.click(screen.getByRole("button", { name: "Write a draft", hidden: true }));
}

test("where no model is configured, nothing is to be described", () => {
  directory.assistants.value = [builtin];
  render(NewWorkflow, { onclose: vi.fn() });
  expect(screen.queryByLabelText(LABEL)).toBeNull();
  expect(screen.getByLabelText(/^Name/)).toBeTruthy();
});

test("a sentence becomes a draft, which is opened with what there is to say of it", async () => {
  const found = aDescribedWorkflow({ workflow_id: "wfl_9" });
  fromText.mockResolvedValue(found);
  await write("  Ask how it was. ");
  await vi.waitFor(() => expect(go).toHaveBeenCalledWith("/workflows/wfl_9"));
  expect(fromText.mock.calls[0]?.[0]).toBe("Ask how it was.");
  expect([drafted.of("wfl_9"), drafted.of("wfl_8")]).toEqual([found, null]);
});

test("what the model cannot write is said at the sentence, and the sentence stays", async () => {
  const says = "What the model wrote is no workflow.";
  fromText.mockRejectedValue(
    new Problem(422, "no_workflow_written", says, [
      { field: "text", code: "no_workflow_written", message: says },
    ]),
  );
  await write("Hm");
  await screen.findByText(says);
  expect(screen.getByLabelText<HTMLTextAreaElement>(LABEL).value).toBe("Hm");
  expect(go).not.toHaveBeenCalled();
});

test("a model that does not answer is told, and asked again with the same key", async () => {
  fromText.mockRejectedValue(new Problem(502, "model_failed", "The model did not answer."));
  await write("Hm");
  await screen.findByText("The model did not answer.");
  await fireEvent.click(screen.getByRole("button", { name: "Write a draft", hidden: true }));
  await vi.waitFor(() => expect(fromText).toHaveBeenCalledTimes(2));
  expect(fromText.mock.calls[0]?.[1]).toBe(fromText.mock.calls[1]?.[1]);
});

test("whoever closes it meanwhile is not taken elsewhere", async () => {
  let answer: (found: ReturnType<typeof aDescribedWorkflow>) => void = () => {};
  fromText.mockReturnValue(new Promise((resolve) => (answer = resolve)));
  const shown = render(NewWorkflow, { onclose: vi.fn() });
  await fireEvent.input(screen.getByLabelText(LABEL), { target: { value: "Hm" } });
  await fireEvent.click(screen.getByRole("button", { name: "Write a draft", hidden: true }));
  shown.unmount();
  answer(aDescribedWorkflow({ workflow_id: "wfl_9" }));
  await Promise.resolve();
  expect([go.mock.calls, drafted.of("wfl_9")]).toEqual([[], null]);
});
