/** One day at the demo in a real browser against the real binary: nothing is faked, nothing is measured. */
import { mkdirSync } from "node:fs";
import type { Page, Response } from "playwright-core";
import { NARROW, openBrowser, openPage } from "./browser";
import { startDemo, type Demo } from "./demo";
import { walkAssistant } from "./journey-assistant";
import { walkCampaign } from "./journey-campaign";
import { walkImport } from "./journey-import";
import { walkOffline } from "./journey-offline";
import { walkWorkflow } from "./journey-workflow";

export const once = true;
const SHOTS = "test/shots/journey";
const CUSTOMER = "Ana Lopez";
/** The assistant waits four seconds for another text, and ours can be undone for five. */
const AFTER_A_WAIT = { timeout: 20_000 };

const problems: string[] = [];
/** Answers that are meant to be refusals, as `422 /conversations`. */
const expected = new Set<string>();
/** While the network is taken away on purpose. */
let isAway = false;

export async function main(): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  const demo = await startDemo();
  const browser = await openBrowser();
  const page = await openPage(browser);
  try {
    listen(page);
    await journey(page, demo);
  } catch (error) {
    problems.push(String(error));
    await page.screenshot({ path: `${SHOTS}/99-where-it-ended.png` });
  } finally {
    await browser.close();
    await demo.stop();
  }
  problems.push(...demo.said.map((line) => `server: ${line}`));
  for (const problem of problems) console.error(`✗ ${problem}`);
  if (problems.length) process.exitCode = 1;
  else console.log(`journey: all well; pictures are in ${SHOTS}`);
}

/** Whatever the browser complains about ends the journey badly. */
function listen(page: Page): void {
  const told = (status: number, url: string) =>
    expected.has(`${status} ${new URL(url).pathname.replace("/api/v1", "")}`);
  page.on("response", (response: Response) => {
    if (response.status() >= 400 && !told(response.status(), response.url()))
      problems.push(`answer: ${response.status()} to ${response.request().method()} ${response.url()}`);
  });
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText ?? "";
    // What the page itself took back, such as the measure of a text that has grown.
    if (why !== "net::ERR_ABORTED" && !isAway) problems.push(`request: ${why} at ${request.url()}`);
  });
  page.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    if (isAway && message.text().includes("net::ERR_")) return;
    const status = /status of (\d+)/.exec(message.text())?.[1];
    if (status && told(Number(status), message.location().url)) return;
    problems.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`page: ${error.message}`));
}

async function journey(page: Page, demo: Demo): Promise<void> {
  const shot = (name: string) => page.screenshot({ path: `${SHOTS}/${name}.png`, animations: "disabled" });
  const row = page.locator("a.row", { hasText: CUSTOMER });
  const phone = page.getByRole("log", { name: "Texts on the customer's phone" });
  const thread = page.getByRole("log", { name: "Messages" });
  const text = async (body: string) => {
    await page.getByLabel("Text as the customer").fill(body);
    await page.getByRole("button", { name: "Send as the customer" }).click();
    await phone.locator(".said", { hasText: body }).waitFor();
  };

  // Sign in. The page asks once whether somebody is signed in already.
  expected.add("401 /session");
  await page.goto(demo.url);
  await page.getByRole("heading", { name: "Welcome back" }).waitFor();
  await shot("01-sign-in");
  expected.clear();
  await page.getByLabel("E-mail").fill(demo.email);
  await page.getByLabel("Password").fill(demo.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Text your own numbers").waitFor();
  await shot("02-inbox");

  // A customer texts: it is in the list and the thread without a reload, and the assistant answers.
  await text("Are you open on Sunday?");
  await row.waitFor();
  await row.click();
  await thread.locator(".in .bubble", { hasText: "Are you open on Sunday?" }).waitFor();
  await shot("03-arrived");
  const answer = thread.locator(".out.assistant", { hasText: "Sunday from 8 am to 2 pm" });
  await answer.waitFor(AFTER_A_WAIT);
  await answer.getByText("Delivered").waitFor(AFTER_A_WAIT);
  await phone.locator(".got", { hasText: "Sunday from 8 am to 2 pm" }).waitFor();
  await shot("04-answered");

  // A person takes over; the assistant keeps silent from here on.
  await text("Can I talk to a person about a wedding cake?");
  await thread.locator(".in .bubble", { hasText: "wedding cake" }).waitFor();
  await page.getByRole("button", { name: "Take over" }).click();
  await page.getByRole("button", { name: "Take over" }).waitFor({ state: "detached" });
  const reply = "Hi Ana, Robin here. I’d love to help — for how many guests?";
  await page.getByLabel("Text message", { exact: true }).fill(reply);
  await page
    .getByText(/segment/)
    .first()
    .waitFor();
  await shot("05-writing");
  await page.keyboard.press("Control+Enter");
  const ours = thread.locator(".out", { hasText: "Robin here" });
  await ours.getByText(/Sending in \d s/).waitFor();
  await shot("06-held");
  await ours.getByText("Delivered").waitFor(AFTER_A_WAIT);
  await phone.locator(".got", { hasText: "Robin here" }).waitFor();
  if ((await phone.locator(".got").count()) !== 2) problems.push("the phone must have two texts of ours");
  await shot("07-replied");

  // The receipt says how it went.
  await ours.getByRole("button", { name: "Delivered" }).click();
  await page.getByText("Why it was sent").waitFor();
  await page.getByText("Checked: allowed to go.").waitFor();
  await page.getByText("Handed to the carrier").waitFor();
  await shot("08-receipt");
  await page.keyboard.press("Escape");

  // STOP: everybody sees it at once, and nothing more goes out.
  await text("STOP");
  await page.getByRole("banner").getByText("Opted out").or(row.getByText("Opted out")).first().waitFor();
  await page.getByText("Only they can undo that").waitFor();
  await page.getByLabel("Text message", { exact: true }).fill("One more thing");
  if (!(await page.getByRole("button", { name: "Send", exact: true }).isDisabled()))
    problems.push("nothing may be sent to somebody who opted out");
  await shot("09-opted-out");
  expected.add("422 /conversations");
  await page.getByRole("button", { name: "New conversation" }).click();
  await page.getByLabel("Phone number").fill("(312) 555-0142");
  await page.getByLabel("First text").fill("We miss you!");
  await page.getByRole("dialog").getByRole("button", { name: "Send" }).click();
  await page.getByRole("dialog").getByText("asked for no more texts").waitFor();
  await shot("10-refused");
  await page.keyboard.press("Escape");
  expected.clear();

  await page.emulateMedia({ colorScheme: "dark" });
  await shot("11-dark");
  await page.emulateMedia({ colorScheme: "light" });
  await visit(page, demo, shot);
  await walkImport({ page, demo, problems, expected, shot });
  await walkCampaign({ page, demo, problems, expected, shot });
  await walkWorkflow({ page, demo, problems, expected, shot });
  await walkAssistant({ page, demo, problems, expected, shot });

  await walkOffline({ page, demo, problems, shot, away: (is) => (isAway = is) });

  // On a phone: the list, a thread, the way back; nothing sticks out.
  await page.setViewportSize(NARROW);
  await page.goto(`${demo.url}/inbox`);
  await row.waitFor();
  await shot("30-narrow-list");
  await row.click();
  await thread.getByText("Robin here").waitFor();
  await shot("31-narrow-thread");
  const sticksOut =
    "[...document.querySelectorAll('main *')].some((e) => e.getBoundingClientRect().right > innerWidth + 1)";
  if (await page.evaluate(sticksOut)) problems.push("nothing may stick out of a narrow thread");
  await page.getByRole("link", { name: "Back to the list" }).click();
  await row.waitFor();
}

/** Where, its heading, and what is there once it is fetched. */
const PAGES: [path: string, heading: string, sign: string, shot: string][] = [
  ["/assistants", "Crumb", "Instructions", "20-assistants"],
  ["/approvals", "Approvals", "Nothing waits for you", "20-approvals"],
  ["/numbers", "Numbers", "+1 312-555-0101", "21-numbers"],
  ["/settings", "Workspace", "Quiet hours", "22-settings"],
  ["/settings/members", "Members", "demo@tidings.test", "23-members"],
  ["/settings/keys", "API keys", "No keys yet", "24-keys"],
  ["/settings/webhooks", "Webhooks", "No webhooks yet", "25-webhooks"],
  ["/settings/carrier", "Carrier accounts", "Messaging profile ready", "26-carrier"],
];

/** The pages around the inbox, each used a little. */
async function visit(page: Page, demo: Demo, shot: (name: string) => Promise<unknown>): Promise<void> {
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  for (const [path, heading, sign, name] of PAGES) {
    await page.goto(demo.url + path);
    await page.getByRole("heading", { name: heading }).first().waitFor();
    await page.getByText(sign).first().waitFor();
    await shot(name);
  }
  await button("Choose numbers to adopt").click();
  await page.getByText("+1 312-555-0100").first().waitFor();
  await shot("27-offered");

  await page.goto(`${demo.url}/settings/keys`);
  await button("New key").click();
  await page.getByLabel("Name").fill("Booking");
  await button("Create").click();
  const secret = page.getByRole("textbox", { name: "API key" });
  await secret.waitFor();
  if (!(await secret.inputValue()).startsWith("tdk_")) problems.push("a new key must be shown once");
  await button("I have kept it").click();

  await page.goto(`${demo.url}/assistants`);
  await page
    .getByRole("link", { name: "Try it" })
    .or(page.getByRole("tab", { name: "Try it" }))
    .first()
    .click();
  await page.getByLabel("A customer writes").fill("Are you open on Sunday?");
  await button("Ask").click();
  await page.getByText("Quoted").first().waitFor();
  await shot("28-tried");

  await page.goto(`${demo.url}/api/docs`);
  await page.getByRole("heading", { name: "Tidings API" }).waitFor();
  await shot("29-reference");
}
