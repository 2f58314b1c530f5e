import { flushSync } from "svelte";
import { afterEach, expect, it, vi } from "vitest";
import { composerOf } from "./composer.svelte";

afterEach(() => vi.unstubAllGlobals());

it("a composer can send again after the page that first asked for it is gone", () => {
  vi.stubGlobal("fetch", async () => new Response(null, { status: 204 }));
  let canSend = false;
  const visit = () =>
    $effect.root(() => {
      const composer = $derived(composerOf("cnv_left"));
      $effect(() => void (canSend = composer.canSend));
    });
  const leave = visit();
  flushSync();
  composerOf("cnv_left").write("first");
  expect(composerOf("cnv_left").take()?.message.body).toBe("first");
  flushSync();
  leave();
  const again = visit();
  flushSync();
  composerOf("cnv_left").write("second");
  flushSync();
  expect(canSend).toBe(true);
  again();
});
