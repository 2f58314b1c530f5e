/** The part of the journey that needs a model: tools, approvals, figures, and what the checks object to. */
import type { Page } from "playwright-core";
import type { Demo } from "./demo";
import { NARROW, WIDE } from "./browser";
import { startScripted, type Scripted } from "./model";

const ORDERS = "+13125550100";
const BEN = "+13125550157";
const AFTER_A_WAIT = { timeout: 20_000 };

export interface Walk {
  page: Page;
  demo: Demo;
  problems: string[];
  /** Answers that are meant to be refusals, as `422 /conversations`. */
  expected: Set<string>;
  shot: (name: string) => Promise<unknown>;
}

export async function walkAssistant(walk: Walk): Promise<void> {
  const scripted = await startScripted();
  try {
    await fields(walk);
    await embedding(walk);
    await tools(walk, scripted);
    await objections(walk);
    await approvals(walk, scripted);
    await figures(walk);
  } finally {
    scripted.stop();
  }
}

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const tab = (page: Page, name: string) =>
  page.getByRole("navigation", { name: /^Parts of/ }).getByRole("link", { name, exact: true });

/** What is kept of a contact, in a field of one's own. */
async function fields({ page, demo, problems, expected, shot }: Walk): Promise<void> {
  await page.goto(`${demo.url}/settings/fields`);
  await button(page, "Add a field").click();
  await page.getByLabel("Name").last().fill("Cake size");
  await page.getByLabel("Holds").last().selectOption("number");
  await button(page, "Add a field").click();
  await page.getByLabel("Name").last().fill("Pick-up day");
  await page.getByLabel("Holds").last().selectOption("date");
  await button(page, "Save changes").click();
  await page.getByText("Saved").waitFor();

  await page.goto(`${demo.url}/inbox`);
  await page.locator("a.row", { hasText: "Ana Lopez" }).click();
  // Where there is no room for both, the phone is there first.
  const details = async () => {
    await page.getByText("Text your own numbers").waitFor();
    await page.getByRole("button", { name: "Details", exact: true }).click();
  };
  await details();
  const size = page.getByLabel("Cake size");
  await size.waitFor();
  const contact = await page.evaluate<string>(
    `fetch("/api/v1/conversations/" + location.pathname.split("/").at(-1)).then(r => r.json()).then(c => c.contact.id)`,
  );
  expected.add(`422 /contacts/${contact}`);
  await size.fill("large");
  await size.press("Enter");
  await page.getByText("This is not a number").waitFor();
  await shot("50-field-refused");
  expected.clear();
  await size.fill("12");
  await size.press("Enter");
  await page.getByText("This is not a number").waitFor({ state: "detached" });
  await page.getByLabel("Pick-up day").fill("2026-12-24");
  await page.getByLabel("Pick-up day").press("Enter");
  await page.reload();
  await details();
  await size.waitFor();
  if (
    (await size.inputValue()) !== "12" ||
    (await page.getByLabel("Pick-up day").inputValue()) !== "2026-12-24"
  )
    problems.push("what is kept of a contact must be there after a reload");
  await shot("51-fields");
}

async function embedding({ page, demo, shot }: Walk): Promise<void> {
  await page.goto(`${demo.url}/assistants`);
  await tab(page, "Knowledge").click();
  const words = page.getByLabel("Words only");
  await words.scrollIntoViewIfNeeded();
  await words.check({ force: true });
  await button(page, "Save changes").click();
  await page.getByText("Found by words", { exact: true }).waitFor();
  await page.getByLabel("Endpoint").check({ force: true });
  await shot("52-embedding");
  await page.getByLabel("Built in", { exact: true }).check({ force: true });
  await button(page, "Save changes").click();
  await page
    .getByText(/^All \d+ read$/)
    .or(page.getByText("Not in this server"))
    .first()
    .waitFor(AFTER_A_WAIT);
}

async function tools({ page, problems, expected, shot }: Walk, scripted: Scripted): Promise<void> {
  await tab(page, "Tools").click();
  await page.getByLabel("Tag the conversation").check({ force: true });
  await page
    .getByText(/Version \d+ is in force/)
    .last()
    .waitFor();
  await button(page, "Add a tool").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill("Pay back");
  await dialog.getByLabel("What it may change").selectOption("irreversible");
  await dialog.getByLabel("What it is for").fill("Pays back what was charged twice.");
  await dialog.getByLabel("Method").selectOption("post");
  await dialog.getByLabel("Address").fill(scripted.till);
  await dialog
    .getByLabel("Arguments")
    .fill('{"type":"object","properties":{"order":{"type":"string"}},"required":["order"]}');
  await button(page, "Add a header").click();
  await dialog.getByLabel("Header", { exact: true }).fill("Authorization");
  await dialog.getByLabel("Value").fill("Bearer till-secret");
  expected.add(`422 ${new URL(page.url()).pathname.replace("/tools", "")}`);
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await dialog.locator(".field", { hasText: "Name" }).getByText("Write 1 to 40 lower-case").waitFor();
  await shot("53-tool-refused");
  expected.clear();
  await dialog.getByLabel("Name", { exact: true }).fill("pay_back");
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByText("with order (string)").waitFor();
  await shot("54-tools");
  // A secret is never shown again, and kept when it is not given.
  await button(page, "Edit").click();
  if ((await dialog.getByLabel("Value").inputValue()) !== "")
    problems.push("the value of a secret header must not be shown again");
  await dialog.getByLabel("What it is for").fill("Pays back what was charged twice, to where it came from.");
  await shot("55-tool");
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await dialog.waitFor({ state: "detached" });

  await tab(page, "Settings").click();
  await page.getByLabel("Provider", { exact: true }).selectOption("openai");
  await page.getByLabel("Address", { exact: true }).fill(scripted.model);
  await page.getByLabel("Model", { exact: true }).fill("scripted");
  await button(page, "Save changes").click();
  await page
    .getByText(/Version \d+ is in force/)
    .last()
    .waitFor();
}

async function objections({ page, shot }: Walk): Promise<void> {
  await tab(page, "Try it").click();
  await page.getByLabel("A customer writes").fill("Can I have a discount?");
  await button(page, "Ask").click();
  await page.getByText("Not to be sent as it is").first().waitFor();
  await shot("56-objections");
}

async function approvals({ page, demo, problems, shot }: Walk, scripted: Scripted): Promise<void> {
  const waiting = page.getByLabel("1 waiting");
  await page.goto(`${demo.url}/approvals`);
  await page.getByText("Nothing waits for you").waitFor();
  await page.request.post(`${demo.url}/api/v1/sandbox/phones/${encodeURIComponent(BEN)}/messages`, {
    data: { to: ORDERS, body: "I was charged twice for order 1043, please pay it back" },
  });
  // It is counted and listed as it is asked.
  await waiting.waitFor(AFTER_A_WAIT);
  await page.getByText("Pays back what was charged twice, to where it came from.").waitFor();
  await shot("57-approvals");
  await page.emulateMedia({ colorScheme: "dark" });
  await shot("57-approvals-dark");
  await page.emulateMedia({ colorScheme: "light" });
  await page.locator("main").getByRole("link").first().click();
  await page.getByRole("log", { name: "Messages" }).getByText("charged twice").first().waitFor();
  const card = page.getByRole("region", { name: /asks to use pay_back/ });
  await card.getByText("1043").waitFor();
  await shot("58-asked");
  await page.setViewportSize(NARROW);
  await shot("58-asked-narrow");
  await page.setViewportSize(WIDE);
  if (scripted.paid.length) problems.push("nothing may be paid before a person approved it");
  await card.getByRole("button", { name: "Approve" }).click();
  await card.waitFor({ state: "detached" });
  await waiting.waitFor({ state: "detached" });
  await page.goto(`${demo.url}/approvals`);
  await page.getByText("Done", { exact: true }).waitFor(AFTER_A_WAIT);
  await page.getByText("P-1").waitFor();
  await shot("59-decided");
  const [payment, ...more] = scripted.paid;
  if (!payment || more.length) problems.push("what was approved must be done once");
  if (payment?.authorization !== "Bearer till-secret") problems.push("the till must be given its secret");
}

async function figures({ page, demo, shot }: Walk): Promise<void> {
  await page.goto(`${demo.url}/assistants`);
  await tab(page, "Figures").click();
  await page
    .getByRole("table", { name: "Runs" })
    .getByRole("row", { name: /Asked first.*\b1\b/ })
    .waitFor();
  await shot("60-figures");
}
