import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { onKeys } from "./doers";
import { Keyboard } from "./keyboard.svelte";

let keyboard: Keyboard;
let done: string[];
let forget: () => void;
const listen = (event: KeyboardEvent) => keyboard.press(event);

beforeEach(() => {
  localStorage.clear();
  keyboard = new Keyboard();
  done = [];
  const does = (id: string) => () => void done.push(id);
  forget = onKeys({
    palette: does("palette"),
    next: does("next"),
    write: does("write"),
    close: does("close"),
    "go /inbox": does("inbox"),
  });
  addEventListener("keydown", listen);
});
afterEach(() => {
  removeEventListener("keydown", listen);
  forget();
  document.body.replaceChildren();
});

function press(
  key: string,
  { on = "", at = 0, ...init }: KeyboardEventInit & { on?: string; at?: number } = {},
) {
  document.body.innerHTML = on;
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init });
  Object.defineProperty(event, "timeStamp", { value: at });
  (document.body.querySelector("[data-here]") ?? document.body).dispatchEvent(event);
  return event.defaultPrevented;
}

it("does what is said for a key, once", () => {
  expect(press("j")).toBe(true);
  expect(done).toEqual(["next"]);
});

it("takes two keys one after another, but not long after another", () => {
  press("g", { at: 100 });
  press("i", { at: 900 });
  expect(done).toEqual(["inbox"]);
  press("g", { at: 2_000 });
  press("i", { at: 9_000 });
  press("i", { at: 9_100 });
  expect(done).toEqual(["inbox"]);
});

it("takes a second key that does not fit for a slip, and does nothing", () => {
  press("g", { at: 1 });
  press("e", { at: 2 });
  expect(done).toEqual([]);
  press("e", { at: 3 });
  expect(done).toEqual(["close"]);
});

it("opens the palette whatever was begun", () => {
  press("g", { at: 1 });
  press("k", { at: 2, ctrlKey: true });
  expect(done).toEqual(["palette"]);
});

it("does the same again and again for a key that is held only where that is walking", () => {
  press("e");
  press("e", { repeat: true });
  press("j", { repeat: true });
  press("k", { repeat: true, ctrlKey: true });
  expect(done).toEqual(["close", "next"]);
});

it("does nothing behind an open dialog, wherever the focus is", () => {
  press("e", { on: "<dialog open></dialog>" });
  expect(done).toEqual([]);
  press("e", { on: "<dialog></dialog>" });
  expect(done).toEqual(["close"]);
});

it.each(["<input data-here>", "<textarea data-here></textarea>", "<dialog open><p data-here></p></dialog>"])(
  "leaves letters alone in %s, but not the palette's key",
  (on) => {
    expect(press("j", { on })).toBe(false);
    expect(press("k", { on, ctrlKey: true })).toBe(true);
    expect(press("k", { on, metaKey: true })).toBe(true);
    expect(done).toEqual(["palette", "palette"]);
  },
);

it("leaves Enter to what is pressed by it, and other modifiers to the browser", () => {
  expect(press("Enter", { on: "<button data-here></button>" })).toBe(false);
  expect(press("j", { ctrlKey: true })).toBe(false);
  expect(press("j", { altKey: true })).toBe(false);
  press("Enter");
  expect(done).toEqual(["write"]);
});

it("lets the last who says what a key does have it, until they leave", () => {
  const nothing = vi.fn(() => false);
  const leave = onKeys({ next: nothing });
  expect(press("j")).toBe(false);
  leave();
  press("j");
  expect(nothing).toHaveBeenCalledOnce();
  expect(done).toEqual(["next"]);
});

it("can be told to leave single letters alone", () => {
  keyboard.letters(false);
  press("j");
  press("k", { ctrlKey: true });
  expect(done).toEqual(["palette"]);
  expect(new Keyboard().hasLetters).toBe(false);
});
