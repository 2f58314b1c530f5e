/** The smoke of teams: one is made, gets a conversation and shows only its own. */
import type { Smoke } from "./smoke-assistant";

/** A team is made, gets a conversation, and finds it among its own. */
export async function team({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  await page.goto(`${fake.url}/settings/teams`);
  await button("Add a team").click();
  await page.getByLabel("Name").fill("Hygiene");
  await page.getByRole("checkbox", { name: "Mina Sørensen" }).check();
  await shot("75-new-team");
  await axe(page, "new team");
  await button("Add").click();
  await page.getByText("Hygiene").waitFor();
  await shot("76-teams");
  await axe(page, "teams");

  const jonas = [...fake.desk.conversations.values()].find((c) => c.contact.name === "Jonas Weber");
  await page.goto(`${fake.url}/inbox/${jonas?.id ?? ""}`);
  // With the phone beside it there may be no room for the details, which is known only once the conversation is there.
  await page.locator(".bubble", { hasText: "bank details" }).waitFor();
  await page.waitForTimeout(300);
  if (!(await page.getByRole("heading", { name: "Who answers" }).isVisible()))
    await button("Details").click();
  await page.getByRole("combobox", { name: "Team", exact: true }).selectOption({ label: "Hygiene" });
  await page.getByRole("button", { name: "View: All open" }).click();
  await page.getByRole("menuitemradio", { name: "My teams" }).click();
  await page.locator("a.row", { hasText: "Jonas Weber" }).getByText("Hygiene").waitFor();
  await shot("77-my-teams");
  await axe(page, "my teams");
  expect((await page.locator("a.row").count()) === 1, "only what belongs to one of my teams is shown");
}
