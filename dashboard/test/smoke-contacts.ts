/** The smoke of contacts: one is found, added and described; a list is filled; a segment is written with its mistakes. */
import { NARROW, WIDE } from "./browser";
import type { Smoke } from "./smoke-assistant";

const SIDEWAYS =
  "[...document.querySelectorAll('html, main, dialog')].some((e) => e.scrollWidth > e.clientWidth + 1)";

export async function contacts(smoke: Smoke): Promise<void> {
  await people(smoke);
  await consent(smoke);
  await suppressions(smoke);
  await lists(smoke);
  await segments(smoke);
  await narrow(smoke);
}

async function people({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  await page.goto(`${fake.url}/inbox`);
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Contacts" }).click();
  const all = page.getByRole("list", { name: "Contacts" });
  await all.getByRole("link", { name: /Ann Bell/ }).waitFor();
  await shot("100-contacts");
  await axe(page, "contacts");
  await page.getByLabel("Search contacts").fill("haddad");
  await all.getByRole("link", { name: /Ann Bell/ }).waitFor({ state: "detached" });
  await page.getByLabel("Search contacts").fill("nobody at all");
  await page.getByText("Nobody is called so.").waitFor();
  await page.getByLabel("Search contacts").fill("Omar");
  await all.getByRole("link", { name: /Omar Haddad/ }).click();
  await page.getByText("They texted “STOP”").waitFor();
  await shot("101-opted-out");
  await axe(page, "a contact who opted out");

  await page.goto(`${fake.url}/contacts`);
  await button("Add a contact").click();
  await page.getByLabel("Phone number").fill("555");
  await button("Add").click();
  await page.getByText("The number is too short").waitFor();
  await shot("102-add-contact");
  await axe(page, "add a contact");
  await page.getByLabel("Phone number").fill("(212) 555-0177");
  await page.getByLabel("Name (optional)").fill("Ida Lund");
  await button("Add").click();
  await page.getByRole("heading", { name: "Ida Lund" }).waitFor();
  await page.getByText("they may be texted").waitFor();
  await page.getByLabel("Company").fill("Lund & Co");
  await page.getByLabel("Company").press("Enter");
  await page.getByLabel("Time zone").selectOption("Europe/Oslo");
  await page.getByTitle("Set quiet hours of their own").click();
  await page.getByLabel("Quiet from").fill("22:00");
  await page.getByLabel("Insurance").selectOption("Public");
  await page.getByLabel("Add a tag").fill("friend");
  await page.getByLabel("Add a tag").press("Enter");
  await page.getByText("friend", { exact: true }).waitFor();
  await button("Block this person").click();
  await page.getByText("Blocked: their texts are kept").waitFor();
  await shot("103-contact");
  await axe(page, "a contact");
  await button("Unblock").click();
  await button("Block this person").waitFor();
  const ida = [...fake.desk.strangers.values()].find((c) => c.name === "Ida Lund");
  const kept = fake.desk.changed.get(ida?.id ?? "");
  expect(
    kept?.company === "Lund & Co" &&
      kept.time_zone === "Europe/Oslo" &&
      kept.blocked === false &&
      kept.quiet_hours?.from === "22:00",
    "what is written of a contact must be kept",
  );
}

/** A yes is written down with what shows it, another is asked for by text; somebody is erased. */
async function consent({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const ida = [...fake.desk.strangers.values()].find((c) => c.name === "Ida Lund")?.id ?? "";
  const ledger = page.getByRole("list", { name: "What they said about texts" });
  await page.goto(`${fake.url}/contacts/${ida}`);
  await button("Write down a yes or no").click();
  await button("Write it down").click();
  await page.getByText("Say where and how they agreed").waitFor();
  await shot("103-record");
  await axe(page, "a yes or no to write down");
  await page.getByLabel("Where and how").fill("Form on our website");
  await page.getByLabel("Words that they saw").fill("Send me offers by text.");
  await button("Write it down").last().click();
  await ledger.getByText("Agreed to marketing").waitFor();
  await ledger.getByText("What it rests on").first().click();
  await ledger.getByText("Send me offers by text.").waitFor();
  await button("Ask by text").click();
  await page.getByRole("dialog").getByText("reply YES").waitFor();
  await axe(page, "asking for consent");
  await button("Send it").click();
  await ledger.getByText("Asked about marketing").waitFor();
  await page.waitForTimeout(200);
  await shot("103-ledger");
  await axe(page, "what somebody said about texts");
  expect(fake.desk.ledgers.get(ida)?.[1]?.how === "Form on our website", "a yes must be kept with its how");

  await button("Erase this person…").click();
  const erase = button("Erase for good");
  expect(await erase.isDisabled(), "nobody is erased by a slip");
  await page.getByLabel(`Type ${ida}`).fill(ida);
  await shot("103-erase");
  await axe(page, "erasing somebody");
  await erase.click();
  await page.getByText("They are erased.").waitFor();
  expect(fake.desk.erased.join() === ida, "who was meant must be erased");
}

/** Numbers that get no texts: written, out of a file, looked for, and taken off. */
async function suppressions({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const all = page.getByRole("list", { name: "Numbers that get no texts" });
  await page.goto(`${fake.url}/contacts/suppressions`);
  await button("Add the first").click();
  await page.getByLabel("Numbers", { exact: true }).fill("555");
  await page.getByLabel("Why", { exact: true }).fill("Asked us by telephone");
  await button("Add them").click();
  await page.getByText("The number is too short").waitFor();
  await page.getByLabel("Numbers", { exact: true }).fill("(212) 555-0144\n(212) 555-0145");
  await button("Add them").click();
  await page.getByText("2 numbers are new on the list.").waitFor();
  await button("Done").click();
  await button("Add numbers").click();
  await page.getByRole("radio", { name: "From a file" }).check({ force: true });
  await page.getByLabel("File", { exact: true }).setInputFiles({
    name: "no-texts.csv",
    mimeType: "text/csv",
    buffer: Buffer.from("+12125550144\nnobody\n+12125550146\n"),
  });
  await page.getByLabel("Why", { exact: true }).fill("From our old system");
  await shot("103-no-texts-add");
  await axe(page, "numbers to add");
  await button("Add them").click();
  await page.getByText("1 number is new on the list, 1 was on it already.").waitFor();
  await page.getByText("No phone number was found in line 2.").waitFor();
  await shot("103-no-texts-added");
  await axe(page, "numbers that were added");
  await button("Done").click();
  await page.getByLabel("A number to look for").fill("212 555 0145");
  await button("Look").click();
  await all.getByText("(212) 555-0146").waitFor({ state: "detached" });
  await page.getByTitle("Take (212) 555-0145 off").click();
  await page.getByLabel("Why it may be texted again").fill("They called again.");
  await shot("103-no-texts-off");
  await axe(page, "taking a number off");
  await button("Take it off").click();
  await page.getByText("This number is not on the list.").waitFor();
  await page.getByLabel("Also those that count no more").check({ force: true });
  await all.getByText("They called again.").waitFor();
  await page.getByLabel("A number to look for").fill("");
  await all.getByText("(212) 555-0144").waitFor();
  await shot("103-no-texts");
  await axe(page, "numbers that get no texts");
  expect(fake.desk.suppressions.length === 3, "a number is on the list once");
}

async function lists({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  await page.goto(`${fake.url}/contacts/lists`);
  await page.getByRole("link", { name: "Guests of the open day" }).waitFor();
  await shot("104-lists");
  await axe(page, "lists");
  await button("New list").click();
  await page.getByLabel("Name").fill("staff");
  await button("Make it").click();
  await page.getByText("Another one has this name").waitFor();
  await axe(page, "a new list");
  await page.getByLabel("Name").fill("Summer school");
  await button("Make it").click();
  await page.getByText("Nobody is on it yet.").waitFor();
  const members = page.getByRole("list", { name: "Who is on it" });
  await page.getByLabel("Search for somebody to put on it").fill("ann");
  await button("Put Ann Bell on the list").or(page.getByTitle("Put Ann Bell on the list")).first().click();
  await members.getByRole("link", { name: /Ann Bell/ }).waitFor();

  // Whose number is nobody's is named, and becomes a contact only on demand.
  await page.getByLabel("Numbers from a list").fill("+1 212 555 0102\n(646) 555-0111\n555");
  await page.getByText("2 numbers understood").waitFor();
  await button("Put 2 numbers on the list").click();
  await page.getByText("One number is nobody’s yet").waitFor();
  await members.getByRole("link", { name: /Jonas Weber/ }).waitFor();
  await shot("105-list");
  await axe(page, "a list");
  await button("Add as a contact").click();
  await page.getByRole("heading", { name: "3 contacts" }).waitFor();
  await page.getByTitle("Take Jonas Weber off").click();
  await page.getByRole("heading", { name: "2 contacts" }).waitFor();
  await button("Rename").click();
  await page.getByRole("textbox", { name: "Name" }).fill("Winter school");
  await button("Save").click();
  await page.getByRole("heading", { name: "Winter school" }).waitFor();
  const made = fake.desk.lists.find((l) => l.name === "Winter school");
  expect(fake.desk.listed.get(made?.id ?? "")?.size === 2, "who is on a list must be kept");
  await button("Remove").click();
  await button("Really remove this list?").click();
  await page.getByRole("link", { name: "Staff" }).waitFor();
  expect(!fake.desk.lists.some((l) => l.name === "Winter school"), "a removed list must be gone");
}

async function segments({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  await page.goto(`${fake.url}/contacts/segments`);
  await page.getByRole("link", { name: "Private patients" }).waitFor();
  await shot("106-segments");
  await axe(page, "segments");
  await button("New segment").click();
  await page.getByLabel("Name").fill("Bells");
  const condition = page.getByLabel("Who is in it");
  await condition.fill('name contains "🙂" and nmae = "Bell"');
  await page.getByText("There is nothing called nmae.").waitFor();
  await button("Show me").click();
  expect(
    (await page.evaluate("getSelection().toString()")) === "nmae",
    "a fault must be shown at its place, whatever stands before it",
  );
  await shot("107-fault");
  await axe(page, "a fault in a condition");
  await condition.fill('name contains "bell" and blocked = no');
  await page.getByText("1 contact", { exact: true }).waitFor();
  await button("Make it").click();
  await page.getByRole("heading", { name: "Bells" }).waitFor();
  await page.getByTitle("Why Ann Bell is in it, or is not").click();
  await page.getByRole("dialog").getByText("is in “Bells”").waitFor();
  await shot("108-why");
  await axe(page, "why somebody is in a segment");
  await page.keyboard.press("Escape");
  await page.getByLabel("Search for somebody to ask about").fill("Jonas");
  await page.getByTitle("Why Jonas Weber is in it, or is not").click();
  await page.getByRole("dialog").getByText("is not in “Bells”").waitFor();
  await page.keyboard.press("Escape");
  await shot("109-segment");
  await axe(page, "a segment");
  await condition.fill('name contains "o"');
  await button("Save changes").click();
  await page.getByRole("button", { name: "Save changes" }).waitFor({ state: "detached" });
  expect(
    fake.desk.segments.some((s) => s.name === "Bells" && s.text === 'name contains "o"'),
    "a changed segment must be kept",
  );
  await button("Remove").click();
  await button("Really remove this segment?").click();
  await page.getByRole("link", { name: "Private patients" }).waitFor();
}

/** The same on a phone. */
async function narrow({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const { lists, segments, conversations } = fake.desk;
  const ann = [...conversations.values()].find((c) => c.contact.name === "Ann Bell")?.contact.id;
  await page.setViewportSize(NARROW);
  for (const [path, words, name] of [
    ["", "Ann Bell", "110-narrow-contacts"],
    [`/${ann}`, "What is known", "110-narrow-contact"],
    ["/lists", "Staff", "110-narrow-lists"],
    [`/lists/${lists[0]?.id}`, "Put people on it", "110-narrow-list"],
    ["/suppressions", "Asked us by telephone", "110-narrow-no-texts"],
    ["/segments", "Private patients", "110-narrow-segments"],
    [`/segments/${segments[0]?.id}`, "Right now", "110-narrow-segment"],
  ] as const) {
    await page.goto(`${fake.url}/contacts${path}`);
    await page.getByText(words).first().waitFor();
    await page.waitForTimeout(600);
    await shot(name);
    await axe(page, name);
    expect(!(await page.evaluate(SIDEWAYS)), `nothing may stick out of ${name}`);
  }
  await page.setViewportSize(WIDE);
}
