import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "$lib/api";
import type { Campaign, CampaignPatch } from "$lib/api/types";
import { aCampaign } from "../../../test/samples";
import { Draft, SAVE_PAUSE_MS } from "./draft.svelte";

/** A server that keeps what it is given, and refuses what a test says. */
class Server {
  campaign: Campaign = aCampaign();
  asked: CampaignPatch[] = [];
  refuses: (patch: CampaignPatch) => Problem | null = () => null;
  update = async (_: string, patch: CampaignPatch): Promise<Campaign> => {
    this.asked.push(patch);
    const refusal = this.refuses(patch);
    if (refusal) throw refusal;
    return (this.campaign = { ...this.campaign, ...patch });
  };
  open = () => new Draft("cmp_1", this.campaign, this.update);
}

const invalid = (field: string, message: string) =>
  new Problem(422, "invalid", message, [{ field, code: "x", message }]);

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
});
afterEach(() => vi.useRealTimers());
const breath = () => vi.advanceTimersByTimeAsync(SAVE_PAUSE_MS);

describe("a draft", () => {
  it("is kept after a breath, and only what changed", async () => {
    const server = new Server();
    const draft = server.open();
    draft.write({ body: "Hi" });
    draft.write({ body: "Hi {first_name}" });
    expect(draft.isSaved).toBe(false);
    await breath();
    expect(server.asked).toEqual([{ body: "Hi {first_name}" }]);
    expect(draft.isSaved).toBe(true);
  });

  it("with a fault in one field keeps the others", async () => {
    const server = new Server();
    const draft = server.open();
    draft.known = ["name", "first_name"];
    draft.write({ body: "Hi {firstname}", name: "Recall" });
    await breath();
    expect(server.asked).toEqual([{ name: "Recall" }]);
    expect(draft.faults.body).toContain("Do you mean first_name?");
    expect(draft.changed).toEqual(["body"]);
  });

  it("that the server refuses in one field keeps the others, and does not ask again for the same", async () => {
    const server = new Server();
    server.refuses = (patch) =>
      patch.audience ? invalid("audience.phones[3]", "The number is too short.") : null;
    const draft = server.open();
    const phones = ["+1"];
    draft.write({ audience: { ...draft.form.audience, phones }, name: "Recall" });
    await breath();
    expect(server.asked.at(-1)).toEqual({ name: "Recall" });
    expect(draft.faults.audience).toBe("The number is too short.");
    await draft.save();
    expect(server.asked).toHaveLength(2);
    draft.write({ audience: { ...draft.form.audience, phones: [] } });
    expect(draft.faults.audience).toBeUndefined();
  });

  it("survives a reload, even with what the server would not keep", async () => {
    const server = new Server();
    const draft = server.open();
    draft.known = ["name"];
    draft.write({ body: "Hi {nmae}" });
    await breath();
    const again = server.open();
    expect(again.form.body).toBe("Hi {nmae}");
    again.write({ body: server.campaign.body });
    expect(server.open().form.body).toBe(server.campaign.body);
    expect(localStorage).toHaveLength(0);
  });

  it("that cannot reach the server says so and is not lost", async () => {
    const server = new Server();
    server.refuses = () => new Problem(0, "unreachable", "The server cannot be reached.");
    const draft = server.open();
    draft.write({ name: "Recall" });
    await breath();
    expect(draft.error).toBe("The server cannot be reached.");
    expect(server.open().form.name).toBe("Recall");
  });

  it("takes in what others change and keeps what is changed here", () => {
    const server = new Server();
    const draft = server.open();
    draft.write({ body: "Ours" });
    draft.arrived({ ...server.campaign, body: "Theirs", name: "Their name" });
    expect([draft.form.body, draft.form.name]).toEqual(["Ours", "Their name"]);
    expect(draft.changed).toEqual(["body"]);
  });

  it("does not lose what is typed while it is being kept", async () => {
    const server = new Server();
    let go = () => {};
    const slow = new Draft("cmp_1", server.campaign, async (id, patch) => {
      await new Promise<void>((on) => (go = on));
      return server.update(id, patch);
    });
    slow.write({ body: "One" });
    await breath();
    slow.write({ body: "One and two" });
    go();
    await vi.advanceTimersByTimeAsync(1);
    expect([slow.form.body, slow.base.body, slow.isSaved]).toEqual(["One and two", "One", false]);
    await breath();
    go();
    await vi.advanceTimersByTimeAsync(1);
    expect(server.campaign.body).toBe("One and two");
  });

  it("asks anew when somebody else changed it while it was being kept", async () => {
    const server = new Server();
    let go = () => {};
    const slow = async (id: string, patch: CampaignPatch) => {
      await new Promise<void>((on) => (go = on));
      return server.update(id, patch);
    };
    const reload = vi.fn(() => draft.arrived({ ...server.campaign, name: "Their name" }));
    const draft = new Draft("cmp_1", server.campaign, slow, reload);
    draft.write({ body: "Ours" });
    await breath();
    draft.arrived({ ...server.campaign, name: "Their name" });
    expect(draft.form.name).toBe("Recall November");
    go();
    await vi.advanceTimersByTimeAsync(1);
    expect(reload).toHaveBeenCalledOnce();
    expect([draft.form.name, draft.form.body, draft.isSaved]).toEqual(["Their name", "Ours", true]);
  });

  it("is not changed by order or by how an instant is written", async () => {
    const server = new Server();
    server.campaign = aCampaign({ numbers: ["num_1", "num_2"], send_before: "2026-11-27T09:00:00Z" });
    const draft = server.open();
    draft.write({ numbers: ["num_2", "num_1"], send_before: "2026-11-27T09:00:00.000Z" });
    expect(draft.isSaved).toBe(true);
  });
});

describe("a draft of several texts", () => {
  const two = [
    { name: "A", body: "Hi", weight: 1 },
    { name: "B", body: "Hello", weight: 1 },
  ];

  it("is kept whole, and knows its own way back from the server", async () => {
    const server = new Server();
    const draft = server.open();
    draft.write({ body: "", variants: two, holdout_percent: 10 });
    await breath();
    expect(server.asked).toEqual([{ body: "", variants: two, holdout_percent: 10 }]);
    // The server writes the parts of a text in an order of its own.
    draft.arrived({
      ...server.campaign,
      variants: two.map(({ name, body, weight }) => ({ body, weight, name })),
    });
    expect(draft.isSaved).toBe(true);
  });

  it.each([
    [[{ name: " ", body: "Hi", weight: 1 }, two[1]], "Give each text a name."],
    [[two[0], { name: "A ", body: "Hello", weight: 1 }], "Two texts are called “A”"],
    [[two[0], { name: "B", body: "Hi {nmae}", weight: 1 }], "In “B”: "],
  ])("keeps nothing of texts with a fault, and says which", async (variants, message) => {
    const server = new Server();
    const draft = server.open();
    draft.known = ["name"];
    draft.write({ variants: variants as typeof two, purpose: "service" });
    await breath();
    expect(server.asked).toEqual([{ purpose: "service" }]);
    expect(draft.faults.variants).toContain(message);
  });
});
