/** The part of the journey that takes a file among the contacts: mapped, checked, imported, and taken back. */
import type { Contact, Page as List } from "../src/lib/api/types";
import { NARROW, WIDE } from "./browser";
import type { Walk } from "./journey-assistant";

/** An unmapped column, a row without a number that works, and one number twice, written in two ways. */
const FILE = [
  "Mobile,First name,Surname,Shoe size,Opt in",
  "(312) 555-0191,Hugo,Berg,44,yes",
  "312-555-0192,Ines,Maddox,38,yes",
  "12,Short,Number,40,yes",
  "+1 312 555 0192,Ines,Again,39,yes",
].join("\r\n");
const AFTER_READING = { timeout: 30_000 };

export async function walkImport({ page, demo, problems, expected, shot }: Walk): Promise<void> {
  const button = (name: string | RegExp) => page.getByRole("button", { name, exact: true });
  const take = (name: string, text: string) =>
    page
      .getByLabel("File of contacts")
      .setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
  const known = async () => {
    const found = await page.request.get(`${demo.url}/api/v1/contacts?q=312555019`);
    return ((await found.json()) as List<Contact>).data;
  };

  // What is no table is refused, at the file, in words that help.
  await page.goto(`${demo.url}/contacts`);
  await button("Import").click();
  await page.getByText("Drop a file here").waitFor();
  await shot("47-import-new");
  expected.add("422 /contacts/imports");
  await take("empty.csv", "");
  await page.getByRole("alert").getByText("The file is empty.").waitFor();
  await take("names.csv", "phone,name\n");
  await page.getByRole("alert").getByText("no row under them").waitFor();
  await shot("47-import-refused");
  expected.clear();

  // Its columns are known but one, which becomes a field of its own.
  await take("customers.csv", FILE);
  await page.getByRole("heading", { name: "Say what is in it" }).waitFor();
  const address = page.url();
  if (
    !(await page
      .getByRole("heading", { name: "Say what is in it" })
      .evaluate((h) => h === document.activeElement))
  )
    problems.push("whoever comes to a step must be led to its heading");
  const means = (column: string) => page.getByLabel(column, { exact: true });
  for (const [column, meaning] of [
    ["Mobile", "phone"],
    ["First name", "first_name"],
    ["Surname", "last_name"],
    ["Shoe size", "ignore"],
    ["Opt in", "opted_in"],
  ] as const)
    if ((await means(column).inputValue()) !== meaning)
      problems.push(`${column} must be taken for ${meaning}`);
  await button("Keep “Shoe size” in a new field")
    .or(page.getByTitle("Keep “Shoe size” in a new field"))
    .first()
    .click();
  await page.getByLabel("Name of the field").fill("Shoe size, EU");
  await shot("47-import-columns");
  await button("Make the field").click();
  await page.getByText("5 of 5 columns are imported").waitFor();

  // Looked at again later, it is as it was left.
  await page.goto(`${demo.url}/contacts/imports`);
  await page.getByRole("link", { name: /customers\.csv/ }).click();
  await page.getByText("5 of 5 columns are imported").waitFor();
  if (page.url() !== address) problems.push("an import must have an address of its own");

  await button("Check the file").click();
  await page.getByRole("heading", { name: "What it would do" }).waitFor(AFTER_READING);
  const rows = page.getByRole("region", { name: "Rows of the file" });
  await rows.getByText("Not taken").waitFor();
  await rows.getByText("Same number as in row 2").waitFor();
  await page.getByText("1 row not taken").waitFor();
  await shot("47-import-checked");
  if ((await known()).length !== 0) problems.push("a check must change nothing");
  await button("Add 2 people").click();
  await page.getByRole("heading", { name: "2 people added" }).waitFor(AFTER_READING);
  await page.getByText("Line 4").waitFor();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download it as CSV" }).click(),
  ]);
  const stream = await download.createReadStream();
  let csv = "";
  for await (const piece of stream) csv += String(piece);
  if (!csv.includes(",12,Short,Number,40,yes")) problems.push(`the rejected row must come back: ${csv}`);
  const ines = (await known()).find((c) => c.name === "Ines Maddox");
  if (ines?.fields["shoe_size"] !== 38) problems.push(`a new field must be filled: ${JSON.stringify(ines)}`);
  await shot("47-import-done");
  await page.setViewportSize(NARROW);
  await shot("47-import-narrow");
  await page.setViewportSize(WIDE);

  // Taken back: they are gone again.
  await button("Take it back…").click();
  await page.getByRole("dialog").getByText("2 people").waitFor();
  await shot("47-import-undo");
  await button("Take it back").click();
  await page.getByRole("heading", { name: "It was taken back" }).waitFor(AFTER_READING);
  await page.getByText("Removed again").waitFor();
  if ((await known()).length !== 0) problems.push("whom an import added must be gone once it is taken back");
  await shot("47-import-undone");
}
