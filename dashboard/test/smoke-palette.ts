/** The smoke of the keyboard: the palette, the shortcuts and their sheet, and how the dashboard looks. */
import type { Smoke } from "./smoke-assistant";

export async function keyboard({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const { url, desk } = fake;
  const row = (name: string) => page.locator("a.row", { hasText: name });
  const box = page.getByRole("combobox", { name: "Find or do anything" });
  const option = (name: string | RegExp) => page.getByRole("option", { name });
  const focused = () =>
    page.evaluate("document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.id");
  const talk = (name: string) => [...desk.conversations.values()].find((c) => c.contact.name === name);

  // To a contact, from the keyboard alone; the next time it is the first of all.
  await page.goto(`${url}/inbox`);
  await row("Ann Bell").waitFor();
  // What hears the keys comes a moment after the first paint.
  await page.waitForTimeout(500);
  await page.getByRole("button", { name: "New conversation" }).focus();
  await page.keyboard.press("Control+k");
  await box.waitFor();
  expect((await focused()) === "Find or do anything", "the palette must have the focus");
  await shot("90-palette");
  await axe(page, "the palette");
  await page.keyboard.press("Escape");
  await box.waitFor({ state: "detached" });
  expect((await focused()) === "New conversation", "a closed palette must give the focus back");

  await page.keyboard.press("Control+k");
  await box.pressSequentially("ann b");
  const found = page.getByRole("group", { name: "Contacts" }).getByRole("option", { name: /Ann Bell/ });
  await found.waitFor();
  await shot("91-palette-found");
  await axe(page, "what the palette found");
  for (let i = 0; i < 12 && (await found.getAttribute("aria-selected")) !== "true"; i++)
    await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Ann Bell" }).first().waitFor();
  expect(page.url().includes("/contacts/con_"), "the palette must lead to a contact");
  await page.keyboard.press("Control+k");
  await page
    .getByRole("group", { name: "Recent" })
    .getByRole("option", { name: /Ann Bell/ })
    .waitFor();
  expect(
    (await page.locator("[role=option]").first().textContent())?.includes("Ann Bell") ?? false,
    "where one went lately must stand first",
  );
  await page.keyboard.press("Escape");

  // What can be done with the open conversation.
  const jonas = talk("Jonas Weber")?.id ?? "";
  const now = () => desk.conversation(jonas);
  await page.goto(`${url}/inbox/${jonas}`);
  await page.getByText("bank details").last().waitFor();
  await page.waitForTimeout(500);
  await page.keyboard.press("Control+k");
  await box.pressSequentially("clo");
  await option(/^Close/).waitFor();
  await page.keyboard.press("Enter");
  await page.getByText("Closed", { exact: true }).first().waitFor();
  expect(now().status === "closed", "a conversation must be closed from the palette");
  expect(!page.url().includes(jonas), "a closed conversation must give way to the next");
  await page.getByRole("button", { name: "Undo" }).last().click();
  await page.goto(`${url}/inbox/${jonas}`);
  await page.getByText("bank details").last().waitFor();
  await page.waitForTimeout(500);

  // To somebody else, and back to oneself.
  await page.keyboard.press("a");
  await option(/Mina Sørensen \(you\)/).waitFor();
  await shot("92-assign");
  await axe(page, "assigning");
  for (const [typed, member] of [
    ["theo", desk.members.find(({ name }) => name.startsWith("Theo"))?.user_id],
    ["mina", desk.me.user.id],
  ] as const) {
    if (typed === "mina") await page.keyboard.press("a");
    await page.keyboard.type(typed);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: /Assign/ }).waitFor({ state: "detached" });
    await page.waitForTimeout(200);
    expect(now().assignee_id === member, `\`a\` must assign to ${typed}`);
  }
  await page.keyboard.press("s");
  await option(/^Tomorrow/).click();
  await page.getByText("Snoozed", { exact: true }).last().waitFor();
  expect(now().status === "snoozed", "`s` must snooze");
  await page.getByRole("button", { name: "Open again" }).click();

  // A note, written where it belongs; letters that are typed set nothing off.
  await page.keyboard.press("Control+k");
  await box.fill("note");
  await option(/Add a note/).click();
  const note = page.getByLabel("Note for your team");
  await note.waitFor();
  await page.waitForTimeout(100);
  await page.keyboard.type("see a nurse?");
  expect((await note.inputValue()) === "see a nurse?", "letters in a field must stay letters");
  await note.fill("");
  await page.getByRole("radio", { name: "Text", exact: true }).check({ force: true });

  // In a dialog too, which keeps what was written in it.
  await page.getByRole("log", { name: "Messages" }).focus();
  await page.keyboard.press("n");
  await page.getByLabel("Phone number").fill("212");
  await page.keyboard.press("Control+k");
  await box.waitFor();
  await page.keyboard.press("Escape");
  expect((await page.getByLabel("Phone number").inputValue()) === "212", "a dialog must outlive the palette");
  await page.keyboard.press("Escape");
  await page.getByLabel("Phone number").waitFor({ state: "detached" });

  await page.getByRole("log", { name: "Messages" }).focus();
  await page.keyboard.press("?");
  await page.getByRole("heading", { name: "Keyboard shortcuts" }).waitFor();
  await shot("93-shortcuts");
  await axe(page, "the shortcuts");
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  expect((await focused()) === "Search conversations", "`/` must lead into the search");
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await page.getByRole("heading", { name: "Contacts" }).first().waitFor();

  await look({ page, fake, shot, axe, expect });
}

/** Compact and dark, kept over a reload and there before the first paint. */
async function look({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const box = page.getByRole("combobox", { name: "Find or do anything" });
  const look = () => page.evaluate("({ ...document.documentElement.dataset })") as Promise<object>;
  await page.goto(`${fake.url}/settings/appearance`);
  await page.getByRole("heading", { name: "Appearance" }).waitFor();
  await shot("94-appearance");
  await axe(page, "appearance");
  await page.getByRole("radio", { name: "Compact" }).check({ force: true });
  await page.goto(`${fake.url}/inbox`);
  await page.locator("a.row", { hasText: "Ann Bell" }).click();
  await page.getByText("Thursday 9:30 is perfect").last().waitFor();
  await page.waitForTimeout(300);
  await shot("95-compact");
  await page.keyboard.press("Control+k");
  await box.fill("dark");
  await page.getByRole("option", { name: "Dark", exact: true }).waitFor();
  await page.keyboard.press("Enter");
  await box.waitFor({ state: "detached" });
  await page.keyboard.press("Control+k");
  await box.fill("a");
  await page.waitForTimeout(300);
  await shot("96-dark-palette");
  await axe(page, "the palette in the dark");
  await page.keyboard.press("Escape");
  await page.addInitScript(
    "new MutationObserver((_, watch) => { if (!document.body) return; globalThis.early = { ...document.documentElement.dataset }; watch.disconnect(); }).observe(document, { childList: true, subtree: true })",
  );
  await page.reload();
  await page.locator("a.row", { hasText: "Ann Bell" }).waitFor();
  await page.waitForTimeout(300);
  await shot("97-dark-compact");
  const wanted = JSON.stringify({ theme: "dark", density: "compact" });
  expect(JSON.stringify(await look()) === wanted, "what was chosen must outlive a reload");
  expect(
    JSON.stringify(await page.evaluate("early")) === wanted,
    "it must be there before anything is painted",
  );
  await page.goto(`${fake.url}/settings/appearance`);
  await page.getByRole("radio", { name: "As the system" }).check({ force: true });
  await page.getByRole("radio", { name: "Comfortable" }).check({ force: true });
  expect(JSON.stringify(await look()) === "{}", "it must look as the system does again");
}
