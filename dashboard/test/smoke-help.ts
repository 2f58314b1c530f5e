/** The smoke of the help: opened beside a page, searched, read on, and put away again; on a phone and in the dark. */
import { NARROW, WIDE } from "./browser";
import type { Smoke } from "./smoke-assistant";

export async function consult({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const help = page.getByRole("navigation", { name: "Main" }).getByRole("button", { name: "Help" });
  const sheet = page.getByRole("dialog");
  await page.goto(`${fake.url}/contacts/segments`);
  await page.getByRole("heading", { name: "Contacts" }).first().waitFor();
  await help.click();
  await sheet.getByRole("heading", { name: "In the dashboard" }).waitFor();
  await page.waitForTimeout(250);
  await shot("e0-help");
  await axe(page, "help");
  const isInSight = await sheet
    .getByRole("heading", { name: "In the dashboard" })
    .evaluate((h) => h.getBoundingClientRect().top < innerHeight && document.activeElement === h);
  expect(isInSight, "help must begin where the page's part of the guide is");

  // A link leads to another guide, and back.
  await sheet.getByRole("button", { name: "All guides" }).click();
  await sheet.getByRole("button", { name: /^Workflows/ }).waitFor();
  await shot("e1-guides");
  await axe(page, "all guides");
  await sheet.getByRole("button", { name: /^Workflows/ }).click();
  await sheet.getByRole("button", { name: "campaigns", exact: true }).first().click();
  await sheet.getByRole("heading", { name: "Campaigns", level: 1 }).waitFor();
  await sheet.getByRole("button", { name: "Back" }).click();
  await sheet.getByRole("heading", { name: "Workflows", level: 1 }).waitFor();
  await sheet.getByRole("button", { name: "All guides" }).click();

  await sheet.getByLabel("Search all guides").fill("quiet hours");
  await sheet
    .getByRole("button", { name: /quiet hours/i })
    .first()
    .waitFor();
  await shot("e2-help-found");
  await axe(page, "help found");
  await sheet.getByLabel("Search all guides").fill("unicorns");
  await sheet.getByText("Nothing found").waitFor();
  // The focus stays inside, and goes back to where it came from.
  for (let n = 0; n < 12; n++) await page.keyboard.press("Tab");
  expect(
    await page.evaluate(
      "document.activeElement === document.body || !!document.activeElement.closest('dialog')",
    ),
    "the focus must stay in the help",
  );
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });
  expect(
    await help.evaluate((button) => document.activeElement === button),
    "the focus must go back to the button",
  );

  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto(`${fake.url}/workflows`);
  await page.getByRole("heading", { name: "Workflows" }).first().waitFor();
  await help.click();
  await sheet.locator("table").first().waitFor();
  await page.waitForTimeout(250);
  await sheet.locator("table").first().scrollIntoViewIfNeeded();
  await shot("e3-dark-help");
  await axe(page, "help in the dark");
  await page.keyboard.press("Escape");
  await page.emulateMedia({ colorScheme: "light" });

  await page.setViewportSize(NARROW);
  await page.goto(`${fake.url}/campaigns`);
  await page.getByRole("heading", { name: "Campaigns" }).first().waitFor();
  await page.getByRole("button", { name: "You and this workspace" }).click();
  await page.getByRole("menuitem", { name: "Help" }).click();
  await sheet.getByRole("heading", { name: "Campaigns", level: 1 }).waitFor();
  await page.waitForTimeout(250);
  await shot("e4-narrow-help");
  await axe(page, "narrow help");
  const box = await sheet.boundingBox();
  expect(
    box?.width === NARROW.width && box.height === NARROW.height,
    "on a phone help must take the whole screen",
  );
  expect(
    !(await page.evaluate(
      "[...document.querySelectorAll('dialog, dialog .reading')].some((e) => e.scrollWidth > e.clientWidth + 1)",
    )),
    "nothing may stick out of narrow help",
  );
  await sheet.getByRole("button", { name: "Close help" }).click();
  await page.setViewportSize(WIDE);
}
