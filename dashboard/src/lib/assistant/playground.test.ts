import { describe, expect, it, vi } from "vitest";
import type { AskPreview, Preview } from "$lib/api/types";
import { aPreview } from "../../../test/samples";
import { Playground } from "./playground.svelte";

function playground(...answers: (Preview | Error)[]) {
  const asked: AskPreview[] = [];
  const ask = vi.fn((body: AskPreview) => {
    asked.push(body);
    const next = answers.shift();
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next ?? aPreview());
  });
  return { it: new Playground("ast_1", ask), asked };
}

describe("the playground", () => {
  it("tells the assistant what was said before", async () => {
    const { it: play, asked } = playground(
      aPreview({ body: "We open at nine." }),
      aPreview({ outcome: "hand_off", body: "Perhaps noon?", reason: "Nothing fits." }),
    );
    await play.write(" When do you open? ");
    await play.write("And on the moon?");
    await play.write("Hello?");
    expect(asked[0]).toEqual({ text: "When do you open?", messages: [] });
    expect(asked[1]?.messages).toEqual([
      { by: "contact", body: "When do you open?" },
      { by: "assistant", body: "We open at nine." },
    ]);
    // What it only suggested to people was never said.
    expect(asked[2]?.messages?.map((m) => m.by)).toEqual(["contact", "assistant", "contact"]);
  });

  it("asks for the version, the guide and the name that are chosen", async () => {
    const { it: play, asked } = playground();
    [play.version, play.guide, play.name] = [3, " Be gentle. ", "Ann"];
    await play.write("Hi");
    expect(asked[0]).toEqual({ text: "Hi", messages: [], version: 3, guide: "Be gentle.", name: "Ann" });
  });

  it("shows the last turn unless another is chosen", async () => {
    const { it: play } = playground();
    await play.write("One");
    await play.write("Two");
    expect(play.shown?.text).toBe("Two");
    play.chosen = 0;
    expect(play.shown?.text).toBe("One");
    await play.write("Three");
    expect(play.shown?.text).toBe("Three");
  });

  it("keeps what could not be asked, and asks again from there", async () => {
    const { it: play, asked } = playground(new Error("The model is down."), aPreview({ body: "Yes." }));
    await play.write("Open?");
    expect(play.turns[0]?.error).toBe("The model is down.");
    await play.again(0);
    expect([play.turns.length, play.turns[0]?.answer?.body, play.turns[0]?.error]).toEqual([1, "Yes.", null]);
    expect(asked[1]).toEqual(asked[0]);
  });

  it("begins anew", async () => {
    const { it: play } = playground();
    await play.write("One");
    play.clear();
    expect([play.turns, play.shown, play.isThinking]).toEqual([[], null, false]);
  });
});
