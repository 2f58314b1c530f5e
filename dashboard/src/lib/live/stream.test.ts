import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LiveEvent, TypingSignal, WritingSignal } from "$lib/api/types";
import { LiveStream, SILENCE_MS, type Source } from "./stream.svelte";

/** A server end that the test holds in its hand. */
class Line implements Source {
  handlers = new Map<string, (event: MessageEvent<string>) => void>();
  onerror: ((event: Event) => void) | null = null;
  closed = false;
  constructor(readonly after: number | null) {}
  addEventListener(type: string, handler: (event: MessageEvent<string>) => void) {
    this.handlers.set(type, handler);
  }
  close() {
    this.closed = true;
  }
  says(type: string, data: unknown) {
    this.handlers.get(type)?.(new MessageEvent(type, { data: JSON.stringify(data) }));
  }
  breaks() {
    this.onerror?.(new Event("error"));
  }
}

let lines: Line[];
let events: LiveEvent[];
let typing: TypingSignal[];
let written: string[];
let snapshots: number;
let stream: LiveStream;
const line = () => lines.at(-1)!;

beforeEach(() => {
  vi.useFakeTimers();
  [lines, events, typing, written, snapshots] = [[], [], [], [], 0];
  const listener = {
    event: (e: LiveEvent) => events.push(e),
    typing: (s: TypingSignal) => typing.push(s),
    snapshotNeeded: () => (snapshots += 1),
    following: () => {},
    writing: (s: WritingSignal) => written.push(s.text),
    suspectSignedOut: () => {},
  };
  stream = new LiveStream(listener, (after) => {
    lines.push(new Line(after));
    return line();
  });
  stream.start();
});

afterEach(() => {
  stream.stop();
  vi.useRealTimers();
});

describe("the live stream", () => {
  it("resumes after the last sequence it saw", () => {
    line().says("hello", { head: 7 });
    line().says("message.created", { seq: 8, data: { message: {} } });
    line().breaks();
    expect(stream.state).toBe("reconnecting");
    vi.advanceTimersByTime(1_000);
    expect(lines.map((l) => l.after)).toEqual([null, 8]);
    line().says("heartbeat", { head: 8 });
    expect(stream.state).toBe("open");
    expect(events).toHaveLength(1);
  });

  it("tells what is being written, wrapped or not", () => {
    line().says("writing", { conversation_id: "cnv_1", text: "We" });
    line().says("writing", { data: { conversation_id: "cnv_1", text: "We open" } });
    expect(written).toEqual(["We", "We open"]);
  });

  it("does not move back for a repeated line", () => {
    line().says("message.created", { seq: 9, data: {} });
    line().says("message.created", { seq: 8, data: {} });
    expect(stream.seq).toBe(9);
  });

  it("waits longer after each failure", () => {
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    line().breaks();
    vi.advanceTimersByTime(500);
    line().breaks();
    vi.advanceTimersByTime(999);
    expect(lines).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(lines).toHaveLength(3);
  });

  it("takes silence for a dead line", () => {
    line().says("hello", { head: 0 });
    vi.advanceTimersByTime(SILENCE_MS + 1_000);
    expect(lines.length).toBeGreaterThan(1);
    expect(lines[0]!.closed).toBe(true);
  });

  it("asks again when two heartbeats are ahead of it, and once only", () => {
    line().says("hello", { head: 3 });
    line().says("heartbeat", { head: 5 });
    expect(lines).toHaveLength(1);
    line().says("heartbeat", { head: 5 });
    expect(lines.map((l) => l.after)).toEqual([null, 3]);
    line().says("heartbeat", { head: 5 });
    line().says("heartbeat", { head: 5 });
    expect(lines).toHaveLength(2);
  });

  it("does not mistake a busy log for a gap", () => {
    line().says("hello", { head: 3 });
    line().says("heartbeat", { head: 5 });
    line().says("message.created", { seq: 5, data: {} });
    line().says("heartbeat", { head: 6 });
    expect(lines).toHaveLength(1);
  });

  it("says when a snapshot is needed and goes on from there", () => {
    line().says("snapshot_needed", { head: 90_000 });
    expect([snapshots, stream.seq]).toEqual([1, 90_000]);
  });

  it("passes signals on without a number", () => {
    line().says("hello", { head: 3 });
    line().says("typing", { conversation_id: "cnv_1", user_id: null, author: "assistant", typing: true });
    expect([typing[0]?.author, stream.seq]).toEqual(["assistant", 3]);
  });
});
