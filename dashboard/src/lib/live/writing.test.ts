import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { aDraft, aMessage } from "../../../test/samples";
import { Desk } from "./desk.svelte";
import { LEASE_MS } from "./writing.svelte";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function writing() {
  const desk = new Desk();
  desk.writing.signal({ conversation_id: "cnv_1", text: "We op" });
  desk.writing.signal({ conversation_id: "cnv_1", text: "We open at" });
  return desk;
}

describe("what an assistant is writing", () => {
  it("is shown as far as it is, where it is", () => {
    const { writing: board } = writing();
    expect([board.of("cnv_1"), board.of("cnv_2")]).toEqual(["We open at", null]);
  });

  it("goes away when it falls silent", () => {
    const { writing: board } = writing();
    vi.advanceTimersByTime(LEASE_MS - 1);
    board.signal({ conversation_id: "cnv_1", text: "We open at nine" });
    vi.advanceTimersByTime(LEASE_MS - 1);
    expect(board.of("cnv_1")).toBe("We open at nine");
    vi.advanceTimersByTime(1);
    expect(board.of("cnv_1")).toBeNull();
  });

  it.each([
    ["a message", (desk: Desk) => desk.apply({ type: "message.created", data: { message: aMessage() } })],
    ["a draft", (desk: Desk) => desk.apply({ type: "draft.created", data: { draft: aDraft() } })],
    ["an empty text", (desk: Desk) => desk.writing.signal({ conversation_id: "cnv_1", text: "" })],
  ])("ends with %s", (_, end) => {
    const desk = writing();
    desk.conversations.set("cnv_1", { id: "cnv_1" } as never);
    end(desk);
    expect(desk.writing.of("cnv_1")).toBeNull();
  });

  it("goes on while an older text moves", () => {
    const desk = writing();
    desk.conversations.set("cnv_1", { id: "cnv_1" } as never);
    desk.apply({ type: "message.updated", data: { message: aMessage({ status: "delivered" }) } });
    expect(desk.writing.of("cnv_1")).toBe("We open at");
  });
});
