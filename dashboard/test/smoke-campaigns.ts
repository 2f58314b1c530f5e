/** The smoke of campaigns: one is written with its mistakes, launched, taken back, launched, paused and watched to its end. */
import { NARROW, WIDE } from "./browser";
import { aSnippet } from "./samples";
import type { Smoke } from "./smoke-assistant";

/** What stands in for the minute in which a launch can be undone. */
const UNDO_MS = 4_000;
const SIDEWAYS =
  "[...document.querySelectorAll('html, main, dialog')].some((e) => e.scrollWidth > e.clientWidth + 1)";

export async function campaign({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const made = () => fake.desk.campaigns[0];
  fake.desk.undoMs = UNDO_MS;
  await page.goto(`${fake.url}/campaigns`);
  await page.getByRole("link", { name: /Recall November/ }).waitFor();
  await shot("90-campaigns");
  await axe(page, "campaigns");

  await button("New campaign").click();
  await page.getByLabel("Name").fill("Closed on Monday");
  await shot("90-new-campaign");
  await axe(page, "new campaign");
  await button("Write it").click();
  await page.getByText("Nothing written yet").waitFor();
  await page.getByRole("button", { name: "Launch…" }).first().click();
  await page.getByText("Before it can be launched:").waitFor();
  await shot("91-empty-draft");
  await axe(page, "an empty draft");

  // A name that nobody has is shown where it stands, and mended with one press.
  const text = page.getByLabel("Text", { exact: true });
  await text.fill("Hi {frist_name|there}, we are closed on Monday.");
  await button("Write first_name").waitFor();
  await shot("91-fault");
  await axe(page, "a fault in a text");
  await button("Write first_name").click();
  const phone = page.getByRole("region", { name: "As it reads on a phone" });
  await page.getByLabel("As it reads for").selectOption({ label: "Ann Bell" });
  await phone.getByText("Hi Ann, we are closed on Monday.").waitFor();
  await page.getByText("1 segment").waitFor();
  await text.press("End");
  await button("Insurance").click();
  await phone.getByText(/Private|Public/).waitFor();
  await page.getByLabel("As it reads for").selectOption({ label: "Jonas Weber" });
  await phone.getByText("nothing is known of them as insurance").waitFor();
  await text.fill("Hi {first_name|there}, we are closed on Monday 🙂");
  await page.getByText("Unicode").waitFor();
  await button("Make it plain").click();
  await page.getByText("Unicode").waitFor({ state: "detached" });

  // A pasted column: what is understood is counted, what is not is named and stays to be mended.
  const column = page.getByLabel("Numbers from a list");
  await column.fill("Phone\n(212) 555-0101\n+1 212 555 0101\n212-555-0199-2255\n555\n(212) 555-0161\tInge");
  await page.getByText("2 numbers understood").waitFor();
  await page.getByText("Lines 1, 4–5 not understood").waitFor();
  await shot("92-pasted");
  await axe(page, "pasted numbers");
  await page.getByRole("button", { name: /^Put \d numbers on the list/ }).click();
  await page
    .getByText(/numbers on the list/)
    .first()
    .waitFor();
  await page.getByLabel("Add a tag of those who get it").fill("check-up");
  await page.getByLabel("Add a tag of those who get it").press("Enter");
  // Lists and segments are chosen by name; whom that means is counted.
  await page
    .getByLabel("Add a list of those who get it")
    .selectOption({ label: "Guests of the open day (3)" });
  await page.getByLabel("Add a segment of those who get it").selectOption({ label: "Private patients" });
  await page.getByLabel("Add a list of those who are left out").selectOption({ label: "Staff (1)" });
  await page.getByText(/^\d+ people/).waitFor();
  await shot("92-groups");
  await axe(page, "lists and segments of a campaign");
  await page.getByRole("checkbox", { name: /Front desk/ }).check();
  await page.getByText("Saved", { exact: true }).waitFor();
  expect(made()?.audience.tags.join() === "check-up", "a draft must be kept as it is written");
  expect(
    made()?.audience.lists.length === 1 && made()?.audience.without_lists.length === 1,
    "lists of a draft must be kept as they are chosen",
  );

  // What was typed survives a reload, even what the server would refuse.
  await text.fill("Hi {first_nam}, we are closed on Monday.");
  await page.reload();
  await page.getByText("What is marked is not saved yet").waitFor();
  expect((await text.inputValue()).includes("{first_nam}"), "what was typed must survive a reload");
  await text.fill("Hi {first_name|there}, we are closed on Monday.");
  await page.getByLabel("All contacts").check({ force: true });
  await page.getByText("Saved", { exact: true }).waitFor();
  await page.getByText(/\d+ people/).waitFor();
  await shot("93-draft");
  await axe(page, "a draft");

  // What carriers block is shown where it stands, and no launch is asked for with it.
  const against = page.getByRole("region", { name: "What speaks against this text" });
  await text.fill("Hi {first_name|there} 🙂, see bit.ly/xyz. Closed on Monday.");
  await against.getByText("Cannot be launched so").waitFor();
  await page.getByText("Saved", { exact: true }).waitFor();
  await against.getByRole("button", { name: "Show me" }).click();
  expect(
    (await page.evaluate("getSelection().toString()")) === "bit.ly",
    "a finding must be shown at its place, whatever stands before it",
  );
  await page.getByRole("button", { name: "Launch…" }).first().click();
  await page.getByText("Before it can be launched:").waitFor();
  await shot("93-finding");
  await axe(page, "what speaks against a text");
  await text.fill("Hi {first_name|there}, we are closed on Monday.");
  await against.getByText("To be weighed").waitFor();
  await against.getByText("Cannot be launched so").waitFor({ state: "detached" });

  // It is seen by oneself before anybody else gets it.
  await button("Would they get it now?").click();
  await page.getByText("would get it now").waitFor();
  await page.getByRole("button", { name: "Send a test…" }).first().click();
  await page.getByLabel("To", { exact: true }).fill("555");
  await button("Send it now").click();
  await page.getByText("Write it with + and its country code.").waitFor();
  await page.getByLabel("To", { exact: true }).fill("+1 212 555 0123");
  await button("Send it now").click();
  await page.getByText("on its way").waitFor();
  await shot("94-test");
  await axe(page, "a test of a campaign");
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();

  await page.getByRole("button", { name: "Launch…" }).first().click();
  await page.getByRole("dialog").getByText("The first text goes out in 60 seconds").waitFor();
  // What it would do is counted for everybody, before it is done.
  const foretold = page.getByRole("region", { name: "What it would do" });
  await foretold.getByText(/may be texted/).waitFor();
  await foretold.getByText("at 1 segments a second", { exact: false }).waitFor();
  await foretold.locator("summary").first().click();
  await shot("94-launch");
  await axe(page, "a launch");
  await page.getByRole("radio", { name: "At a certain time" }).check({ force: true });
  await page.getByRole("dialog").getByText("America/New_York").first().waitFor();
  await shot("94-launch-later");
  await page.getByRole("radio", { name: "On their own clock" }).check({ force: true });
  // What is below moves when a choice has more to it.
  await page.waitForTimeout(250);
  await page.getByLabel("Spread the texts over some time").check({ force: true });
  await page.getByLabel("Over", { exact: true }).fill("31");
  await page.getByLabel("In", { exact: true }).selectOption("days");
  await page.getByText("Spread it over thirty days at most.").waitFor();
  await shot("94-launch-theirs");
  await axe(page, "a launch by everybody’s own clock");
  await page.getByLabel("Spread the texts over some time").uncheck({ force: true });
  await page.getByRole("radio", { name: "Now" }).check({ force: true });
  await page.getByRole("button", { name: /^Launch to/ }).click();
  await page.getByText("Nothing has gone out yet").waitFor();
  await shot("95-countdown");
  await axe(page, "a countdown");
  await button("Undo").click();
  await page.getByText("Taken back: it is a draft again").waitFor();
  expect(made()?.state === "draft", "an undone launch must be a draft again");

  await page.getByRole("button", { name: "Launch…" }).first().click();
  await page.getByRole("button", { name: /^Launch to/ }).click();
  await page.getByText("Running").first().waitFor();
  await button("Pause").click();
  await page.getByText("Nothing more goes out until").first().waitFor();
  await page.waitForTimeout(300);
  await shot("96-paused");
  await axe(page, "a paused campaign");
  await button("Resume").click();
  await page.getByText("Done").first().waitFor({ timeout: 20_000 });
  const { counts, total } = made() ?? { counts: {}, total: -1 };
  expect(
    Object.values(counts).reduce((sum, n) => sum + n, 0) === total && total > 5,
    "everybody must stand somewhere",
  );
  await page.getByText("it is a landline").first().waitFor();
  await shot("97-done");
  await axe(page, "a campaign that is done");

  // Who got it, who did not, and why.
  await page.goto(`${fake.url}/campaigns`);
  await page.getByRole("link", { name: /Recall November/ }).click();
  await page.getByLabel("Show only").selectOption("skipped");
  await page.getByRole("button", { name: /Omar Haddad/ }).click();
  await page.getByRole("dialog").getByText("asked for no more texts").first().waitFor();
  await shot("98-why-not");
  await axe(page, "why somebody got nothing");
  await page.keyboard.press("Escape");
  await page.getByLabel("Show only").selectOption("replied");
  await page
    .getByRole("button", { name: /They answered/ })
    .first()
    .click();
  await page.getByRole("link", { name: "Open the conversation" }).waitFor();
  await page.keyboard.press("Escape");
  // Of a reason one sees who they are, and all of them as a file.
  await page.getByTitle("Who stands there: This number cannot receive texts: it is a landline.").click();
  await page.getByText("Only those with 40001").waitFor();
  expect(
    ((await page.getByRole("link", { name: "CSV" }).getAttribute("href")) ?? "").endsWith(
      "recipients.csv?standing=failed&code=40001",
    ),
    "the file must hold those who are shown",
  );
  await page.getByRole("radio", { name: "By carrier" }).check({ force: true });
  await page.getByRole("rowheader", { name: "T-Mobile" }).waitFor();
  await shot("98-outcome");
  await axe(page, "what came of a campaign");

  // The next try is to those who failed.
  await button("Try again…").click();
  await shot("98-retry");
  await axe(page, "the next try");
  await button("Make the draft").click();
  await page.getByText("those who failed and may not fail again").waitFor();
  expect(made()?.retry !== null, "the next try must know whose it is");
  await button("Delete this draft").click();
  await button("Really delete it?").click();
  await page.getByRole("heading", { name: "Campaigns" }).waitFor();
  await compare({ page, fake, shot, axe, expect });
  await snippets({ page, fake, shot, axe, expect });
  await narrow({ page, fake, shot, axe, expect });
}

/** Two texts are compared, some get none, and a few get it first. */
async function compare({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const made = () => fake.desk.campaigns.find((c) => c.name === "Which words");
  await page.goto(`${fake.url}/campaigns`);
  await button("New campaign").click();
  await page.getByLabel("Name").fill("Which words");
  await button("Write it").click();
  const text = page.getByLabel("Text", { exact: true });
  await text.fill("Harbour Dental: your check-up is due. STOP ends.");
  await page.getByLabel("What it is for").selectOption("service");
  await button("Compare with another text").click();
  await text.fill("Hi {first_name|there}, time for a check-up? Harbour Dental. STOP ends.");
  await page.getByLabel("What this text is called").fill("Warm");
  await page.getByLabel("Leave some out, to compare with").check({ force: true });
  await page.getByLabel("Slower than its numbers may").check({ force: true });
  await page.getByLabel("Send it to a few first").check({ force: true });
  await page.getByLabel("Segments a minute, at most").fill("600");
  await page.getByLabel("Workflow").selectOption({ label: "We miss you" });
  await page.getByText("Saved", { exact: true }).waitFor();
  const draft = made();
  expect(
    draft?.variants.map(({ name }) => name).join() === "A,Warm" &&
      draft.variants[0]?.body.startsWith("Harbour Dental: your") === true &&
      draft.holdout_percent === 10 &&
      draft.purpose === "service" &&
      draft.throttle.segments_per_minute === 600 &&
      draft.canary?.at_least === 20 &&
      draft.workflow_id ===
        fake.desk.workflows.find(({ workflow }) => workflow.name === "We miss you")?.workflow.id,
    "how a campaign compares texts and goes must be kept",
  );
  await page.waitForTimeout(300);
  await shot("98-variants");
  await axe(page, "several texts");
  await page.getByRole("button", { name: "Take “Warm” away" }).click();
  await button("Compare with another text").waitFor();
  await page.getByText("Saved", { exact: true }).waitFor();
  expect(made()?.body.startsWith("Harbour Dental: your") === true, "the text that is left is everybody’s");
  await button("Delete this draft").click();
  await button("Really delete it?").click();
  await page.getByRole("heading", { name: "Campaigns" }).waitFor();
}

/** A text is kept under a name, and put into a campaign. */
async function snippets({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  await page.goto(`${fake.url}/campaigns`);
  await page.getByRole("link", { name: "Snippets" }).click();
  await button("Write the first").click();
  await page.getByLabel("Name").fill("How to stop");
  await page.getByLabel("Text", { exact: true }).fill("Reply STOP to get no more of these.");
  await button("Keep it").click();
  await page.getByText("How to stop").waitFor();
  await page.getByTitle("Edit How to stop").click();
  await page.getByLabel("Name").fill("Opt-out");
  await shot("98-snippet");
  await axe(page, "a snippet");
  await button("Save").click();
  await page.getByText("Opt-out").waitFor();
  expect(fake.desk.snippets[0]?.name === "Opt-out", "a changed snippet must be kept");
  await shot("98-snippets");
  await axe(page, "snippets");
  await page.getByRole("link", { name: "Campaigns" }).last().click();
  await page.getByRole("link", { name: /Whitening offer/ }).click();
  await page.getByLabel("Put in a snippet").selectOption({ label: "Opt-out" });
  const text = page.getByLabel("Text", { exact: true });
  expect((await text.inputValue()).includes("Reply STOP"), "a snippet must be put into the text");
  await text.fill("");
  await page.getByText("Saved", { exact: true }).waitFor();

  // To one person it goes with what is known of them.
  fake.desk.snippets.push(aSnippet({ id: "snp_hi", name: "Greeting", body: "Hi {first_name}!" }));
  await page.goto(`${fake.url}/inbox`);
  await page.locator("a.row", { hasText: "Ann Bell" }).first().click();
  await button("Put in a snippet").click();
  const menu = page.getByRole("dialog", { name: "Put in a snippet" });
  await menu.getByText("Hi Ann!").waitFor();
  await shot("98-snippet-menu");
  await axe(page, "snippets for one person");
  await menu.getByRole("button", { name: /Greeting/ }).click();
  const composer = page.locator("#composer");
  expect((await composer.inputValue()).endsWith("Hi Ann!"), "a snippet must be put in as they would read it");
  await composer.fill("");
}

/** The same on a phone. */
async function narrow({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const byName = (name: string) => fake.desk.campaigns.find((c) => c.name.startsWith(name))?.id ?? "";
  await page.setViewportSize(NARROW);
  for (const [id, words, name] of [
    ["", "Recall November", "99-narrow-campaigns"],
    [byName("Whitening"), "Nothing written yet", "99-narrow-draft"],
    [byName("New opening"), "Everybody in it", "99-narrow-paused"],
    [byName("Recall"), "landline", "99-narrow-done"],
  ] as const) {
    await page.goto(`${fake.url}/campaigns/${id}`);
    await page.getByText(words).first().waitFor();
    await page.waitForTimeout(400);
    await shot(name);
    await axe(page, name);
    expect(!(await page.evaluate(SIDEWAYS)), `nothing may stick out of ${name}`);
  }
  await page
    .getByRole("button", { name: /Omar Haddad/ })
    .first()
    .click();
  await page.getByRole("dialog").getByText("put on the list").first().waitFor();
  await shot("99-narrow-why-not");
  expect(!(await page.evaluate(SIDEWAYS)), "nothing may stick out of a narrow dialog");
  await page.keyboard.press("Escape");
  await page.setViewportSize(WIDE);
}
