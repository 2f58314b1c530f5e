/** The smoke of views: the list is looked at in another way, and a way of looking is kept. */
import type { Smoke } from "./smoke-assistant";

export async function views({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const row = (name: string) => page.locator("a.row", { hasText: name });
  const choose = async (name: RegExp) => {
    await page.keyboard.press("v");
    await page.getByRole("menuitemradio", { name }).click();
  };
  // No key does anything behind a dialog.
  const closed = () => page.locator("dialog[open]").waitFor({ state: "detached" });
  await page.goto(`${fake.url}/inbox`);
  await row("Ann Bell").waitFor();
  await page.getByRole("button", { name: /^View: All open, \d+$/ }).waitFor();
  await page.locator("main").focus();
  await page.keyboard.press("v");
  await page.getByRole("menuitemradio", { name: "Needs reply" }).waitFor();
  await page.waitForTimeout(200);
  await shot("130-views");
  await axe(page, "menu of views");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "View: Needs reply" }).waitFor();

  // Membership follows what happens, without a reload.
  const waits = [...fake.desk.conversations.values()].find(
    (c) => c.status === "open" && c.waiting_since && c.contact.name,
  );
  const name = waits?.contact.name ?? "";
  await row(name).waitFor();
  await shot("131-needs-reply");
  const since = waits?.waiting_since ?? null;
  fake.desk.change(waits?.id ?? "", { waiting_since: null });
  await row(name).waitFor({ state: "detached" });
  fake.desk.change(waits?.id ?? "", { waiting_since: since });
  await row(name).waitFor();

  await page.locator("main").focus();
  await page.keyboard.press("v");
  await page.getByRole("menuitem", { name: "Keep as a view…" }).click();
  await page.getByLabel("Name").fill("Hurry");
  await page.getByRole("switch", { name: "Unread" }).check({ force: true });
  await shot("132-keep-view");
  await axe(page, "keep as a view");
  await page.getByRole("button", { name: "Keep", exact: true }).click();
  await page.getByRole("button", { name: /^View: Hurry/ }).waitFor();
  await closed();
  const [kept] = fake.desk.views;
  expect(
    kept?.filter.order === "waiting" && kept.filter.unread === true,
    "what was shown and what was added must be kept",
  );
  await page.locator("main").focus();
  await page.keyboard.press("v");
  await page.getByRole("menuitem", { name: "Change “Hurry”" }).click();
  await page.getByRole("button", { name: "Delete this view" }).click();
  await page.getByRole("button", { name: "Really delete it?" }).click();
  await page.getByRole("button", { name: /^View: All open/ }).waitFor();
  await closed();
  expect(fake.desk.views.length === 0, "a deleted view must be gone");
  await choose(/^Closed/);
  await page.getByRole("button", { name: /^View: Closed/ }).waitFor();
  await page.locator("main").focus();
  await choose(/^All open/);
}
