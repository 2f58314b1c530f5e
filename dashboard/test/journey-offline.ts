/** The journey without a network: a reply waits, outlives a new start of the page, and reaches the customer once. */
import type { Page } from "playwright-core";
import type { Demo } from "./demo";

export interface Offline {
  page: Page;
  demo: Demo;
  problems: string[];
  /** What the browser says of a network that is away is what is meant here. */
  away: (isAway: boolean) => void;
  shot: (name: string) => Promise<unknown>;
}

const CUSTOMER = "Chloe Nguyen";
/** Ours can be undone for five seconds. */
const AFTER_A_WAIT = { timeout: 20_000 };

export async function walkOffline({ page, demo, problems, away, shot }: Offline): Promise<void> {
  const context = page.context();
  const api = `${demo.url}/api/v1`;
  await page.request.post(`${api}/sandbox/phones/${encodeURIComponent("+13125550168")}/messages`, {
    data: { to: "+13125550100", body: "Can somebody call me about an invoice?" },
  });
  await page.goto(`${demo.url}/inbox`);
  await page.evaluate("navigator.serviceWorker.ready.then(() => null)");
  await page.locator("a.row", { hasText: CUSTOMER }).click();
  const composer = page.getByLabel("Text message", { exact: true });
  await composer.waitFor();

  away(true);
  await context.setOffline(true);
  const words = "Of course, Chloe. We call you this afternoon.";
  await composer.fill(words);
  await page.keyboard.press("Control+Enter");
  await page.getByText("Waiting for the network").waitFor();
  await shot("f0-waiting");
  await page.reload();
  await page.getByText("The server cannot be reached").waitFor();
  await shot("f1-offline-start");

  await context.setOffline(false);
  await page.getByRole("button", { name: "Try again" }).click();
  const ours = page.locator(".out", { hasText: words });
  await ours.getByText("Delivered").waitFor(AFTER_A_WAIT);
  away(false);
  await shot("f2-sent");
  const got = (await (
    await page.request.get(
      `${api}/sandbox/phones/${encodeURIComponent("+13125550168")}/messages?with=${encodeURIComponent("+13125550100")}`,
    )
  ).json()) as { body: string }[];
  const times = got.filter(({ body }) => body === words).length;
  if (times !== 1) problems.push(`what waited for the network must arrive once, and arrived ${times} times`);
}
