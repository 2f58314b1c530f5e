/** One pass through the whole dashboard in a real browser, against the fake backend, keeping pictures. */
import { mkdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { NARROW, openBrowser, openPage, WIDE } from "./browser";
import { startFake, type Fake } from "./fake";
import { approve, equip } from "./smoke-assistant";
import { campaign } from "./smoke-campaigns";
import { install } from "./smoke-app";
import { contacts } from "./smoke-contacts";
import { consult } from "./smoke-help";
import { hostile } from "./smoke-hostile";
import { imports } from "./smoke-imports";
import { keyboard } from "./smoke-palette";
import { search } from "./smoke-search";
import { report } from "./smoke-reports";
import { settle } from "./smoke-settings";
import { team } from "./smoke-team";
import { views } from "./smoke-views";
import { workflow } from "./smoke-workflows";

export const once = true;
const DIST = "test/dist";
const SHOTS = "test/shots";
const JS_MAX = 80_000;
const CSS_MAX = 20_000;

const problems: string[] = [];
const expect = (isTrue: boolean, what: string) => {
  if (!isTrue) problems.push(what);
};

export async function main(): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  weigh();
  const fake = await startFake(0, DIST);
  const browser = await openBrowser();
  try {
    const page = await openPage(browser);
    page.on(
      "console",
      (message) =>
        message.type() === "error" &&
        !/status of 4(01|04|09|22)|INCOMPLETE_CHUNKED/.test(message.text()) &&
        problems.push(`console: ${message.text()}`),
    );
    page.on("pageerror", (error) => problems.push(`page: ${error.message}`));
    await journey(page, fake);
    await hostile(browser, DIST, SHOTS, expect);
    await install(browser, DIST, SHOTS, expect);
  } catch (error) {
    problems.push(String(error));
  } finally {
    await browser.close();
    fake.close();
  }
  for (const problem of problems) console.error(`✗ ${problem}`);
  if (problems.length) process.exitCode = 1;
  else console.log(`smoke: all well; pictures are in ${SHOTS}`);
}

async function journey(page: Page, fake: Fake): Promise<void> {
  const shot = (name: string) => page.screenshot({ path: `${SHOTS}/${name}.png` });
  const row = (name: string) => page.locator("a.row", { hasText: name });

  await page.goto(`${fake.url}/inbox`);
  await page.getByRole("heading", { name: "Welcome back" }).waitFor();
  await shot("01-sign-in");
  await page.getByLabel("E-mail").fill("mina@example.com");
  await page.getByLabel("Password").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("Password").fill("a long password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await row("Ann Bell").waitFor();
  await page.getByText("Text your own numbers").waitFor();
  await shot("02-inbox");

  await row("Ann Bell").click();
  await page.getByText("Thursday 9:30 is perfect").last().waitFor();
  await page.waitForTimeout(300);
  await shot("03-thread");
  expect(
    (await page.getByRole("button", { name: "To the end" }).count()) === 0,
    "an opened thread must stand at its end, whatever the drafts take",
  );
  expect((await row("Ann Bell").locator(".count").count()) === 0, "an opened conversation must be read");

  // A draft is accepted, held, and can be undone; then it goes.
  await page.getByRole("button", { name: "Send it" }).click();
  await page.getByText(/Sending in \d s/).waitFor();
  await shot("04-held");
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("Cancelled").waitFor();
  const composer = page.getByLabel("Text message", { exact: true });
  expect((await composer.inputValue()).startsWith("Lovely"), "an undone text must be back in the composer");

  // What is typed survives another conversation and a reload.
  await composer.fill("See you Thursday ✨ – bring your card");
  await row("Jonas Weber").click();
  await page.getByText("bank details").last().waitFor();
  await row("Ann Bell").click();
  await page.reload();
  await page.getByText(/segment/).waitFor();
  expect((await composer.inputValue()).startsWith("See you Thursday"), "typed text must survive a reload");
  await page.locator(".measure button").click();
  await page.getByText("outside the short SMS").waitFor();
  await shot("05-unicode");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Make it plain" }).first().click();
  expect(!(await composer.inputValue()).includes("✨"), "a plain text must not keep its sparkle");
  await composer.press("Control+Enter");
  await page.locator(".bubble", { hasText: "See you Thursday" }).waitFor();
  await page.getByText(/Sending in \d s/).waitFor();
  expect(
    (await page.locator(".bubble", { hasText: "See you Thursday" }).count()) === 1,
    "a sent text must show once",
  );

  // The customer texts from the phone: it appears in the list and the thread without a reload.
  await page.getByLabel("Text as the customer").fill("Are you open on Saturday?");
  await page.getByRole("button", { name: "Send as the customer" }).click();
  await page.locator(".in .bubble", { hasText: "open on Saturday" }).waitFor();
  await page.getByText("Ada suggests").waitFor();
  await page.waitForTimeout(6_000);
  await shot("06-live");
  const delivered = page.locator(".out", { hasText: "See you Thursday" });
  await delivered.getByText("Delivered").waitFor();
  await delivered.getByRole("button", { name: "Delivered" }).click();
  await page.getByText("Why it was sent").waitFor();
  await shot("07-receipt");
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await composer.press("End");
  await composer.pressSequentially(" Mina");
  await shot("08-edit-draft");
  await composer.press("Control+Enter");
  await page.locator(".bubble", { hasText: "Mina" }).first().waitFor();

  // A cut line is mended without loss.
  fake.cut();
  fake.desk.texted("+12125550101", "+12125550199", "Texted while you were away");
  await page.locator(".in .bubble", { hasText: "while you were away" }).waitFor();

  // Keyboard: down, up, and close.
  await page.getByRole("log", { name: "Messages" }).focus();
  const before = page.url();
  await page.keyboard.press("j");
  expect(page.url() !== before, "j must go on to the next conversation");
  await page.keyboard.press("k");
  expect(page.url() === before, "k must come back");

  await page.getByRole("button", { name: "Details", exact: true }).click();
  await page.getByRole("heading", { name: "Who answers" }).waitFor();
  const insurance = page.getByLabel("Insurance");
  await insurance.waitFor();
  expect((await insurance.inputValue()) === "Private", "what is kept of a contact must be shown");
  const recall = page.getByLabel("Recall, months");
  await recall.fill("often");
  await recall.press("Enter");
  await page.getByText("This is not a number").waitFor();
  await shot("09-details");
  await axe(page, "inbox with details");
  await recall.fill("12");
  await recall.press("Enter");
  await page.getByText("This is not a number").waitFor({ state: "detached" });
  await insurance.selectOption("Public");
  const ann = [...fake.desk.conversations.values()].find((c) => c.contact.name === "Ann Bell");
  await page.waitForTimeout(200);
  const kept = fake.desk.kept.get(ann?.contact.id ?? "");
  expect(
    kept?.["insurance"] === "Public" && kept["recall_months"] === 12,
    "fields of a contact must be kept",
  );
  await row("Kim Nguyen").click();
  await page.getByText("landline").first().waitFor();
  await shot("10-failure");

  await page.emulateMedia({ colorScheme: "dark" });
  await row("Ann Bell").click();
  await page.waitForTimeout(300);
  await shot("11-dark");
  await axe(page, "inbox in the dark");
  await page.getByRole("button", { name: "Customer’s phone" }).click();
  await page.waitForTimeout(200);
  await shot("12-dark-phone");
  await page.emulateMedia({ colorScheme: "light" });
  await approve({ page, fake, shot, axe, expect });
  await keyboard({ page, fake, shot, axe, expect });

  for (const [path, heading, name] of PAGES) {
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto(fake.url + path);
    await page.getByRole("heading", { name: heading }).first().waitFor();
    await page.waitForTimeout(250);
    await shot(name);
    await axe(page, path);
  }
  await manage(page, fake, shot);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.waitForTimeout(300);
  await shot("29-dark-settings");

  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(NARROW);
  await page.goto(`${fake.url}/inbox`);
  await row("Jonas Weber").waitFor();
  await shot("30-narrow-list");
  await row("Jonas Weber").click();
  await page.getByText("bank details").last().waitFor();
  await shot("31-narrow-thread");
  await axe(page, "narrow thread");
  const overflow =
    "[...document.querySelectorAll('main *')].some((e) => e.getBoundingClientRect().right > innerWidth + 1)";
  expect(!(await page.evaluate(overflow)), "nothing may stick out of a narrow thread");
  await page.getByRole("link", { name: "Back to the list" }).click();
  await row("Ann Bell").waitFor();
  expect(
    await page.evaluate("document.documentElement.scrollWidth <= innerWidth"),
    "a narrow page must not scroll sideways",
  );
  await page.goto(`${fake.url}/settings/members`);
  await page.getByRole("heading", { name: "Members" }).first().waitFor();
  await shot("32-narrow-settings");
  const ada = fake.desk.assistants[0]?.id ?? "";
  // A row of tabs may be longer than the page, and is moved by itself.
  const sideways =
    "[...document.querySelectorAll('html, main')].some((e) => e.scrollWidth > e.clientWidth + 1)";
  for (const [part, words, name] of [
    ["", "Who it is", "33-narrow-assistant"],
    ["/knowledge", "What is found", "34-narrow-knowledge"],
    ["/tools", "Look up the contact", "39-narrow-tools"],
    ["/figures", "Suggestions sent", "39-narrow-figures"],
    ["/try", "Nothing is sent", "35-narrow-try"],
    ["/tests", "It does not mention", "37-narrow-tests"],
    ["/replay", "Hand-overs", "38-narrow-replay"],
    ["/versions", "Every reply names", "36-narrow-versions"],
  ] as const) {
    await page.goto(`${fake.url}/assistants/${ada}${part}`);
    await page.getByText(words).first().waitFor();
    await page.waitForTimeout(300);
    await shot(name);
    expect(!(await page.evaluate(sideways)), `nothing may stick out of a narrow ${name}`);
  }

  await page.goto(`${fake.url}/approvals`);
  await page.getByText("Decided lately").waitFor();
  await shot("39-narrow-approvals");
  expect(!(await page.evaluate(sideways)), "nothing may stick out of narrow approvals");

  await page.goto(`${fake.url}/setup/first`);
  await page.getByRole("heading", { name: "Set up Tidings" }).waitFor();
  await page.setViewportSize(WIDE);
  await shot("40-setup");
}

/** The pages around the inbox, used as one would. */
async function manage(page: Page, fake: Fake, shot: (name: string) => Promise<unknown>): Promise<void> {
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  await assist(page, fake, shot);
  await settle({ page, fake, shot, axe, expect });
  await equip({ page, fake, shot, axe, expect });
  await team({ page, fake, shot, axe, expect });
  await views({ page, fake, shot, axe, expect });
  await report({ page, fake, shot, axe, expect });
  await campaign({ page, fake, shot, axe, expect });
  await contacts({ page, fake, shot, axe, expect });
  await imports({ page, fake, shot, axe, expect });
  await search({ page, fake, shot, axe, expect });
  await workflow({ page, fake, shot, axe, expect });
  await consult({ page, fake, shot, axe, expect });

  await page.goto(`${fake.url}/settings/keys`);
  await button("New key").click();
  await page.getByLabel("Name").fill("Booking");
  await shot("51-new-key");
  await axe(page, "new key");
  await button("Create").click();
  expect(
    (await page.getByRole("textbox", { name: "API key" }).inputValue()).startsWith("tdk_"),
    "a new key must be shown once",
  );
  await button("I have kept it").click();

  await page.goto(`${fake.url}/settings/webhooks`);
  await button("Show deliveries").click();
  await button("Send again").first().click();
  await page.getByText("waiting").first().waitFor();
  await shot("52-deliveries");

  await page.goto(`${fake.url}/settings/password`);
  await page.getByLabel("Current password").fill("a guess");
  await page.getByLabel("New password").fill("correct horse");
  await button("Change password").click();
  await page.getByText("This is not your password.").first().waitFor();
  await page.getByLabel("Current password").fill("the one of today");
  await button("Change password").click();
  await page.getByText("Your password is changed.").waitFor();

  await page.goto(`${fake.url}/settings/carrier`);
  await button("Choose numbers to adopt").click();
  await button("Adopt 1 number").click();
  await page.getByText("10DLC").waitFor();
  await shot("53-adopted");
  expect(fake.desk.numbers.length === 3, "an adopted number must be there");

  await page.goto(`${fake.url}/inbox`);
  await button("New conversation").click();
  await page.getByLabel("Phone number").fill("555");
  await button("Start").click();
  await page.getByText("too short").waitFor();
  await shot("54-new-conversation");
  await page.getByLabel("Phone number").fill("(212) 555-0142");
  await page.getByLabel("First text").fill("Hello from Harbour Dental");
  await button("Send").last().click();
  await page.locator(".bubble", { hasText: "Hello from Harbour" }).waitFor();

  // A note, a text for later, and a refusal that gives the words back.
  await page.getByRole("radio", { name: "Note", exact: true }).check();
  await page.getByLabel("Note for your team").fill("Called twice already");
  await page.keyboard.press("Control+Enter");
  await page.locator(".note .bubble", { hasText: "Called twice" }).waitFor();
  await page.getByRole("radio", { name: "Text", exact: true }).check();
  await page.getByLabel("Text message", { exact: true }).fill("See you tomorrow");
  await button("Send later").click();
  await shot("55-schedule");
  await button("Choose this time").click();
  await button("Schedule").click();
  await page.getByText("Scheduled for Tomorrow").waitFor();
  const opened = fake.desk.conversation(page.url().split("/").at(-1) ?? "");
  opened.contact.opted_out_at = new Date().toISOString();
  await page.getByLabel("Text message", { exact: true }).fill("One more thing");
  await page.keyboard.press("Control+Enter");
  await page.getByText("Not sent.").waitFor();
  expect(
    (await page.getByLabel("Text message", { exact: true }).inputValue()) === "One more thing",
    "refused words must come back",
  );
  await shot("56-refused");
}

/** An assistant: changed, published, rolled back, taught and tried. */
async function assist(page: Page, fake: Fake, shot: (name: string) => Promise<unknown>): Promise<void> {
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const tab = (name: string) =>
    page.getByRole("navigation", { name: "Parts of Ada" }).getByRole("link", { name, exact: true });
  const ada = () => fake.desk.assistants[0];
  await page.goto(`${fake.url}/assistants`);

  // Changed, and refused where it belongs: at its field.
  await page.getByLabel("Instructions").fill("You answer for Harbour Dental. Be brief.");
  await page.getByLabel("Provider", { exact: true }).selectOption("openai");
  await page.getByLabel("Model", { exact: true }).fill(" ");
  await page.getByLabel("Only within certain hours").check({ force: true });
  await page.getByLabel("Saturday").first().check({ force: true });
  await shot("60-assistant-settings");
  await axe(page, "assistant settings");
  await page.getByLabel("Provider", { exact: true }).selectOption("builtin");
  await button("Save changes").click();
  await page.getByText("Version 3 is in force").waitFor();
  expect(ada()?.instructions.endsWith("Be brief.") ?? false, "changed instructions must be kept");
  expect(ada()?.hours?.[0]?.days.includes("sat") ?? false, "changed hours must be kept");

  // Kept for later, compared, put in force, and rolled back.
  await page.getByLabel("Greeting").fill("Hello from Harbour Dental!");
  await button("Keep for later").click();
  await page.getByText("Not yet in force").waitFor();
  await page.getByRole("cell", { name: "Hello from Harbour Dental!" }).waitFor();
  expect(ada()?.greeting === "", "what is kept for later must not be in force");
  await page.waitForTimeout(200);
  await shot("61-versions");
  await axe(page, "versions");
  await button("Put in force").click();
  await page.getByText("Version 4 is in force").waitFor();
  expect(ada()?.greeting === "Hello from Harbour Dental!", "a published version must be in force");
  await page.getByRole("button", { name: /^Version 2/ }).click();
  await button("Compare with the one in force").click();
  await page.getByText("Version 2 against version 4").waitFor();
  await page.getByRole("rowheader", { name: "Greeting" }).waitFor();
  await shot("62-compared");
  await button("Roll back to this").click();
  await page.getByText("Back to version 2").waitFor();
  expect(ada()?.version === 2 && ada()?.greeting === "", "a roll-back must bring the old version back");

  // Tried over several turns.
  await tab("Try it").click();
  const write = async (text: string) => {
    await page.getByLabel("A customer writes").fill(text);
    await button("Ask").click();
  };
  await write("Are you open on Saturday?");
  await page.getByText("on Saturdays from 9:00").waitFor();
  await page.getByText("Quoted").first().waitFor();
  await write("How much is a check-up?");
  await page.getByText("Held back for a person").first().waitFor();
  await page.waitForTimeout(200);
  await shot("63-tried");
  await axe(page, "playground");
  await write("Do you repair bicycles?");
  await page.getByText("What they want:").waitFor();
  await page.getByText("on Saturdays from 9:00").click();
  await page.getByText("Quoted").first().waitFor();

  // Made a test, which a version must keep to come into force.
  await button("Make a test of this").click();
  await page.getByLabel("It mentions").fill("9:00");
  await page.getByLabel("Required: no version").check({ force: true });
  await shot("80-new-test");
  await axe(page, "a test");
  await button("Save").click();
  await page.getByText("It is a test now").waitFor();
  await tab("Tests").click();
  await button("Run all").click();
  await page.getByText("All as expected").waitFor();
  await button("Edit").click();
  await page.getByLabel("It mentions").fill("9:00\nSunday");
  await button("Save").click();
  await button("Run all").click();
  await page.getByText("1 test broken").waitFor();
  await page.waitForTimeout(200);
  await shot("81-tests");
  await axe(page, "tests");
  await tab("Settings").click();
  await page.getByLabel("Tone").fill("Brisk");
  await button("Save changes").click();
  await page.getByText("It breaks tests that it must keep").waitFor();
  await shot("82-broken");
  await axe(page, "a broken test");
  await button("See the version").click();
  await button("Put in force").click();
  await button("Put in force anyway").click();
  await page.getByText("but it breaks 1 test").waitFor();
  expect(ada()?.tone === "Brisk", "whoever insists must have it");

  // Replayed.
  await tab("Replay").click();
  await button("Start").click();
  await page.getByText("Done").first().waitFor();
  await page.getByText("Nothing in the guide or the knowledge").first().waitFor();
  await shot("83-replay");
  await axe(page, "replay");

  // Taught: a text, questions, an upload that is not what it says, and one that is.
  await tab("Knowledge").click();
  await page.getByText("The PDF holds pictures of pages").waitFor();
  await button("Add a source").click();
  await page.getByLabel("Title").fill("Prices");
  await page.getByRole("textbox", { name: "Text" }).fill("A check-up costs 60.");
  await shot("64-add-source");
  await button("Add").click();
  await button("Prices").waitFor();
  await button("Add a source").click();
  await page.getByRole("radio", { name: "Web page" }).check({ force: true });
  await page.getByLabel("Address").fill("http://localhost/prices");
  await button("Add").click();
  await page.getByText("in a private network").first().waitFor();
  await shot("65-refused-address");
  await axe(page, "add a source");
  await page.getByLabel("Address").fill("https://harbourdental.example/prices");
  await button("Add").click();
  await page.getByText("Fetching").waitFor();
  await page.getByLabel("Files to answer from").setInputFiles([
    { name: "leaflet.pdf", mimeType: "application/pdf", buffer: Buffer.from("Just words") },
    { name: "allergies.txt", mimeType: "text/plain", buffer: Buffer.from("Tell us of allergies.") },
  ]);
  await page.getByText("it holds plain text").waitFor();
  await button("Show its pages").click();
  await button("First visit").waitFor();
  await page.getByText("Indexing").waitFor({ state: "detached" });
  await shot("66-knowledge");
  await axe(page, "knowledge");
  await button("allergies").click();
  await page.getByText("Tell us of allergies.").waitFor();
  await shot("67-source");
  await axe(page, "a source");
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  await page.getByLabel("What a customer might write").fill("is there parking behind the house");
  await button("Search").click();
  await page
    .getByText(/Found by its words/)
    .first()
    .waitFor();
  await page.getByText("Words that mean the same").scrollIntoViewIfNeeded();
  await shot("68-search");
  await axe(page, "search");

  // Why it said that, what it is writing, and a reply that is stopped.
  await page.goto(`${fake.url}/inbox`);
  await page.locator("a.row", { hasText: "Priya Raman" }).click();
  await button("Why did it say that?").first().click();
  await page.getByText("What it answered from").waitFor();
  await page.waitForTimeout(200);
  await shot("69-why");
  await axe(page, "why");
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  fake.desk.texted("+12125550103", "+12125550199", "And are you open on Saturday?");
  await page.getByText("The assistant is writing").waitFor();
  await page.waitForTimeout(350);
  await shot("70-writing");
  await page.getByText(/Sending in/).waitFor();
  await shot("70-stop");
  await button("Stop").click();
  await page.getByText("Cancelled").waitFor();
  expect(
    (await page.getByLabel("Text message", { exact: true }).inputValue()) === "",
    "a stopped reply of the assistant must not fill the box",
  );
  await page.locator("a.row", { hasText: "(212) 555-0104" }).click();
  await page.getByText("Handed to people", { exact: true }).waitFor();
  await shot("71-hand-over");
  await axe(page, "hand-over");
}

const PAGES: [path: string, heading: string, shot: string][] = [
  ["/assistants", "Ada", "20-assistants"],
  ["/settings/answering", "Answering", "28-answering"],
  ["/numbers", "Numbers", "21-numbers"],
  ["/settings", "Workspace", "22-settings"],
  ["/settings/members", "Members", "23-members"],
  ["/settings/teams", "Teams", "38-teams"],
  ["/settings/keys", "API keys", "24-keys"],
  ["/settings/webhooks", "Webhooks", "25-webhooks"],
  ["/settings/carrier", "Carrier accounts", "26-carrier"],
  ["/settings/password", "Your password", "27-password"],
];

async function axe(page: Page, where: string): Promise<void> {
  // Through the debugger, so that the page's own content security policy stays as strict as it is.
  const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  await page.evaluate(source);
  // What fades in or out has no colour of its own yet.
  await page.evaluate(
    "Promise.all(document.getAnimations().filter((a) => a.effect.getComputedTiming().iterations !== Infinity).map((a) => a.finished.catch(() => null)))",
  );
  const found = (await page.evaluate(
    "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }).then(r => r.violations.map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + (n.any[0]?.message ?? '')).join(' | ')))",
  )) as string[];
  for (const violation of found) problems.push(`axe on ${where}: ${violation}`);
}

interface Chunk {
  file: string;
  css?: string[];
  imports?: string[];
}

/** The inbox's first load: its entry and page with everything they import at once. */
function weigh(): void {
  const manifest = JSON.parse(readFileSync(`${DIST}/.vite/manifest.json`, "utf8")) as Record<string, Chunk>;
  const seen = new Set<string>();
  const add = (name: string) => {
    if (seen.has(name)) return;
    seen.add(name);
    manifest[name]?.imports?.forEach(add);
  };
  ["index.html", "src/routes/inbox/Inbox.svelte"].forEach(add);
  const chunks = [...seen].map((name) => manifest[name]).filter((c) => c !== undefined);
  const size = (files: string[]) =>
    [...new Set(files)].reduce((n, f) => n + gzipSync(readFileSync(`${DIST}/${f}`)).length, 0);
  const [js, css] = [size(chunks.map((c) => c.file)), size(chunks.flatMap((c) => c.css ?? []))];
  console.log(
    `inbox, gzipped: ${(js / 1000).toFixed(1)} kB of JavaScript, ${(css / 1000).toFixed(1)} kB of CSS`,
  );
  expect(js > 1_000 && js <= JS_MAX, `the inbox loads ${js} bytes of JavaScript, more than ${JS_MAX}`);
  expect(css <= CSS_MAX, `the inbox loads ${css} bytes of CSS, more than ${CSS_MAX}`);
}
