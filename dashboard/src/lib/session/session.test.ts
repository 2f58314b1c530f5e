import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Session } from "$lib/api/types";
import { kept } from "$lib/ui/kept";
import { session } from "./session.svelte";

let answers: Session | null;
const reload = vi.fn();
const one = (user: string, tenant = "ten_1") => ({ user: { id: user }, tenant: { id: tenant } }) as Session;
const elsewhere = (who: string | null) =>
  dispatchEvent(new StorageEvent("storage", { key: "tidings.who", newValue: who }));

beforeEach(async () => {
  localStorage.clear();
  reload.mockReset();
  answers = one("usr_1");
  vi.spyOn(location, "reload").mockImplementation(reload);
  vi.stubGlobal("fetch", async () => (answers ? Response.json(answers) : Response.json({}, { status: 401 })));
  await session.restore();
});
afterEach(() => vi.unstubAllGlobals());

it("tells other tabs who is signed in", async () => {
  expect(kept.get("who")).toBe("usr_1.ten_1");
  answers = null;
  await session.verify();
  expect(kept.get("who")).toBeNull();
});

it.each(["usr_2.ten_1", "usr_1.ten_2", null])("begins anew when another tab becomes %s", (who) => {
  elsewhere(who);
  expect(reload).toHaveBeenCalledOnce();
});

it("stays when another tab is who it is, or keeps something else", () => {
  elsewhere("usr_1.ten_1");
  dispatchEvent(new StorageEvent("storage", { key: "tidings.theme", newValue: "dark" }));
  expect(reload).not.toHaveBeenCalled();
});

it("knows before any word of it that another tab is somebody else", () => {
  expect(session.isOusted).toBe(false);
  kept.set("who", "usr_2.ten_1");
  expect(session.isOusted).toBe(true);
});

it("begins anew when the server takes it for somebody else", async () => {
  await session.verify();
  expect(reload).not.toHaveBeenCalled();
  answers = one("usr_2");
  await session.verify();
  expect(reload).toHaveBeenCalledOnce();
});
