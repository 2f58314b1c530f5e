/** Draws the PNG icons in `public/` from `icon.svg`: `npm run icons`, after the drawing has changed. */
import { readFileSync, writeFileSync } from "node:fs";
import { openBrowser } from "./browser";

export const once = true;
const GROUND = "#0f6a75";
/** `part`: how much of the side the drawing takes. Systems cut a maskable icon to a shape of theirs, down to a circle. */
const ICONS = [
  { name: "icon-192", side: 192, part: 1, isFilled: false },
  { name: "icon-512", side: 512, part: 1, isFilled: false },
  { name: "icon-maskable-512", side: 512, part: 0.78, isFilled: true },
  { name: "apple-touch-icon", side: 180, part: 1, isFilled: true },
];

export async function main(): Promise<void> {
  const svg = readFileSync("public/icon.svg", "utf8");
  const browser = await openBrowser();
  try {
    for (const { name, side, part, isFilled } of ICONS) {
      const page = await browser.newPage({ viewport: { width: side, height: side } });
      await page.setContent(
        `<body style="margin:0;display:grid;place-items:center;height:100vh;background:${isFilled ? GROUND : "transparent"}">
        <div style="width:${part * 100}%;display:grid">${svg}</div>`,
      );
      writeFileSync(`public/${name}.png`, await page.screenshot({ omitBackground: true }));
      await page.close();
    }
  } finally {
    await browser.close();
  }
}
