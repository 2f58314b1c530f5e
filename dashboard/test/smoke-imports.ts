/** The smoke of imports: files are refused, one is mapped, checked, imported and taken back, and another looks made up. */
import { NARROW, WIDE } from "./browser";
import type { Smoke } from "./smoke-assistant";

const SIDEWAYS =
  "[...document.querySelectorAll('html, main, dialog')].some((e) => e.scrollWidth > e.clientWidth + 1)";
/** Whom the desk knows, who is new, who has no number that works, and who is there twice. */
const PEOPLE = [
  "Mobile,First name,Last name,Shoe size,Loyalty points,Remarks",
  "(212) 555-0101,Ann,Bell,38,120,Comes with her dog",
  ...Array.from(
    { length: 30 },
    (_, n) => `(646) 555-0${200 + 3 * n},Guest,No ${n},${36 + (n % 9)},${n * 10},`,
  ),
  "12,Short,Number,40,,",
  "646-555-0200,Guest,Again,41,,",
].join("\n");
const MADE_UP = ["phone,opt in", ...Array.from({ length: 120 }, (_, n) => `+1415555${1000 + n},yes`)].join(
  "\n",
);

export async function imports(smoke: Smoke): Promise<void> {
  await refusals(smoke);
  const id = await customers(smoke);
  await madeUp(smoke);
  await narrow(smoke, id);
}

const file = (name: string, text: string) => ({ name, mimeType: "text/csv", buffer: Buffer.from(text) });

async function refusals({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  await page.goto(`${fake.url}/contacts/imports`);
  await page.getByText("No file was imported yet").waitFor();
  await shot("111-no-imports");
  await axe(page, "no imports");
  await page.goto(`${fake.url}/contacts`);
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await page.getByText("Drop a file here").waitFor();
  await shot("112-new-import");
  await axe(page, "a new import");
  const picker = page.getByLabel("File of contacts");
  await picker.setInputFiles(file("empty.csv", ""));
  await page.getByRole("alert").getByText("The file is empty.").waitFor();
  await picker.setInputFiles(file("prices.csv", "%PDF-1.7"));
  await page.getByRole("alert").getByText("The file is a PDF").waitFor();
  await shot("113-refused-file");
  await axe(page, "a refused file");
  // Dropped as from a folder.
  const data = await page.evaluateHandle(
    "(() => { const data = new DataTransfer(); for (const name of ['a.csv', 'b.csv']) data.items.add(new File(['x'], name)); return data; })()",
  );
  await page.locator(".drop").dispatchEvent("drop", { dataTransfer: data });
  await page.getByText("Several files were dropped").waitFor();
  expect(fake.desk.imports.length === 0, "what is refused must not be kept");
}

async function customers({ page, fake, shot, axe, expect }: Smoke): Promise<string> {
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const means = (column: string) => page.getByLabel(column, { exact: true });
  const job = () => fake.desk.imports[0]?.job;
  await page.getByLabel("File of contacts").setInputFiles(file("customers.csv", PEOPLE));
  const heading = page.getByRole("heading", { name: "Say what is in it" });
  await heading.waitFor();
  expect(
    await heading.evaluate((found) => found === document.activeElement),
    "whoever comes to a step must be led to its heading",
  );
  await page.getByText("Nothing says that these people agreed").waitFor();
  expect(await button("Check the file").isDisabled(), "nobody may be imported without consent");
  await shot("114-columns");
  await axe(page, "columns of an import");

  // One meaning is of one column: chosen for another, it leaves the first.
  await means("Remarks").selectOption("last_name");
  await page.getByText("“Last name” is not imported any more.").waitFor();
  await means("Last name").selectOption("last_name");
  await means("Remarks").selectOption("note");
  await page.getByTitle("Keep “Shoe size” in a new field").click();
  await page.getByLabel("Name of the field").fill("Shoe size, EU");
  await shot("115-new-field");
  await axe(page, "a new field");
  await button("Make the field").click();
  await page.getByLabel("1,500 is").waitFor();
  await page.getByLabel("Add a tag for everybody in it").fill("shop");
  await page.getByLabel("Add a tag for everybody in it").press("Enter");
  await page.getByLabel("Put everybody on a list").selectOption({ label: "Guests of the open day" });
  await page.getByText("Take what the file says").click();
  await page.getByLabel("Where and how did they agree?").fill("Sign-up form at the till");
  await page.getByRole("checkbox", { name: /Everybody in this file agreed/ }).check();
  await page.getByText("Nothing says that these people agreed").waitFor({ state: "detached" });

  // Left and come back to, all of it is there.
  await page.reload();
  await page.getByText("5 of 6 columns are imported").waitFor();
  const { mapping, tags, mode, list_id, attestation } = job() ?? {};
  expect(
    JSON.stringify([mapping, tags, mode, attestation]) ===
      JSON.stringify([
        ["phone", "first_name", "last_name", "field:shoe_size", "ignore", "note"],
        ["shop"],
        "overwrite",
        "Sign-up form at the till",
      ]) && list_id === fake.desk.lists[0]?.id,
    `what is said of an import must be kept: ${JSON.stringify(job())}`,
  );
  expect(
    await page.getByRole("checkbox", { name: /Everybody in this/ }).isChecked(),
    "who vouched has vouched",
  );

  await button("Check the file").click();
  await page.getByRole("progressbar").waitFor();
  await shot("116-checking");
  await axe(page, "an import that is checked");
  await page.getByRole("heading", { name: "What it would do" }).waitFor();
  const rows = page.getByRole("region", { name: "Rows of the file" });
  await rows.getByText("Not taken").waitFor();
  await rows.getByText("Same number as in row 2").waitFor();
  await shot("117-checked");
  await axe(page, "a checked import");
  await rows.scrollIntoViewIfNeeded();
  await shot("117-checked-rows");
  await button("Back to the columns").click();
  await heading.waitFor();
  await page.getByRole("navigation", { name: "Steps" }).getByRole("button", { name: "Check" }).click();
  expect(job()?.state === "checked", "to look at the columns changes nothing");

  await button("Add 30 people and change 1").click();
  await page.getByText("It goes on by itself").waitFor();
  await shot("118-running");
  await axe(page, "a running import");
  await page.getByRole("heading", { name: "30 people added, 1 changed" }).waitFor();
  await page.getByRole("link", { name: "Download it as CSV" }).waitFor();
  await shot("119-imported");
  await axe(page, "an import that is done");
  await page.emulateMedia({ colorScheme: "dark" });
  await shot("119-dark-imported");
  await axe(page, "an import in the dark");
  await page.emulateMedia({ colorScheme: "light" });
  await button("Take it back…").click();
  await page.getByRole("dialog").getByText("30 people").waitFor();
  await shot("120-undo");
  await axe(page, "an import to be taken back");
  await button("Take it back").click();
  await page.getByRole("heading", { name: "It was taken back" }).waitFor();
  await shot("121-undone");
  await axe(page, "an import that was taken back");
  expect(job()?.undone.removed === 30, "whom it added must be gone");
  return job()?.id ?? "";
}

async function madeUp({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  await page.getByRole("link", { name: "Import another file" }).click();
  await page.getByLabel("File of contacts").setInputFiles(file("leads.csv", MADE_UP));
  await button("Check the file").click();
  await page.getByText("These numbers look made up.").waitFor();
  await shot("122-made-up");
  await axe(page, "numbers that look made up");
  expect(await button("Add 120 people").isDisabled(), "made up numbers must be thought over");
  await page.getByLabel("They are my own people").check();
  fake.desk.importMs = 600;
  await button("Add 120 people").click();
  await button("End it").click();
  await button("Really end it here?").click();
  await page.getByRole("heading", { name: "It was ended" }).waitFor();
  fake.desk.importMs = 150;
  await page.goto(`${fake.url}/contacts/imports`);
  await page.getByRole("list", { name: "Imports" }).getByText("Ended").waitFor();
  await shot("123-imports");
  await axe(page, "imports");
}

/** The same on a phone. */
async function narrow({ page, fake, shot, axe, expect }: Smoke, undone: string): Promise<void> {
  await page.setViewportSize(NARROW);
  await page.goto(`${fake.url}/contacts/imports/new`);
  await page.getByLabel("File of contacts").setInputFiles(file("customers.csv", PEOPLE));
  await page.getByRole("heading", { name: "Say what is in it" }).waitFor();
  const address = page.url();
  const look = async (name: string) => {
    await page.waitForTimeout(300);
    await shot(name);
    await axe(page, name);
    expect(!(await page.evaluate(SIDEWAYS)), `nothing may stick out of ${name}`);
  };
  await look("124-narrow-columns");
  await page.getByLabel("Where and how did they agree?").fill("At the till");
  await page.getByRole("checkbox", { name: /Everybody in this file agreed/ }).check();
  await page.getByRole("button", { name: "Check the file" }).click();
  await page.getByRole("heading", { name: "What it would do" }).waitFor();
  await look("124-narrow-checked");
  for (const [path, words, name] of [
    ["", "taken back", "124-narrow-imports"],
    ["/new", "Drop a file here", "124-narrow-new-import"],
    [`/${undone}`, "It was taken back", "124-narrow-undone"],
  ] as const) {
    await page.goto(`${fake.url}/contacts/imports${path}`);
    await page.getByText(words).first().waitFor();
    await look(name);
  }
  await page.goto(address);
  await page.setViewportSize(WIDE);
}
