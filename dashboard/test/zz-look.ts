import { openBrowser, openPage, NARROW, WIDE } from "/tmp/hA/dashboard/test/browser";
import { startFake } from "/tmp/hA/dashboard/test/fake";
export const once = true;
export async function main(args: string[]) {
  const fake = await startFake(0, "/tmp/hA/dashboard/test/dist");
  const browser = await openBrowser();
  const page = await openPage(browser, {
    colorScheme: (args[1] as "dark") ?? "light",
    viewport: args[2] ? NARROW : WIDE,
  });
  page.on("console", (m) => console.log(m.type(), m.text()));
  page.on("pageerror", (e) => console.log("pageerror", e.message));
  page.on("response", (r) => r.status() >= 400 && console.log(r.status(), r.url()));
  await page.goto(fake.url + "/inbox");
  await page.getByLabel("E-mail").fill("mina@example.com");
  await page.getByLabel("Password").fill("a long password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForTimeout(1000);
  const ada = fake.desk.assistants[0]?.id;
  for (const part of (args[0] ?? "").split(",")) {
    await page.goto(`${fake.url}${part.replace("ADA", "assistants/" + ada)}`);
    await page.waitForTimeout(900);
    await page.screenshot({
      path: `/tmp/hA_shots/${part.replaceAll("/", "_")}${args[1] ?? ""}${args[2] ?? ""}.png`,
      fullPage: false,
    });
    const h = (await page.evaluate("document.querySelector('main')?.scrollHeight ?? 0")) as number;
    if (h > 900) {
      await page.setViewportSize({ width: args[2] ? 390 : 1440, height: Math.min(h + 20, 3000) });
      await page.waitForTimeout(300);
      await page.screenshot({
        path: `/tmp/hA_shots/${part.replaceAll("/", "_")}${args[1] ?? ""}${args[2] ?? ""}_full.png`,
      });
      await page.setViewportSize(args[2] ? NARROW : WIDE);
    }
  }
  await browser.close();
  fake.close();
}
