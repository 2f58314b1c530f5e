/** The smoke of what is set for the whole workspace: who answers, how campaigns may go, and what is kept of contacts. */
import type { Smoke } from "./smoke-assistant";

export async function settle({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  await page.goto(`${fake.url}/settings/answering`);
  await page.getByRole("heading", { name: "Office hours" }).waitFor();
  for (const [word, taker] of [
    ["invoice", ""],
    ["appointment", fake.desk.assistants[0]?.id ?? ""],
  ] as const) {
    await button("Add a rule").click();
    await page.getByLabel("It has one of these words").fill(word);
    await page.getByLabel("Then it goes to").selectOption(taker);
    await shot("72-rule");
    await axe(page, "a rule");
    await button("Add").click();
  }
  await button("Move rule 2 up").click();
  await button("Save changes").click();
  await page.getByText("Saved").waitFor();
  expect(
    fake.desk.tenant.settings.routes.map((r) => r.keywords[0]).join() === "appointment,invoice",
    "rules must be kept in their order",
  );
  await shot("73-answering");
  await axe(page, "answering with rules");

  await page.goto(`${fake.url}/settings`);
  await page.getByLabel("No more texts, as STOP").fill("no more news\nleave it");
  await page.getByLabel("Texts again, as START").fill("stop");
  await button("Save changes").click();
  await page.getByText("cannot ask for start").first().waitFor();
  await page.getByLabel("Texts again, as START").fill("");
  await button("Save changes").click();
  await page.getByText("Saved", { exact: true }).waitFor();
  expect(
    fake.desk.tenant.settings.keywords.stop.join() === "no more news,leave it",
    "own words must be kept",
  );
  await page.getByText("Words of your own").scrollIntoViewIfNeeded();
  await shot("74-sending");
  await axe(page, "own words");

  await page.goto(`${fake.url}/settings/campaigns`);
  await page.getByLabel("Who gets marketing").selectOption("required");
  await page.getByLabel("Words that ask for it").fill("JOIN\nOFFERS");
  await page.getByLabel("Limit how many one person gets").check({ force: true });
  await page.getByLabel("At most so many texts").fill("2");
  await page.getByLabel("One too many").selectOption("skip");
  await page.getByLabel("Ask a second member").check({ force: true });
  await page.getByLabel("For more people than").fill("500");
  await page.getByLabel("One number, a day").fill("2000");
  await page.getByLabel("Where short links go").fill("https://go.example.com");
  await button("Save changes").click();
  await page.getByRole("button", { name: "Save changes" }).waitFor({ state: "detached" });
  const { settings } = fake.desk.tenant;
  expect(
    settings.campaign_cap?.texts === 2 && settings.campaign_cap.days === 30,
    "the cap of campaigns must be kept",
  );
  expect(
    settings.marketing_consent === "required" &&
      settings.opt_in.words.join() === "JOIN,OFFERS" &&
      settings.campaign_approval_above === 500 &&
      settings.sending_limits.number_per_day === 2_000 &&
      settings.links_base === "https://go.example.com",
    "how campaigns may go must be kept",
  );
  await shot("74-campaigns");
  await axe(page, "how campaigns may go");
  // What follows counts on nobody having to say yes twice.
  Object.assign(settings, {
    campaign_cap: null,
    marketing_consent: "implied",
    campaign_approval_above: null,
  });

  await page.goto(`${fake.url}/settings/fields`);
  await button("Add a field").click();
  await page.getByLabel("Name").last().fill("Next recall");
  await page.getByLabel("Holds").last().selectOption("date");
  await button("Save changes").click();
  await page.getByText("Saved").waitFor();
  expect(
    fake.desk.contactFields.some((f) => f.key === "next_recall"),
    "a new field must be called after its name",
  );
  await shot("74-fields");
  await axe(page, "contact fields");
}
