/** Chromium as the smoke, the journey and the pictures use it. */
import { chromium, type Browser, type Page } from "playwright-core";

export const WIDE = { width: 1440, height: 900 };
export const NARROW = { width: 390, height: 844 };

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--headless",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--no-first-run",
    ],
  });
}

/** A page of the size and in the light of a usual desktop. */
export async function openPage(
  browser: Browser,
  options: Parameters<Browser["newPage"]>[0] = {},
): Promise<Page> {
  const page = await browser.newPage({
    viewport: WIDE,
    colorScheme: "light",
    locale: "en-US",
    timezoneId: "America/New_York",
    ...options,
  });
  page.setDefaultTimeout(8_000);
  return page;
}
