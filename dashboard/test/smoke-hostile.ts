/** Every page with hostile text wherever people write: nothing runs, nothing moves, nothing turns. */
import type { Browser, Page } from "playwright-core";
import { NARROW, openPage, WIDE } from "./browser";
import { startFake, type Fake } from "./fake";
import { dressed, ENDLESS, HOSTILE, TURNING } from "./hostile";

type Expect = (isTrue: boolean, what: string) => void;

/** How the texts are chosen: each in its turn, or the one that tries one thing. */
const WAYS = {
  each: HOSTILE,
  turning: [TURNING],
  endless: [ENDLESS],
} as const;
type Way = keyof typeof WAYS;

/** One after the other. What is there again can be told from the first, as names and labels can: by marks without a width. */
function turns(way: Way): () => string {
  const texts = WAYS[way];
  let n = 0;
  return () => {
    const round = Math.floor(n / texts.length);
    const text = texts[n++ % texts.length] ?? "";
    return round === 0 ? text : text + round.toString(2).replace(/0/g, "\u200B").replace(/1/g, "\u200C");
  };
}

interface Stop {
  path: string;
  /** Is there once the page stands. */
  sign: string;
  /** What must not grow with its texts. */
  rows?: string;
  /** Opens what is not there from the beginning. */
  open?: (page: Page) => Promise<void>;
}

export async function hostile(browser: Browser, dist: string, shots: string, expect: Expect): Promise<void> {
  await Promise.all((Object.keys(WAYS) as Way[]).map((way) => walk(way, browser, dist, shots, expect)));
}

/** All pages with the texts of one way. */
async function walk(way: Way, browser: Browser, dist: string, shots: string, expect: Expect): Promise<void> {
  const fake = await startFake(0, dist);
  try {
    fake.desk.session = fake.desk.me;
    const page = await openPage(browser, { serviceWorkers: "block" });
    const seen = watch(page, fake.url);
    const stops = await feed(page, fake);
    const sizes = new Map<string, number>();
    if (way === "endless")
      for (const { path, sign, rows } of stops.filter((stop) => stop.rows)) {
        await visit(page, fake, { path, sign });
        sizes.set(path, await tallest(page, rows ?? ""));
      }
    for (const stop of stops) {
      const next = turns(way);
      fake.dress = (answer) => dressed(answer, next);
      const where = `${stop.path.replace(/_0+/, "_")} with ${way} texts`;
      await visit(page, fake, stop);
      await harmless(page, where, expect);
      if (way === "turning") await upright(page, where, expect);
      if (stop.rows && way === "endless") {
        const [now, before] = [await tallest(page, stop.rows), sizes.get(stop.path) ?? 0];
        expect(
          now <= before + GROWTH_PX,
          `${where}: a row is ${now} px tall, and ${before} px with usual texts`,
        );
      }
      await fits(page, where, expect);
      await page.screenshot({ path: `${shots}/x-${way}${nameOf(stop.path)}.png` });
      await page.setViewportSize(NARROW);
      await page.waitForTimeout(60);
      await fits(page, `${where}, narrow`, expect);
      await page.setViewportSize(WIDE);
    }
    for (const what of seen) expect(false, what);
    await page.close();
  } finally {
    fake.close();
  }
}

const nameOf = (path: string) => path.replace(/[^a-z0-9]+/g, "-").replace(/-0+/, "-");

/** A line or two more are a texture; twenty are a hole. */
const GROWTH_PX = 60;

/** Whatever ran, asked or was refused shows here. */
function watch(page: Page, home: string): Set<string> {
  const seen = new Set<string>();
  page.on("dialog", (dialog) => {
    seen.add(`hostile text opened a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== home && protocol !== "blob:" && protocol !== "data:")
      seen.add(`hostile text asked for ${request.url().slice(0, 120)}`);
  });
  page.on("popup", () => seen.add("hostile text opened a window"));
  page.on("pageerror", (error) =>
    seen.add(`hostile text broke a page: ${error.message.slice(0, 200)} at ${page.url()}`),
  );
  page.on("console", (message) => {
    if (/Content Security Policy|Refused to/i.test(message.text()))
      seen.add(`hostile text met the policy: ${message.text().slice(0, 200)}`);
  });
  void page.addInitScript(
    "addEventListener('securitypolicyviolation', (e) => (window.violated = e.violatedDirective + ' ' + e.blockedURI))",
  );
  return seen;
}

async function visit(page: Page, fake: Fake, stop: Stop): Promise<void> {
  await page.goto(fake.url + stop.path);
  await page.locator(stop.sign).first().waitFor();
  await page.waitForTimeout(250);
  await stop.open?.(page);
}

async function harmless(page: Page, where: string, expect: Expect): Promise<void> {
  const found = (await page.evaluate(`(() => {
    const found = [];
    if (window.ran) found.push("something ran");
    if (window.violated) found.push("a violation of " + window.violated);
    const made = document.querySelectorAll(
      "#hx, .hx, script:not([src]), iframe, object, embed, base, marquee, math, [onerror], [onload], [onclick], [onfocus], [onmouseover], [ontoggle], form[action]");
    for (const one of made) found.push("an element was made: " + one.outerHTML.slice(0, 80));
    for (const link of document.querySelectorAll("a[href], area[href]"))
      if (!["http:", "https:", "tel:", "mailto:", "blob:"].includes(link.protocol) || (link.origin !== location.origin && link.protocol.startsWith("http") && link.target !== "_blank"))
        found.push("a link leads to " + link.getAttribute("href").slice(0, 60));
    return found;
  })()`)) as string[];
  for (const what of new Set(found)) expect(false, `${where}: ${what}`);
}

async function fits(page: Page, where: string, expect: Expect): Promise<void> {
  const wide = (await page.evaluate(`(() => {
    const wide = [...document.querySelectorAll("html, main, dialog")].filter((e) => e.scrollWidth > e.clientWidth + 1);
    if (!wide.length) return null;
    const isCut = (e) => {
      for (let up = e.parentElement; up && up.tagName !== "MAIN" && up.tagName !== "DIALOG"; up = up.parentElement)
        if (getComputedStyle(up).overflowX !== "visible") return true;
      return false;
    };
    const out = [...document.querySelectorAll("main *, dialog *")].findLast((e) => e.getBoundingClientRect().right > innerWidth + 1 && !isCut(e));
    return wide[0].tagName + " is " + wide[0].scrollWidth + " px wide" + (out ? ", for " + out.parentElement.className + " > " + out.outerHTML.slice(0, 120) : "");
  })()`)) as string | null;
  expect(wide === null, `${where}: ${wide}`);
}

/**
 * Whatever may turn stands alone in its direction: in an element that isolates it, or between the marks of \`apart()\`. It must not
 * share that with our words, nor with another text.
 */
async function upright(page: Page, where: string, expect: Expect): Promise<void> {
  const found = (await page.evaluate(`(() => {
    const VALUE = ${JSON.stringify(TURNING)};
    const MARK = "deW";
    const APART = /\\u2068[^\\u2068\\u2069]*\\u2069/g;
    const isApart = (e, style) => e.tagName === "BDI" || style.unicodeBidi.includes("isolate") || style.unicodeBidi === "plaintext" || style.display !== "inline";
    const scopeOf = (node) => {
      let e = node.parentElement;
      while (e && e !== document.body && !isApart(e, getComputedStyle(e))) e = e.parentElement;
      return e;
    };
    const scopes = new Map();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!node.data.trim() || parent.closest("script, style, textarea, .visually-hidden, datalist")) continue;
      const scope = scopeOf(node);
      scopes.set(scope, (scopes.get(scope) ?? "") + node.data);
    }
    const found = new Set();
    for (const [scope, text] of scopes) {
      const open = text.replace(/[\\u200B\\u200C]/g, "").replace(APART, "");
      if (!open.includes(MARK)) continue;
      const count = open.split(MARK).length - 1;
      const ours = open.replaceAll(VALUE, "").replace(/[^\\p{L}\\p{N}]/gu, "").replaceAll("deW", "").replaceAll("\\u05D0", "");
      if (ours || count > 1) {
        const path = [];
        for (let e = scope; e && path.length < 4; e = e.parentElement) path.unshift(e.tagName.toLowerCase() + (e.className && typeof e.className === "string" ? "." + e.className.split(" ").filter((c) => !c.startsWith("svelte-")).join(".") : ""));
        found.add(path.join(" > ") + ": " + JSON.stringify(open.replaceAll(VALUE, "□").slice(0, 90)));
      }
    }
    return [...found];
  })()`)) as string[];
  for (const what of found) expect(false, `${where}: not isolated: ${what}`);
}

const tallest = (page: Page, rows: string): Promise<number> =>
  page.evaluate(
    `Math.max(0, ...[...document.querySelectorAll(${JSON.stringify(rows)})].map((e) => Math.round(e.getBoundingClientRect().height)))`,
  );

/** A desk on which every kind of thing is there, and a thread with each of the texts. */
async function feed(page: Page, fake: Fake): Promise<Stop[]> {
  const { desk, url } = fake;
  const thread = [...desk.conversations.values()].find((c) => c.contact.name === "Priya Raman")?.id ?? "";
  HOSTILE.forEach((body, i) =>
    desk.put({
      conversation_id: thread,
      direction: i % 3 === 0 ? "out" : i % 3 === 1 ? "in" : "note",
      body,
      author: { kind: "member", id: "usr_2", name: HOSTILE[(i + 7) % HOSTILE.length] ?? "" },
      ...(i % 3 === 0 && { status: "delivered" as const }),
    }),
  );
  const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const rows = HOSTILE.map((text, i) =>
    [i % 2 ? text : `(646) 555-${String(1000 + i)}`, text, HOSTILE[(i + 3) % HOSTILE.length] ?? ""]
      .map(cell)
      .join(","),
  );
  const file = ["phone,first_name,Remarks <b>", ...rows].join("\n");
  const answer = await page.request.post(
    `${url}/api/v1/contacts/imports?file_name=${encodeURIComponent("<img id=hx src=x>.csv")}`,
    {
      headers: { "content-type": "text/csv" },
      data: Buffer.from(file),
    },
  );
  const job = ((await answer.json()) as { id: string }).id;
  const checked = desk.imports.find((one) => one.job.id === job);
  await page.request.post(`${url}/api/v1/contacts/imports/${job}/check`, { data: {} });
  for (let n = 0; n < 100 && checked?.job.state !== "checked"; n++)
    await new Promise((later) => setTimeout(later, 50));
  const contact = desk.conversation(thread).contact.id;
  const assistant = desk.assistants[0]?.id ?? "";
  const flow = desk.workflows[0]?.workflow.id ?? "";
  const of = (part: string) => ({ path: `/assistants/${assistant}/${part}`, sign: "main h1, main h2" });
  return [
    { path: "/inbox", sign: "a.row", rows: "a.row" },
    { path: `/inbox/${thread}`, sign: ".bubble", rows: "a.row" },
    ...["Omar Haddad", "Kim Nguyen", "Jonas Weber", "Ann Bell"].map((name) => ({
      path: `/inbox/${[...desk.conversations.values()].find((c) => c.contact.name === name)?.id}`,
      sign: ".thread",
    })),
    { path: "/approvals", sign: "main h1" },
    { path: "/contacts", sign: "main h1", rows: "main tr, main li" },
    { path: `/contacts/${contact}`, sign: "main h1" },
    { path: "/contacts/lists", sign: "main h1", rows: "main li" },
    ...desk.lists.slice(0, 1).map(({ id }) => ({ path: `/contacts/lists/${id}`, sign: "main h1" })),
    { path: "/contacts/segments", sign: "main h1", rows: "main li" },
    ...desk.segments.slice(0, 1).map(({ id }) => ({ path: `/contacts/segments/${id}`, sign: "main h1" })),
    { path: "/contacts/imports", sign: "main h1", rows: "main li" },
    { path: `/contacts/imports/${job}`, sign: "main h1" },
    { path: "/contacts/suppressions", sign: "main h1" },
    { path: "/campaigns", sign: "main h1", rows: "main li" },
    { path: "/campaigns/snippets", sign: "main h1", rows: "main li" },
    ...desk.campaigns.map(({ id }) => ({ path: `/campaigns/${id}`, sign: "main h1" })),
    { path: "/workflows", sign: "main h1", rows: "main li" },
    { path: `/workflows/${flow}`, sign: "main h1" },
    ...["document", "versions", "people", "path"].map((part) => ({
      path: `/workflows/${flow}/${part}`,
      sign: "main h1",
    })),
    of("settings"),
    of("knowledge"),
    of("tools"),
    of("figures"),
    of("try"),
    of("tests"),
    of("replay"),
    of("versions"),
    { path: "/numbers", sign: "main h1" },
    ...[
      "workspace",
      "answering",
      "campaigns",
      "fields",
      "members",
      "teams",
      "carrier",
      "keys",
      "webhooks",
      "secrets",
    ].map((part) => ({ path: `/settings/${part}`, sign: "main h1" })),
  ];
}
