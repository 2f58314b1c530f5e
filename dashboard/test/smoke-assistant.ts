/** The smoke of what assistants may do besides answering, and of what became of it. */
import type { Page } from "playwright-core";
import { NARROW, WIDE } from "./browser";
import type { Fake } from "./fake";
import { wants } from "./fake/approvals";

export interface Smoke {
  page: Page;
  fake: Fake;
  shot: (name: string) => Promise<unknown>;
  axe: (page: Page, where: string) => Promise<void>;
  expect: (holds: boolean, otherwise: string) => void;
}

/** What an assistant wants to do: seen where it was asked, approved there; another is refused in the list. */
export async function approve({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const card = page.getByRole("region", { name: "Ada asks to use pay_back" });
  await page.getByLabel("1 waiting").waitFor();
  await page.locator("a.row", { hasText: "Jonas Weber" }).click();
  await card.getByText("2026-2291").waitFor();
  await page.waitForTimeout(200);
  await shot("13-asked");
  await axe(page, "an approval in its conversation");
  await card.getByRole("button", { name: "Approve" }).click();
  await card.getByText("Being done").waitFor();
  await card.waitFor({ state: "detached" });
  await page.getByLabel("1 waiting").waitFor({ state: "detached" });
  await page.getByRole("link", { name: "Approvals" }).click();
  await page.getByText("P-1043").waitFor();
  const jonas = [...fake.desk.conversations.values()].find((c) => c.contact.name === "Jonas Weber");
  wants(fake.desk, { conversation_id: jonas?.id ?? "", arguments: { invoice: "2026-1999" } });
  await page.getByLabel("1 waiting").waitFor();
  await shot("14-approvals");
  await axe(page, "approvals");
  await card.getByRole("button", { name: "Refuse…" }).click();
  await card.getByLabel("Why not").fill("It was paid once only");
  await shot("14-refusing");
  await card.getByRole("button", { name: "Refuse", exact: true }).click();
  await page.getByText("It was paid once only").waitFor();
  expect(fake.desk.approvals[0]?.state === "rejected", "what is refused must not be done");
  await page.getByRole("link", { name: "Inbox" }).click();
}

/** What an assistant may do, what came of it, and who reads its knowledge. */
export async function equip({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const ada = () => fake.desk.assistants[0];
  await page.goto(`${fake.url}/assistants/${ada()?.id}/tools`);
  // What breaks a test that must be kept is not in force, and the switch says so.
  const tags = page.getByLabel("Tag the conversation");
  const cases = fake.desk.cases;
  if (cases.some((c) => c.expect.required)) {
    await tags.check({ force: true });
    await page.getByText("so it is kept but not in force").waitFor();
    expect(!(await tags.isChecked()), "a switch that was refused must go back");
    await shot("90-tools-refused");
    fake.desk.cases = [];
  }
  await tags.check({ force: true });
  await page
    .getByText(/Version \d+ is in force/)
    .last()
    .waitFor();
  expect(ada()?.tools.some((t) => t.kind === "add_tag") ?? false, "a built in tool must be switched on");
  await shot("90-tools");
  await axe(page, "tools");
  await button("Edit").first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Address").fill("http://calendar.harbourdental.example");
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await dialog.getByText("begins with https").first().waitFor();
  await shot("91-tool");
  await axe(page, "a tool");
  await page.emulateMedia({ colorScheme: "dark" });
  await shot("91-tool-dark");
  await page.setViewportSize(NARROW);
  await shot("91-tool-narrow");
  await page.setViewportSize(WIDE);
  await page.emulateMedia({ colorScheme: "light" });
  await dialog.getByLabel("Address").fill("https://calendar.harbourdental.example/v2");
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  expect(ada()?.tools[1]?.url?.endsWith("/v2") ?? false, "a changed tool must stay in its place");
  await button("Remove").last().click();
  await button("Really remove?").click();
  await page.getByText("pay_back").waitFor({ state: "detached" });

  fake.desk.cases = cases;
  await page.goto(`${fake.url}/assistants/${ada()?.id}/figures`);
  await page.getByRole("table", { name: "Suggestions" }).waitFor();
  await shot("92-figures");
  await axe(page, "figures");
  await page.emulateMedia({ colorScheme: "dark" });
  await shot("92-figures-dark");
  await axe(page, "figures in the dark");
  await page.emulateMedia({ colorScheme: "light" });

  await page.goto(`${fake.url}/assistants/${ada()?.id}/knowledge`);
  await page.getByLabel("Endpoint").check({ force: true });
  await page.getByLabel("Address").fill("https://vectors.example/v1");
  await page.getByLabel("Model", { exact: true }).fill("small");
  await page.getByLabel("API key").fill("sk-12345678");
  await button("Save changes").click();
  await page.getByText(/\d+ of \d+ read/).waitFor();
  await page.getByText("Kept: …5678").scrollIntoViewIfNeeded();
  await shot("93-embedding");
  await axe(page, "embedding");
  await page.getByText(/^All \d+ read$/).waitFor({ timeout: 15_000 });

  await page.goto(`${fake.url}/assistants/${ada()?.id}/try`);
  await page.getByLabel("A customer writes").fill("What about a crown?");
  await button("Ask").click();
  await page.getByText("Not to be sent as it is").first().waitFor();
  await shot("94-objections");
  await axe(page, "objections");
}
