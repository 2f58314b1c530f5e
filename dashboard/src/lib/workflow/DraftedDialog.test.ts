import { fireEvent, render, screen } from "@testing-library/svelte";
import { beforeEach, expect, test, vi } from "vitest";
import { aDescribedWorkflow } from "../../../test/samples-workflows";
import DraftedDialog from "./DraftedDialog.svelte";

beforeEach(() => {
  HTMLDialogElement.prototype.showModal = vi.fn();
});

test("what it does is told, and what came of a first look", async () => {
  const onclose = vi.fn();
  render(DraftedDialog, { written: aDescribedWorkflow(), onclose });
  expect(screen.getByText("It texts them.")).toBeTruthy();
  expect(screen.getByText(/never answers gets 1 text and leaves as “no_answer”/)).toBeTruthy();
  expect(screen.getByText(/as it wishes gets 2 texts and stays in it/)).toBeTruthy();
  expect(
    screen.getByText(/Of 100 people .* 60 left as “no_answer”, 30 left as “fine”, 10 are in it\./),
  ).toBeTruthy();
  expect(screen.getByText(/at most 2 texts/)).toBeTruthy();
  expect(screen.queryByRole("alert", { hidden: true })).toBeNull();
  await fireEvent.click(screen.getByRole("button", { name: "Edit the draft", hidden: true }));
  expect(onclose).toHaveBeenCalledOnce();
});

test("what is wrong is told with its step and its mend, and nothing is foretold", () => {
  const fault = {
    pointer: "/steps/0/go_to",
    step: "back",
    code: "no_wait",
    message: "It goes round for ever.",
    mend: "Put a delay into it.",
  };
  const written = aDescribedWorkflow({ faults: [fault], at_most: null, trial: null });
  render(DraftedDialog, { written, onclose: vi.fn() });
  const alert = screen.getByRole("alert", { hidden: true });
  expect(alert.textContent).toContain("1 thing has to be mended");
  expect(alert.textContent).toContain("back It goes round for ever. Put a delay into it.");
  expect(screen.queryByText("A first look")).toBeNull();
});
