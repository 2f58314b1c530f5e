/** The smoke of search: a text far back is found by its words, opened in its place, and left for the end. */
import { NARROW, WIDE } from "./browser";
import type { Smoke } from "./smoke-assistant";

const HOSTILE = '<img src=x onerror="alert(1)"> the crown fits 🎂';

export async function search({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const sofa = [...fake.desk.conversations.values()].find((c) => c.contact.name === "Jonas Weber");
  const id = sofa?.id ?? "";
  const first = fake.desk.messages.find((m) => m.conversation_id === id);
  if (!first) throw new Error("Jonas has said nothing");
  // A long thread, with what is looked for near its beginning.
  const long = Array.from({ length: 180 }, (_, n) => ({
    ...first,
    id: `msg_${String(n).padStart(31, "0")}x`,
    body: n === 20 ? HOSTILE : `Older text number ${n + 1}`,
    created_at: new Date(Date.parse("2026-01-05T09:00:00Z") + n * 3_600_000).toISOString(),
  }));
  fake.desk.messages.unshift(...long);

  await page.goto(`${fake.url}/inbox`);
  await page.getByLabel("Search conversations").fill("crown fits");
  await page.getByRole("link", { name: "Search all messages for “crown fits”" }).click();
  await page.getByRole("heading", { name: "Search", exact: true }).waitFor();
  const messages = page.getByRole("region", { name: "Messages" });
  await messages.locator("mark", { hasText: "crown" }).waitFor();
  expect((await messages.locator("img").count()) === 0, "what is found must be shown as text");
  await shot("130-search");
  await axe(page, "search everything");

  // By the keyboard alone.
  const box = page.getByLabel("Search everything");
  await box.fill("older text");
  await page.getByText("Older text").first().waitFor();
  await box.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  expect(await box.evaluate((it) => it === document.activeElement), "the arrows lead back into the box");
  await page.getByRole("link", { name: /All that is found of the messages/ }).click();
  await page.getByRole("button", { name: "Show more messages" }).click();
  await page.getByText("Older text number 150").waitFor();
  await page.getByRole("link", { name: /Messages/ }).waitFor();
  await shot("131-search-messages");
  await axe(page, "messages that are found");
  await box.fill("nothing has these words");
  await page.getByText("Nothing found").waitFor();
  await shot("132-search-nothing");
  await axe(page, "nothing found");

  // The conversation opens around it, and goes on both ways.
  await page.goto(`${fake.url}/search?q=crown`);
  await page.getByText("crown").first().waitFor();
  await box.press("Enter");
  const found = page.locator(".sought", { hasText: "the crown fits" });
  await found.waitFor();
  await page.waitForTimeout(300);
  const isSeen = await found.evaluate((it) => {
    const { top, bottom } = it.getBoundingClientRect();
    return top > 0 && bottom < innerHeight;
  });
  expect(isSeen, "what was found is in sight");
  expect(await found.evaluate((it) => it === document.activeElement), "and has the focus");
  await shot("133-found-in-its-place");
  await axe(page, "a message that was found");
  await page.getByRole("log", { name: "Messages" }).evaluate((it) => it.scrollTo(0, it.scrollHeight));
  await page.getByText("Older text number 60", { exact: true }).waitFor();
  await page.getByRole("button", { name: "To the end" }).click();
  await page.getByText("bank details").last().waitFor();
  expect(
    (await page.getByText("Older text number 22", { exact: true }).count()) === 0,
    "the end is fetched anew",
  );

  await page.setViewportSize(NARROW);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto(`${fake.url}/search?q=text`);
  await page.locator("mark").first().waitFor();
  await shot("134-search-phone-dark");
  await axe(page, "search on a phone");
  const isWide = await page.evaluate(
    "[...document.querySelectorAll('html, main')].some((e) => e.scrollWidth > e.clientWidth + 1)",
  );
  expect(!isWide, "search must fit on a phone");
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(WIDE);
  fake.desk.messages = fake.desk.messages.filter((m) => !long.some((one) => one.id === m.id));
}
