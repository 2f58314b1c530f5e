import { expect, test } from "vitest";
import type { WorkflowFault } from "$lib/api/types";
import { Faults } from "./faults";
import { aDocument } from "./testing";

const fault = (pointer: string, code = "wrong_value"): WorkflowFault => ({
  pointer,
  step: null,
  code,
  message: `At ${pointer}.`,
  mend: "Mend it.",
});

const faults = Faults.of(aDocument(), [
  fault("/steps/1/wait_for_reply/timeout"),
  fault("/steps/1/wait_for_reply/cases/0/steps/0/send/text"),
  fault("/steps/1/wait_for_reply/cases/1/when"),
  fault("/steps/2"),
  fault("/triggers/0/keyword/words/1"),
  fault(""),
]);

test("a fault stands at the deepest step that its pointer leads into, in its field", () => {
  expect(faults.at("thanks", "/send/text")).toBe(
    "At /steps/1/wait_for_reply/cases/0/steps/0/send/text. Mend it.",
  );
  expect(faults.at("answer", "/wait_for_reply/timeout")).toContain("timeout");
  expect(faults.at("answer", "/wait_for_reply/cases/1/when")).toContain("/cases/1");
  expect(faults.at("answer", "/wait_for_reply/cases/0/when")).toBeUndefined();
  expect(faults.ofStep("ask")).toEqual([]);
});

test("what is above the steps, and what no field shows, is told apart", () => {
  expect(faults.at(null, "/triggers/0")).toContain("/triggers/0/keyword/words/1");
  expect(faults.at(null, "/triggers/1")).toBeUndefined();
  expect(faults.ofWhole).toHaveLength(2);
  expect(faults.besides("keep", ["/save/to"]).map(({ at }) => at)).toEqual([""]);
  expect(faults.besides("answer", ["/wait_for_reply/timeout", "/wait_for_reply/cases"])).toEqual([]);
});

test("of what is not chosen yet it is said that it is to be chosen", () => {
  const id = {
    ...fault("/steps/2/save"),
    message: "not an id of this kind.",
    mend: "It starts with `wfl_`.",
  };
  expect(Faults.of(aDocument(), [id]).at("keep", "/save")).toBe(
    "It names nothing that there is. Choose one.",
  );
});

test("a place whose number begins with another's is not inside it", () => {
  const document = { name: "x", steps: Array.from({ length: 12 }, (_, i) => ({ id: `s${i}`, note: "n" })) };
  expect(Faults.of(document, [fault("/steps/11/note")]).ofStep("s1")).toEqual([]);
});
