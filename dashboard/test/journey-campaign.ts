/** The part of the journey that texts many: written, launched, taken back, launched, paused, resumed and answered. */
import type { Page as List, SandboxText } from "../src/lib/api/types";
import { NARROW, WIDE } from "./browser";
import type { Walk } from "./journey-assistant";

const ORDERS = "+13125550100";
const CHLOE = "+13125550168";
/** So many that sending takes long enough to be stopped. */
const STRANGERS = Array.from({ length: 12 }, (_, n) => `(312) 555-01${n + 70}`);
/** A launch waits for a minute, and then its turn must come. */
const AFTER_THE_MINUTE = { timeout: 90_000 };
const AFTER_ALL = { timeout: 60_000 };

/** Where it is day at this hour and the law lets campaigns go: these walks run at night, too. */
function wakingZone(hour: number): string {
  if (hour < 1 || hour >= 12) return "America/Puerto_Rico";
  if (hour < 7) return "Pacific/Honolulu";
  return hour < 11 ? "Pacific/Guam" : "Europe/Oslo";
}

export async function walkCampaign({ page, demo, problems, expected, shot }: Walk): Promise<void> {
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const launch = async () => {
    await page.getByRole("button", { name: "Launch…" }).first().click();
    await page.getByRole("dialog").getByText("The first text goes out in 60 seconds").waitFor();
    await page.getByRole("button", { name: /^Launch to/ }).click();
    await page.getByText("Nothing has gone out yet").waitFor();
  };
  const api = `${demo.url}/api/v1`;
  const phone = `${api}/sandbox/phones/${encodeURIComponent(CHLOE)}/messages`;
  const gotByChloe = async () => {
    const texts = (await (
      await page.request.get(`${phone}?with=${encodeURIComponent(ORDERS)}`)
    ).json()) as SandboxText[];
    return texts.filter((text) => text.direction === "out" && text.body?.includes("Closed on Monday"));
  };

  const zone = wakingZone(new Date().getUTCHours());
  for (const number of STRANGERS)
    await page.request.post(`${api}/contacts`, { data: { phone: number, time_zone: zone } });
  const found = await page.request.get(`${api}/contacts?q=${encodeURIComponent("Chloe Nguyen")}`);
  const [chloe] = ((await found.json()) as List<{ id: string }>).data;
  await page.request.patch(`${api}/contacts/${chloe?.id}`, { data: { time_zone: zone } });

  // Written: a list is pasted, of which one line is no number; the text reads as Chloe will get it.
  await page.goto(`${demo.url}/campaigns`);
  await page.getByText("No campaigns yet").waitFor();
  await shot("40-no-campaigns");
  await button("Write the first").click();
  await page.getByLabel("Name").fill("Closed on Monday");
  await button("Write it").click();
  await page
    .getByLabel("Text", { exact: true })
    .fill("Hi {first_name|there}! Closed on Monday for a holiday. Crumb");
  await page.getByLabel("As it reads for").selectOption({ label: "Chloe Nguyen" });
  await page.getByText("Hi Chloe! Closed on Monday").waitFor();
  await page.getByText("1 segment").waitFor();
  expected.add("422 /phones/parse");
  await page
    .getByLabel("Numbers from a list")
    .fill(["Phone", "555-01", "312-555-0168", ...STRANGERS].join("\n"));
  await page.getByText("13 numbers understood").waitFor();
  await page.getByText("Lines 1–2 not understood").waitFor();
  await shot("41-pasted");
  await button("Put 13 numbers on the list").click();
  await page.getByText("13 numbers on the list").waitFor();
  // What was no number stayed, to be mended; here it is given up.
  await page.getByLabel("Numbers from a list").fill("");
  expected.clear();
  await page.getByRole("checkbox", { name: /0100/ }).check();
  await page.getByText("Saved", { exact: true }).waitFor();
  await shot("42-draft");

  // Launched, and taken back: it is a draft again. Launched once more.
  await launch();
  await page.getByText("To 13 people").waitFor();
  await shot("43-launched");
  await button("Undo").click();
  await page.getByText("Taken back: it is a draft again").waitFor();
  await page.getByText("Saved", { exact: true }).waitFor();
  await launch();

  // Sent, stopped in the middle, and sent to exactly those who are left.
  await page.getByText("Running", { exact: true }).first().waitFor(AFTER_THE_MINUTE);
  await page
    .getByRole("button", { name: /It arrived/ })
    .first()
    .waitFor(AFTER_ALL);
  await button("Pause").click();
  await page.getByText("Nothing more goes out until").first().waitFor();
  await shot("44-paused");
  await button("Resume").click();
  await page.getByText("Done", { exact: true }).first().waitFor(AFTER_ALL);
  await page.getByText("100% of 13").waitFor();
  const { data } = (await (await page.request.get(`${api}/campaigns`)).json()) as List<{
    counts: Record<string, number>;
    total: number;
  }>;
  const sum = Object.values(data[0]?.counts ?? {}).reduce((all, count) => all + count, 0);
  if (sum !== 13 || data[0]?.total !== 13)
    problems.push(`everybody must stand somewhere: ${JSON.stringify(data[0])}`);
  if ((await gotByChloe()).length !== 1) problems.push("nobody may get a campaign twice, or not at all");

  // She answers: it is counted at once, and leads to the conversation.
  await page.request.post(phone, { data: { to: ORDERS, body: "Thanks for telling me!" } });
  await page
    .getByLabel("Show only")
    .locator("option", { hasText: "Replied (1)" })
    .waitFor({ state: "attached" });
  await page.getByLabel("Show only").selectOption("replied");
  await page.getByRole("button", { name: /Chloe Nguyen/ }).click();
  await page.getByText("They answered.").last().waitFor();
  await shot("45-why");
  await page.setViewportSize(NARROW);
  await shot("46-narrow-why");
  await page.setViewportSize(WIDE);
  await page.getByRole("link", { name: "Open the conversation" }).click();
  await page.getByRole("log", { name: "Messages" }).getByText("Closed on Monday").first().waitFor();
}
