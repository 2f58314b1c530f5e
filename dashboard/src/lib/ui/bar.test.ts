import { expect, it } from "vitest";
import { paintBar } from "./bar";

it("the bar is as the theme, and as the system where none is chosen", () => {
  document.head.innerHTML = `
    <meta name="theme-color" media="(prefers-color-scheme: light)" content="" />
    <meta name="theme-color" media="(prefers-color-scheme: dark)" content="" />`;
  const colours = () => [...document.querySelectorAll("meta")].map((meta) => meta.content);
  const root = document.documentElement;
  for (const [theme, expected] of [
    ["dark", ["#14191c", "#14191c"]],
    ["light", ["#f7f9fa", "#f7f9fa"]],
    [null, ["#f7f9fa", "#14191c"]],
  ] as const) {
    if (theme) root.dataset["theme"] = theme;
    else delete root.dataset["theme"];
    paintBar();
    expect(colours(), String(theme)).toEqual(expected);
  }
});
