/** Reports: drawn and as tables, over other days, with nothing to show yet, on a phone and in the dark. */
import { NARROW, WIDE } from "./browser";
import type { Smoke } from "./smoke-assistant";

export async function report({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const card = (title: string) =>
    page.locator("section.card", { has: page.getByRole("heading", { name: title, exact: true }) });
  await page.goto(`${fake.url}/inbox`);
  await page.getByRole("link", { name: "Reports" }).click();
  await card("Volume")
    .getByRole("img", { name: /Texts in by day/ })
    .waitFor();
  await card("Cost").getByText("estimated").first().waitFor();
  await shot("78-reports");
  await axe(page, "reports");
  expect(
    (await page.evaluate("document.documentElement.scrollWidth <= innerWidth")) === true,
    "reports must not scroll sideways",
  );

  // By the keyboard: another figure, and the table of it.
  await card("Volume")
    .getByRole("button", { name: /Texts out/ })
    .focus();
  await page.keyboard.press("Enter");
  await card("Volume")
    .getByRole("img", { name: /Texts out by day/ })
    .waitFor();
  await card("Volume").getByRole("radio", { name: "Table" }).check();
  expect((await card("Volume").getByRole("row").count()) === 8, "a week is seven rows and a head");
  await card("Response times").getByRole("radio", { name: "In office hours" }).check();
  await card("Response times").getByText("7 min").first().waitFor();
  for (const title of ["Response times", "Deliverability", "Assistants", "Cost"])
    await card(title).getByRole("radio", { name: "Table" }).check();
  await page.waitForTimeout(200);
  await shot("78-reports-tables");
  await axe(page, "reports as tables");
  const file = page.waitForEvent("download");
  await card("Volume").getByRole("link", { name: "Volume as CSV" }).click();
  expect((await file).suggestedFilename().endsWith(".csv"), "a report is kept as CSV");

  await page.getByRole("radio", { name: "Today" }).check();
  await card("Volume").getByRole("columnheader", { name: "Hour" }).waitFor();
  await page.getByRole("radio", { name: "Own dates" }).check();
  await page.getByLabel("From").fill("2026-11-01");
  await page.getByText("Nov 1").first().waitFor();
  await shot("78-reports-own-dates");

  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize(NARROW);
  await page.reload();
  await card("Volume").getByRole("img").waitFor();
  await page.waitForTimeout(300);
  await shot("78-reports-narrow-dark");
  await axe(page, "reports on a phone, in the dark");
  const sideways =
    "[...document.querySelectorAll('html, main')].some((e) => e.scrollWidth > e.clientWidth + 1)";
  expect(!(await page.evaluate(sideways)), "nothing may stick out of narrow reports");
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(WIDE);

  fake.desk.hasReports = false;
  await page.reload();
  await card("Volume").getByText("appear here").waitFor();
  await shot("78-reports-none");
  await axe(page, "reports with nothing in them");
  fake.desk.hasReports = true;
}
