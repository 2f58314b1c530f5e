/** The part of the journey that goes on by itself: chosen, written, played, published, entered, answered and followed. */
import { WIDE } from "./browser";
import type { Walk } from "./journey-assistant";

const ORDERS = "+13125550100";
/** Demo customers’ phones are texted at any hour by what answers them. */
const AFTER_A_TURN = { timeout: 20_000 };

export async function walkWorkflow({ page, demo, problems, shot }: Walk): Promise<void> {
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const panel = page.locator("#step-panel");
  const api = `${demo.url}/api/v1`;
  await page.setViewportSize(WIDE);

  await page.goto(`${demo.url}/workflows`);
  await page.getByText("No workflows yet").waitFor();
  await shot("70-no-workflows");
  await button("See the gallery").click();
  await page.getByRole("button", { name: /Opt-in confirmation/ }).click();
  await shot("71-template");
  await button("Use this").click();
  await page.getByText("They text JOIN or OFFERS").waitFor();
  await page
    .getByText(/^Ready/)
    .first()
    .waitFor();

  // A keyword of our own, so that nothing else answers it.
  await page.locator('[id="step-/start"]').click();
  await panel.getByLabel("One of these words, and nothing else").fill("crumbs");
  await page.keyboard.press("Enter");
  await page
    .getByText(/or CRUMBS/)
    .first()
    .waitFor();

  const id = /workflows\/(wfl_[^/]+)/.exec(page.url())?.[1] ?? "";

  // What is still to be chosen and what makes no sense is kept, and said.
  await page.getByRole("button", { name: "Add a step after ask" }).click();
  await page.getByLabel("Search for a step").fill("enter workflow");
  await page.keyboard.press("Enter");
  await page.getByText(/to mend$/).waitFor();
  await page.getByText("Saved", { exact: true }).waitFor();
  await shot("72-not-chosen");
  await panel.getByRole("button", { name: "Delete this step" }).click();
  await page.getByText("Saved", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Add a step after ask" }).click();
  await page.getByLabel("Search for a step").fill("save");
  await page.keyboard.press("Enter");
  await page.getByText(/to mend$/).waitFor();
  await panel
    .getByText(/There is no variable and no field/)
    .first()
    .waitFor();
  await shot("73-fault");
  await page.keyboard.press("Control+z");
  await page
    .getByText(/^Ready/)
    .first()
    .waitFor();
  await page.getByText("Saved", { exact: true }).waitFor();

  // Played by the interpreter that runs it.
  await page.getByRole("button", { name: "Try it" }).click();
  const phone = page.getByRole("complementary", { name: "Try it" });
  await phone
    .getByRole("log")
    .getByText(/Reply YES to get our offers/)
    .waitFor();
  await phone.getByLabel("Text as the contact").fill("yes");
  await page.keyboard.press("Enter");
  await phone
    .getByRole("log")
    .getByText(/^Welcome!/)
    .waitFor();
  await phone.getByText("Over: joined").waitFor();
  await shot("74-played");
  await phone.getByRole("radio", { name: "Why" }).check({ force: true });
  await phone.getByText("takes yes").waitFor();
  await shot("75-why");
  await phone.getByRole("radio", { name: "Kept" }).check({ force: true });
  await phone.getByLabel("What it is called").fill("Says yes");
  await phone.getByRole("button", { name: "Keep this one" }).click();
  await page.getByText("Saved", { exact: true }).waitFor();
  await page
    .getByText(/^Ready/)
    .first()
    .waitFor();
  await phone.getByRole("button", { name: "Put the phone away" }).click();
  await page.getByRole("link", { name: "Forecast" }).click();
  await button("Send them through").click();
  await page.getByText(/^Half of them are out/).waitFor({ timeout: 60_000 });
  await shot("76-forecast");
  await page.getByRole("link", { name: "Document" }).click();
  await page.getByText(/It begins when/).waitFor();
  await shot("77-words");
  await page.getByRole("link", { name: "Build" }).click();

  await page.getByRole("button", { name: "Publish…" }).click();
  await page.getByRole("dialog").getByLabel("What is new in it").fill("The first one");
  await page.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
  await page.getByText("Version 1 is live.").waitFor();

  // Somebody texts the word, and answers; their way is seen without a reload.
  const sandbox = await (await page.request.get(`${api}/sandbox`)).json();
  const somebody = (sandbox as { phones: { e164: string; name: string }[] }).phones.at(-1);
  const texts = async (body: string) => {
    const to = `${api}/sandbox/phones/${encodeURIComponent(somebody?.e164 ?? "")}/messages`;
    await page.request.post(to, { data: { to: ORDERS, body } });
  };
  await page.getByRole("link", { name: "People" }).click();
  await page.getByText("Nobody has entered yet").waitFor();
  await texts("crumbs");
  const list = page.getByRole("list", { name: "Who is on their way" });
  await list.getByText("Waits for a reply").waitFor(AFTER_A_TURN);
  await shot("78-inside");
  await texts("Yes please");
  await list.getByText("joined").waitFor(AFTER_A_TURN);
  await list.getByRole("button").first().click();
  await page.getByRole("list", { name: "What happened" }).getByText("They answered").waitFor();
  await shot("79-path");
  await page.getByRole("link", { name: "Versions" }).click();
  await button("What changed").click();
  await page.getByRole("list", { name: "What is different" }).waitFor();

  // The same bytes in, the same bytes out.
  const yaml = await (await page.request.get(`${api}/workflows/${id}/export?format=yaml`)).text();
  const made = await page.request.post(`${api}/workflows/import`, {
    headers: { "content-type": "application/yaml" },
    data: yaml,
  });
  const copy = (await made.json()) as { id: string };
  const again = await (await page.request.get(`${api}/workflows/${copy.id}/export?format=yaml`)).text();
  if (again !== yaml) problems.push("workflow: what is exported and taken in again must be the same");
}
