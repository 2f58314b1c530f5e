import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Session } from "$lib/api/types";
import { session } from "$lib/session/session.svelte";
import { aConversation, aDraft, aMeasure, aMedia } from "../../../test/samples";
import { Composer, MEASURE_PAUSE_MS, hindrance } from "./composer.svelte";

let asked: string[];
const measurer = (answer = aMeasure()) =>
  vi.fn(async (body: string) => {
    asked.push(body);
    return { ...answer, body };
  });

beforeEach(() => {
  asked = [];
  vi.useFakeTimers();
  vi.stubGlobal("fetch", async () => new Response(null, { status: 204 }));
  localStorage.clear();
  as("usr_1");
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  session.me = null;
});

const as = (user: string) => (session.me = { user: { id: user }, tenant: { id: "ten_1" } } as Session);

describe("the composer", () => {
  it("asks the server once for a burst of keys", async () => {
    const composer = new Composer("cnv_1", measurer());
    for (const body of ["H", "He", "Hel"]) composer.write(body);
    await vi.advanceTimersByTimeAsync(MEASURE_PAUSE_MS);
    expect(asked).toEqual(["Hel"]);
    expect(composer.measure?.segments).toBe(1);
  });

  it("ignores a count that comes after newer keys", async () => {
    let finish: (value: ReturnType<typeof aMeasure>) => void = () => {};
    const composer = new Composer("cnv_1", () => new Promise((resolve) => (finish = resolve)));
    composer.write("a long text");
    await vi.advanceTimersByTimeAsync(MEASURE_PAUSE_MS);
    composer.write("");
    finish(aMeasure({ segments: 9 }));
    await vi.advanceTimersByTimeAsync(0);
    expect(composer.measure).toBeNull();
  });

  it("shows no count rather than an old one when the server is away", async () => {
    const composer = new Composer("cnv_1", async () => Promise.reject(new Error("offline")));
    composer.measure = aMeasure();
    composer.write("new text");
    await vi.advanceTimersByTimeAsync(MEASURE_PAUSE_MS);
    expect(composer.measure).toBeNull();
  });

  it("keeps its text, mode and draft over a reload, for its own conversation only", () => {
    const composer = new Composer("cnv_1", measurer());
    composer.edit(aDraft({ id: "drf_9", body: "half a sentence" }));
    composer.setMode("note");
    const again = new Composer("cnv_1", measurer());
    expect([again.body, again.mode, again.draftId]).toEqual(["half a sentence", "note", "drf_9"]);
    expect(new Composer("cnv_2", measurer()).body).toBe("");
  });

  it("shows nobody what somebody else typed", () => {
    new Composer("cnv_1", measurer()).write("mine");
    as("usr_2");
    expect(new Composer("cnv_1", measurer()).body).toBe("");
  });

  it("begins empty when what was kept cannot be read", () => {
    localStorage.setItem("tidings.text.usr_1.ten_1.cnv_1", "{broken");
    expect(new Composer("cnv_1", measurer()).body).toBe("");
  });

  it("hands over what was written and is empty then", () => {
    const composer = new Composer("cnv_1", measurer());
    composer.write("  See you at nine \n");
    composer.scheduledAt = "2026-11-24T09:00:00Z";
    composer.stopIfReply = true;
    expect(composer.take()).toEqual({
      kind: "text",
      message: { body: "See you at nine", scheduled_at: "2026-11-24T09:00:00Z", stop_if_reply: true },
      media: [],
    });
    expect([composer.body, composer.scheduledAt, composer.take()]).toEqual(["", null, null]);
    expect(localStorage.getItem("tidings.text.usr_1.ten_1.cnv_1")).toBeNull();
  });

  it("never schedules or attaches to a note", () => {
    const composer = new Composer("cnv_1", measurer());
    composer.setMode("note");
    composer.media = [aMedia()];
    expect(composer.canSend).toBe(false);
    composer.write("She prefers mornings");
    composer.scheduledAt = "2026-11-24T09:00:00Z";
    expect(composer.take()).toEqual({
      kind: "note",
      message: { body: "She prefers mornings" },
      media: [],
    });
  });

  it("forgets the draft it edits when the box is emptied", () => {
    const composer = new Composer("cnv_1", measurer());
    composer.edit(aDraft());
    composer.write("");
    composer.write("my own words");
    expect(composer.take()?.message.draft_id).toBeUndefined();
  });

  it("takes back a refused text, but never over a new one", () => {
    const composer = new Composer("cnv_1", measurer());
    const taken = (body: string) => ({ kind: "text" as const, message: { body }, media: [] });
    expect(composer.putBack(taken("first"))).toBe(true);
    expect(composer.putBack(taken("second"))).toBe(false);
    expect(composer.body).toBe("first");
  });

  it("takes back all of a refused text: attachments, schedule, draft and the reason", () => {
    const composer = new Composer("cnv_1", measurer());
    composer.edit(aDraft({ id: "drf_9", body: "See you at nine" }));
    composer.media = [aMedia()];
    composer.scheduledAt = "2026-11-24T09:00:00Z";
    composer.stopIfReply = true;
    const taken = composer.take()!;
    expect([composer.media, composer.scheduledAt, composer.stopIfReply]).toEqual([[], null, false]);
    expect(composer.putBack(taken, "Ann opted out.")).toBe(true);
    expect(composer.refusal).toBe("Ann opted out.");
    expect(composer.take()).toEqual(taken);
  });

  it("makes a text plain with one click", async () => {
    const composer = new Composer(
      "cnv_1",
      measurer(
        aMeasure({
          not_gsm: [
            { char: "ő", index: 1 },
            { char: "🎉", index: 5 },
            { char: "ő", index: 3 },
          ],
        }),
      ),
    );
    composer.write("hőt ő 🎉 !");
    await vi.advanceTimersByTimeAsync(MEASURE_PAUSE_MS);
    expect(composer.offending).toEqual(["ő", "🎉"]);
    composer.makePlain();
    expect(composer.body).toBe("hot o !");
  });
});

describe("what hinders a text", () => {
  const contact = aConversation().contact;
  it.each([
    [{}, null],
    [{ opted_out_at: "2026-11-01T00:00:00Z" }, /opted out/],
    [{ blocked: true, name: null }, /\(212\) 555-0101 is blocked/],
  ])("%o", (over, then) => {
    const reason = hindrance(aConversation({ contact: { ...contact, ...over } }));
    if (then === null) expect(reason).toBeNull();
    else expect(reason).toMatch(then);
  });
});
