/** Tidings as an app: it can be installed, starts without a network, and has the new version after an upgrade. */
import { readFileSync } from "node:fs";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { NARROW } from "./browser";
import { startFake, type Fake } from "./fake";

type Expect = (isTrue: boolean, what: string) => void;

export async function install(browser: Browser, dist: string, shots: string, expect: Expect): Promise<void> {
  const fake = await startFake(0, dist);
  fake.desk.session = fake.desk.me;
  const context = await browser.newContext({
    viewport: NARROW,
    hasTouch: true,
    isMobile: true,
    locale: "en-US",
  });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(8_000);
    await page.goto(`${fake.url}/inbox`);
    await page.locator("a.row").first().waitFor();
    await installable(context, page, expect);
    await keepsOnlyTheShell(page, expect);
    await reply(page, fake, shots, expect);
    await offline(page, fake, shots, expect);
    await upgrade(page, fake, dist, expect);
  } finally {
    await context.close();
    fake.close();
  }
}

async function installable(context: BrowserContext, page: Page, expect: Expect): Promise<void> {
  await page.evaluate("navigator.serviceWorker.ready.then(() => null)");
  const tools = await context.newCDPSession(page);
  const { url, errors } = (await tools.send("Page.getAppManifest")) as {
    url: string;
    errors: { message: string }[];
  };
  expect(url.endsWith("/manifest.webmanifest"), "the page must name its manifest");
  for (const { message } of errors) expect(false, `manifest: ${message}`);
  const { installabilityErrors } = (await tools.send("Page.getInstallabilityErrors")) as {
    installabilityErrors: { errorId: string }[];
  };
  // A window of a test is no place to install from.
  for (const { errorId } of installabilityErrors)
    if (errorId !== "in-incognito") expect(false, `not installable: ${errorId}`);
  const bad = await page.evaluate(`fetch("/manifest.webmanifest").then((r) => r.json()).then((m) =>
    Promise.all(m.icons.map(({ src, sizes }) => new Promise((done) => {
      const image = new Image();
      image.onload = () => done(sizes === "any" || sizes === image.naturalWidth + "x" + image.naturalHeight ? null : src + " is not " + sizes);
      image.onerror = () => done(src + " is no picture");
      image.src = src;
    }))).then((all) => all.filter(Boolean)))`);
  for (const what of bad as string[]) expect(false, `manifest: ${what}`);
  await tools.detach();
}

async function keepsOnlyTheShell(page: Page, expect: Expect): Promise<void> {
  const kept = (await page.evaluate(`caches.keys().then((names) => Promise.all(names.map((name) =>
    caches.open(name).then((cache) => cache.keys())))).then((all) => all.flat().map((r) => new URL(r.url).pathname))`)) as string[];
  expect(kept.includes("/index.html") && kept.some((path) => path.endsWith(".js")), "the shell must be kept");
  for (const path of kept)
    expect(
      /^\/(assets\/[\w.-]+|[\w-]+\.(html|svg|png|js|webmanifest))$/.test(path),
      `the worker must not keep ${path}`,
    );
}

/** By touch: a thread is opened, answered and left again; whatever is touched is large enough for a finger. */
async function reply(page: Page, fake: Fake, shots: string, expect: Expect): Promise<void> {
  await page.screenshot({ path: `${shots}/f0-app-list.png` });
  await page.locator("a.row", { hasText: "Jonas Weber" }).tap();
  await page.locator(".bubble", { hasText: "bank details" }).last().waitFor();
  const box = page.getByLabel("Text message", { exact: true });
  await box.tap();
  await box.fill("Of course, here they are.");
  await page.screenshot({ path: `${shots}/f1-app-thread.png` });
  const small =
    (await page.evaluate(`[...document.querySelectorAll("main button, main a, main textarea, nav a, nav button")]
    .filter((e) => e.checkVisibility() && !e.closest("p, .status, .grounds, .state"))
    .map((e) => [e, e.getBoundingClientRect()])
    .filter(([, at]) => at.width > 0 && at.top < innerHeight && (at.height < 32 || at.width < 32))
    .map(([e, at]) => (e.getAttribute("aria-label") ?? e.textContent.trim()).slice(0, 40) + " " + Math.round(at.width) + "×" + Math.round(at.height))`)) as string[];
  for (const what of small) expect(false, `too small for a finger: ${what}`);
  await page.getByRole("button", { name: "Send", exact: true }).tap();
  await page.locator(".bubble", { hasText: "here they are" }).waitFor();
  await page.getByRole("link", { name: "Back to the list" }).tap();
  await page.locator("a.row", { hasText: "Ann Bell" }).waitFor();
  expect(
    fake.desk.messages.filter((m) => m.body === "Of course, here they are.").length === 1,
    "a reply by touch must go once",
  );
}

/** What is sent without a network waits, even for another start, and goes once. */
async function offline(page: Page, fake: Fake, shots: string, expect: Expect): Promise<void> {
  await page.locator("a.row", { hasText: "Jonas Weber" }).tap();
  const box = page.getByLabel("Text message", { exact: true });
  await box.waitFor();
  fake.isAway = true;
  fake.cut();
  await page.getByText("Reconnecting… What you write is kept.").waitFor();
  await box.fill("Written in a tunnel");
  await page.getByRole("button", { name: "Send", exact: true }).tap();
  await page.getByText("Waiting for the network").waitFor();
  await page.screenshot({ path: `${shots}/f2-app-offline.png` });

  await page.reload();
  await page.getByText("The server cannot be reached").waitFor();
  await page.screenshot({ path: `${shots}/f3-app-offline-start.png` });
  const sent = () => fake.desk.messages.filter((m) => m.body === "Written in a tunnel").length;
  expect(sent() === 0, "nothing can arrive without a network");
  fake.isAway = false;
  await page.getByRole("button", { name: "Try again" }).tap();
  await page.locator(".out .bubble", { hasText: "Written in a tunnel" }).waitFor();
  await page.waitForTimeout(300);
  expect(sent() === 1, `what waited must go once, and went ${sent()} times`);
  expect((await page.getByText("Waiting for the network").count()) === 0, "what has gone must not wait");
}

/** The server has another build: a page that stands open asks for a file that is gone, and comes back as the new one. */
async function upgrade(page: Page, fake: Fake, dist: string, expect: Expect): Promise<void> {
  await page.goto(`${fake.url}/inbox`);
  await page.locator("a.row").first().waitFor();
  const manifest = JSON.parse(readFileSync(`${dist}/.vite/manifest.json`, "utf8")) as Record<
    string,
    { file: string }
  >;
  const gone = `/${manifest["src/routes/numbers/Numbers.svelte"]?.file}`;
  fake.files.set(gone, null);
  // Who asks which build is the newest is told of another; who begins anew gets this one again, without the file.
  const index = readFileSync(`${dist}/index.html`, "utf8");
  const another = index.replace(/\/assets\/index-[\w-]+\.js/, "/assets/index-another.js");
  expect(another !== index, "the page must name its build");
  await page.route("**/index.html", (route) => route.fulfill({ contentType: "text/html", body: another }));
  const starts = () => page.evaluate("performance.timeOrigin");
  const before = await starts();
  await page.getByRole("link", { name: "Numbers" }).tap();
  // The same build again, so that the file stays gone: one reload, and then the page says so.
  await page.getByText("This page could not be loaded").waitFor();
  await page.waitForTimeout(500);
  const after = await starts();
  expect(after !== before, "a page whose files are gone must be loaded anew");
  await page.waitForTimeout(500);
  expect((await starts()) === after, "a page whose files are gone must be loaded anew only once");
  fake.files.delete(gone);
  await page.unroute("**/index.html");

  // A new worker is taken over without asking, and forgets what its build does not have.
  const source = readFileSync(`${dist}/worker.js`, "utf8");
  const old = await page.evaluate(
    "caches.open('tidings-shell').then((c) => c.put('/assets/old-1a2b.js', new Response('old')))",
  );
  expect(old === undefined || old === null, "the cache must take a file");
  fake.files.set("/worker.js", `// another build\n${source}`);
  await page.goto(`${fake.url}/inbox`);
  await page.evaluate("navigator.serviceWorker.ready.then((r) => r.update()).then(() => null)");
  const isGone = `(async () => {
    for (let n = 0; n < 50; n++) {
      const cache = await caches.open('tidings-shell');
      if (!(await cache.match('/assets/old-1a2b.js')) && (await cache.match('/index.html'))) return true;
      await new Promise((later) => setTimeout(later, 100));
    }
    return false;
  })()`;
  expect(
    (await page.evaluate(isGone)) as boolean,
    "another build's worker must take over and forget the old files",
  );
}
