/**
 * The pictures in `docs/screenshots`, taken from the real binary after a few scenes at the bakery. The scenes take a minute
 * to play; the browser is told that they took some hours.
 */
import { mkdirSync } from "node:fs";
import type { Page, Route } from "playwright-core";
import type { Conversation, Message, Page as List } from "../src/lib/api/types";
import { NARROW, openBrowser, openPage } from "./browser";
import { startDemo, type Demo } from "./demo";

export const once = true;
const SHOTS = "../docs/screenshots";
const ORDERS = "+13125550100";
const CATERING = "+13125550101";
/** The demo's own three and a few more, with how many minutes ago their talk ended. */
const CAST = {
  "Ana Lopez": { phone: "+13125550142", ago: 1 },
  "Ben Carter": { phone: "+13125550157", ago: 4 },
  "Chloe Nguyen": { phone: "+13125550168", ago: 9 },
  "Emma Walsh": { phone: "+13125550171", ago: 38 },
  "Farah Haddad": { phone: "+13125550174", ago: 67 },
  "Gus Olsen": { phone: "+13125550179", ago: 145 },
  "Diego Ramos": { phone: "+13125550183", ago: 190 },
} as const;
type Name = keyof typeof CAST;
/** A second in the scenes is this many in the picture. */
const STRETCH = 12;

export async function main(): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  const demo = await startDemo();
  const browser = await openBrowser();
  try {
    const page = await openPage(browser, { timezoneId: "America/Chicago" });
    const bakery = await Bakery.open(page, demo);
    await play(bakery);
    await page.route("**/api/v1/conversations**", (route) => fillHours(route));
    await picture(page, demo);
  } finally {
    await browser.close();
    await demo.stop();
  }
}

async function play(bakery: Bakery): Promise<void> {
  await Promise.all([
    bakery.know("Emma Walsh", "Willow Books"),
    bakery.know("Farah Haddad"),
    bakery.know("Gus Olsen"),
    bakery.know("Diego Ramos"),
  ]);
  await Promise.all([
    bakery.texts("Diego Ramos", "Is there parking at the shop?"),
    bakery.texts("Farah Haddad", "How much is delivery?"),
    bakery.texts("Chloe Nguyen", "What does a sourdough loaf cost?"),
    bakery.texts("Ana Lopez", "Hello! Are you open on Sunday?"),
    bakery.replies(
      "Emma Walsh",
      "Hi Emma, your croissants for the reading are ready from 3 pm. See you later!",
    ),
    bakery.texts("Gus Olsen", "STOP"),
  ]);
  await Promise.all([
    bakery.hears("Diego Ramos", "parking"),
    bakery.hears("Farah Haddad", "$6"),
    bakery.hears("Chloe Nguyen", "$8"),
    bakery.hears("Ana Lopez", "Sunday"),
    bakery.hears("Emma Walsh", "croissants"),
  ]);
  await bakery.patch("Chloe Nguyen", { mode: "draft" });
  await bakery.texts("Emma Walsh", "Perfect, thank you! 🥐");
  await bakery.texts(
    "Ben Carter",
    "Could we have 40 croissants on Friday at 7? Same address as last time.",
    CATERING,
  );
  await bakery.texts("Chloe Nguyen", "And do you have a cake without gluten?");
  await bakery.texts("Ana Lopez", "Wonderful. How much is a birthday cake for eight?");
  await bakery.hears("Ana Lopez", "$38");
  await bakery.texts("Ana Lopez", "Could you write “Happy 60th, Rosa” on it?");
  await bakery.takeOver("Ana Lopez");
  await bakery.replies("Ana Lopez", "Of course, Ana! Vanilla or chocolate? 🎂");
  await bakery.hears("Ana Lopez", "chocolate?");
  await bakery.texts("Ana Lopez", "Chocolate, please 😍");
  await bakery.drafted("Chloe Nguyen");
}

async function picture(page: Page, demo: Demo): Promise<void> {
  const shot = (name: string) =>
    page.screenshot({ path: `${SHOTS}/${name}.png`, animations: "disabled", caret: "hide" });
  const open = async () => {
    await page.goto(`${demo.url}/inbox`);
    await page.locator("a.row", { hasText: "Diego Ramos" }).waitFor();
    await page.locator("a.row", { hasText: "Ana Lopez" }).click();
    await page.getByRole("log", { name: "Messages" }).getByText("Chocolate, please").waitFor();
    await page.evaluate("document.fonts.ready");
  };
  await open();
  await page
    .getByRole("log", { name: "Texts on the customer's phone" })
    .getByText("Chocolate, please")
    .waitFor();
  await shot("inbox");
  await page.emulateMedia({ colorScheme: "dark" });
  await shot("inbox-dark");
  await page.emulateMedia({ colorScheme: "light" });

  await page.goto(`${demo.url}/assistants`);
  await page.getByLabel("A customer writes").fill("Do you have something vegan?");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  const source = page.locator("summary", { hasText: "Allergies" });
  await source.waitFor();
  await source.evaluate((found) => found.scrollIntoView({ block: "center" }));
  await shot("assistant");

  await page.setViewportSize(NARROW);
  await open();
  await shot("phone");
}

/** The bakery and its customers, through the API as anybody could use it. */
class Bakery {
  private constructor(
    private readonly page: Page,
    private readonly url: string,
  ) {}

  static async open(page: Page, demo: Demo): Promise<Bakery> {
    const bakery = new Bakery(page, `${demo.url}/api/v1`);
    await bakery.#ask("POST", "/session", { email: demo.email, password: demo.password });
    return bakery;
  }

  know(name: Name, company?: string) {
    return this.#ask("POST", "/contacts", { phone: CAST[name].phone, name, company });
  }

  texts(name: Name, body: string, to = ORDERS) {
    return this.#ask("POST", `/sandbox/phones/${encodeURIComponent(CAST[name].phone)}/messages`, {
      to,
      body,
    });
  }

  async replies(name: Name, body: string) {
    const known = await this.#find(name);
    if (known) await this.#ask("POST", `/conversations/${known.id}/messages`, { body, hold_seconds: 0 });
    else
      await this.#ask("POST", "/conversations", {
        to: CAST[name].phone,
        from: ORDERS,
        body,
        hold_seconds: 0,
      });
  }

  async patch(name: Name, change: object) {
    await this.#ask("PATCH", `/conversations/${(await this.#arrived(name)).id}`, change);
  }

  async takeOver(name: Name) {
    const { user } = await this.#ask<{ user: { id: string } }>("GET", "/session");
    const { id } = await this.#arrived(name);
    await this.#ask("POST", `/conversations/${id}/handoff`, { to: "agents", assignee_id: user.id });
  }

  /** Until a text of ours with these words is delivered. */
  hears(name: Name, words: string) {
    return until(`${name} hears “${words}”`, async () => {
      const known = await this.#find(name);
      if (!known) return null;
      const { data } = await this.#ask<List<Message>>("GET", `/conversations/${known.id}/messages`);
      return (
        data.find((m) => m.direction === "out" && m.status === "delivered" && m.body.includes(words)) ?? null
      );
    });
  }

  drafted(name: Name) {
    return until(`a draft for ${name}`, async () => {
      const { id } = await this.#arrived(name);
      return (await this.#ask<List<object>>("GET", `/conversations/${id}/drafts`)).data[0] ?? null;
    });
  }

  #arrived(name: Name): Promise<Conversation> {
    return until(`a conversation with ${name}`, () => this.#find(name));
  }

  async #find(name: Name): Promise<Conversation | null> {
    const { data } = await this.#ask<List<Conversation>>("GET", "/conversations?status=all");
    return data.find((c) => c.contact.phone === CAST[name].phone) ?? null;
  }

  async #ask<T>(method: string, path: string, data?: object): Promise<T> {
    const response = await this.page.request.fetch(this.url + path, { method, data });
    if (!response.ok()) throw new Error(`${method} ${path}: ${response.status()} ${await response.text()}`);
    return (response.status() === 204 ? undefined : await response.json()) as T;
  }
}

const LOOKS_MAX = 300;

async function until<T>(what: string, look: () => Promise<T | null>): Promise<T> {
  for (let n = 0; n < LOOKS_MAX; n++) {
    const found = await look();
    if (found !== null) return found;
    await new Promise((later) => setTimeout(later, 100));
  }
  throw new Error(`There never was ${what}.`);
}

/** When each conversation really ended; what the browser asks about a thread comes after the list. */
const ended = new Map<string, { last: number; ago: number }>();

/** Moves what a conversation's answers say of times, so that each ended when the cast says. */
async function fillHours(route: Route): Promise<void> {
  if (route.request().method() !== "GET") return route.fallback();
  const response = await route.fetch();
  const answer = (await response.json()) as List<Conversation | Message | object> | Conversation;
  const all = "data" in answer ? answer.data : [answer];
  for (const one of all)
    if ("contact" in one && one.contact.name && one.contact.name in CAST)
      ended.set(one.id, { last: Date.parse(one.last_message_at), ago: CAST[one.contact.name as Name].ago });
  for (const one of all) {
    const id = "conversation_id" in one ? one.conversation_id : "id" in one ? one.id : "";
    const end = ended.get(id);
    if (end) Object.assign(one, moved(one, end));
  }
  await route.fulfill({ response, json: answer });
}

function moved(one: object, { last, ago }: { last: number; ago: number }): object {
  return Object.fromEntries(
    Object.entries(one)
      .filter(([name, value]) => typeof value === "string" && /(_at|_since)$/.test(name))
      .map(([name, at]) => {
        const moved = Date.now() - ago * 60_000 - (last - Date.parse(String(at))) * STRETCH;
        return [name, new Date(Math.min(moved, Date.now())).toISOString()];
      }),
  );
}
