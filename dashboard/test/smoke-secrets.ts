/** Secrets of workflows: made, replaced and taken away in the settings, and chosen or made where a request carries one. */
import { NARROW, WIDE } from "./browser";
import { aWorkflowOf } from "./fake/workflows";
import type { Smoke } from "./smoke-assistant";

export async function keepSecrets({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const kept = () => fake.desk.workflowSecrets;
  const dialog = page.getByRole("dialog");
  await page.goto(`${fake.url}/settings/secrets`);
  await page.getByText("No secrets yet").waitFor();
  await shot("75-secrets-none");
  await page.getByRole("button", { name: "New secret" }).click();
  await dialog.getByLabel("Name").fill("Shop key");
  await dialog.getByText("Steps know it as shop_key.").waitFor();
  await dialog.getByLabel("Host").fill("the shop");
  await dialog.getByLabel("Value").fill("Bearer 123");
  await dialog.getByRole("button", { name: "Keep it" }).click();
  await dialog.getByText("Write the host alone").waitFor();
  await shot("75-secret");
  await axe(page, "a new secret");
  await dialog.getByLabel("Host").fill("https://shop.example/orders");
  await dialog.getByRole("button", { name: "Keep it" }).click();
  await page.getByText("to shop.example").waitFor();
  expect(kept()[0]?.host === "shop.example", "of a whole address its host must be kept");
  await page.getByRole("button", { name: "Replace shop_key" }).click();
  expect((await dialog.getByLabel("New value").inputValue()) === "", "a value must not be shown again");
  await dialog.getByLabel("New value").fill("Bearer 456");
  await dialog.getByRole("button", { name: "Replace it" }).click();
  await page.getByText("shop_key was replaced").waitFor();

  // Where a request carries one, it is chosen, or made for the host of the request.
  const { workflow } = aWorkflowOf(fake.desk, {
    name: "Orders",
    steps: [{ id: "ask_shop", http: { url: "https://pay.example/{phone}", method: "GET" } }],
  });
  const headers = () =>
    fake.desk.workflows.find((one) => one.workflow.id === workflow.id)?.workflow.document.steps[0]?.http
      ?.secrets;
  await page.goto(`${fake.url}/workflows/${workflow.id}`);
  await page.locator("#step-ask_shop").click();
  await page.getByText("What is sent with it").click();
  const rows = page.getByRole("group", { name: "Headers that are secrets" });
  await rows.getByRole("button", { name: "Add" }).click();
  expect(
    (await page.evaluate("document.activeElement?.getAttribute('aria-label')")) === "Header 1",
    "the keyboard must go to a row that is added",
  );
  await page.keyboard.type("authorization");
  await page.keyboard.press("Tab");
  await rows.getByLabel("Secret 1").selectOption("shop_key");
  await page.getByText("shop_key is for shop.example alone").waitFor();
  await shot("75-secret-elsewhere");
  await axe(page, "a secret for another host");
  await rows.getByLabel("Secret 1").selectOption({ label: "New secret…" });
  expect(
    (await dialog.getByLabel("Host").inputValue()) === "pay.example",
    "a new one is for the request’s host",
  );
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  expect(
    await page.locator("#step-panel").isVisible(),
    "Escape must close the dialog and not the form below it",
  );
  await rows.getByLabel("Secret 1").selectOption({ label: "New secret…" });
  await dialog.getByLabel("Name").fill("pay");
  await dialog.getByLabel("Value").fill("abc");
  await dialog.getByRole("button", { name: "Keep it" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByText("Saved", { exact: true }).waitFor();
  expect(headers()?.["authorization"] === "pay", "what is made there must be chosen there");

  await page.setViewportSize(NARROW);
  await page.goto(`${fake.url}/settings/secrets`);
  await page.getByRole("button", { name: "Delete pay" }).waitFor();
  await shot("75-secrets");
  await axe(page, "secrets on a phone");
  await page.getByRole("button", { name: "Delete pay" }).click();
  await dialog.getByRole("list", { name: "Workflows that use it" }).getByText("in its draft").waitFor();
  await shot("75-secret-used");
  await axe(page, "what uses a secret");
  await dialog.getByRole("button", { name: "Delete it" }).click();
  await page.getByRole("button", { name: "Delete pay" }).waitFor({ state: "detached" });
  expect(
    kept().every(({ name }) => name !== "pay"),
    "what is deleted must be gone",
  );
  await page.setViewportSize(WIDE);
}
