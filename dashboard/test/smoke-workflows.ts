/** Workflows: chosen from the gallery, written by pointer and by keys, tried on the phone, published; and on a phone. */
import { NARROW, WIDE } from "./browser";
import { aWorkflowOf, publish as publishFake } from "./fake/workflows";
import { idsOf } from "../src/lib/workflow/tree";
import type { Smoke } from "./smoke-assistant";
import { keepSecrets } from "./smoke-secrets";

/** A row of tabs may be longer than the page, and is moved by itself. */
const SIDEWAYS =
  "[...document.querySelectorAll('html, main')].some((e) => e.scrollWidth > e.clientWidth + 1)";

export async function workflow(smoke: Smoke): Promise<void> {
  const { page, fake, shot, axe } = smoke;
  await page.goto(`${fake.url}/workflows`);
  await page.getByRole("link", { name: /Appointment reminder/ }).waitFor();
  await page.getByText("Draft has changes").waitFor();
  await shot("a0-workflows");
  await axe(page, "workflows");
  await page.getByLabel("Search workflows").fill("miss");
  await page.getByRole("link", { name: /Appointment reminder/ }).waitFor({ state: "detached" });
  await page.getByRole("link", { name: /We miss you/ }).waitFor();

  await page.getByRole("link", { name: "Gallery" }).click();
  await page.getByRole("button", { name: /Support triage/ }).waitFor();
  await shot("a1-gallery");
  await axe(page, "the gallery");
  await page.getByRole("button", { name: /Review request/ }).click();
  await page.getByRole("dialog").getByText("A number, 1 to 5").waitFor();
  await shot("a2-template");
  await axe(page, "a workflow of the gallery");
  await page.getByRole("button", { name: "Use this" }).click();
  await build(smoke);
  await keys(smoke);
  await play(smoke);
  await publish(smoke);
  await collide(smoke);
  await answer(smoke);
  await keepSecrets(smoke);
  await people(smoke);
  await narrow(smoke);
}

/** By pointer: a step is added, written, and what is wrong with it said where it stands. */
async function build({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const made = () => fake.desk.workflows[0]?.workflow;
  const panel = page.locator("#step-panel");
  await page.getByText("Ready to publish").waitFor();
  await shot("a3-builder");
  await axe(page, "a builder");

  await page.getByRole("button", { name: "Add a step after ask" }).click();
  await page.getByLabel("Search for a step").fill("text");
  await shot("a4-add");
  await axe(page, "the menu of steps");
  await page.getByRole("option", { name: /^Send message/ }).click();
  await panel.getByText("The text says nothing.").waitFor();
  await page.getByRole("button", { name: "1 thing to mend" }).click();
  await page
    .getByRole("dialog", { name: "What is to be mended" })
    .getByText("The text says nothing.")
    .waitFor();
  await shot("a5-fault");
  await axe(page, "what is to be mended");
  await page.keyboard.press("Escape");
  const text = panel.getByLabel("Text", { exact: true });
  await text.fill("Thank you, ");
  await panel.getByLabel("Put in what is known: Text").selectOption({ label: "First name" });
  await panel.getByText(/^Thank you, Omar/).waitFor();
  await panel.getByText(/1 segment ·/).waitFor();
  await page.getByText("Ready to publish").waitFor();
  await axe(page, "a text of a workflow");

  // A condition is chosen, not written.
  await page.locator("#step-happy").click();
  await page.locator("#step-thank").waitFor();
  await page.getByText("Saved", { exact: true }).waitFor();
  expect(
    idsOf(made()?.document.steps ?? []).includes("thank"),
    "a step gets its name from its words when it is left",
  );
  await panel.getByRole("button", { name: "Add a case" }).click();
  const second = panel.getByRole("group", { name: "Case 2" });
  await second.getByLabel("What is asked 1").selectOption({ label: "Tag" });
  await second.getByLabel("What it is compared with 1").fill("vip");
  await page.getByRole("button", { name: "Tag is vip" }).waitFor();
  await page.getByText("Saved", { exact: true }).waitFor();
  expect(
    made()?.document.steps.find(({ id }) => id === "happy")?.branch?.cases[1]?.when === 'tag = "vip"',
    "a condition that is chosen must be kept as its text",
  );
  await shot("a6-condition");
  await axe(page, "a condition");
  await page.getByRole("button", { name: "Undo: Edit" }).click();
  await page.getByRole("button", { name: "Redo: Edit" }).click();
  await page.getByRole("button", { name: "Tag is vip" }).waitFor();

  for (const [step, name] of [
    ["stars", "a7-reply"],
    ["a_while", "a7-delay"],
    ["keep", "a7-save"],
    ["mend", "a7-notify"],
  ] as const) {
    await page.locator(`#step-${step}`).click();
    await panel.locator("#step-form :is(input, textarea, select)").first().waitFor();
    await shot(name);
    await axe(page, `the form of ${step}`);
  }
  await page.locator('[id="step-/start"]').click();
  for (const part of ["Triggers", "Entry", "Variables", "About"]) {
    await panel.getByRole("radio", { name: part }).check({ force: true });
    await shot(`a8-${part.toLowerCase()}`);
    await axe(page, `${part} of a workflow`);
  }
  await panel.getByRole("radio", { name: "Triggers" }).check({ force: true });
  await panel.getByRole("button", { name: "Add a trigger" }).click();
  await panel.getByText("There must be 1 to 50 words here.").waitFor();
  await panel.getByLabel("One of these words, and nothing else").fill("review");
  await page.keyboard.press("Enter");
  await page.getByText("They text REVIEW").first().waitFor();

  // What is dragged is dropped between others, and never into itself.
  await page
    .locator("#step-ask")
    .dragTo(page.locator('[data-slot=" #0"]').or(page.locator('[data-slot="#0"]')));
  await page.getByText("Saved", { exact: true }).waitFor();
  expect(made()?.document.steps[0]?.id === "ask", "a dragged step must stand where it was dropped");
}

/** By keys alone: added, moved, copied, taken out, and back. */
async function keys({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const ids = () => (fake.desk.workflows[0]?.workflow.document.steps ?? []).map(({ id }) => id);
  const held = () => page.evaluate("document.activeElement?.id");
  await page.locator("#step-ask").focus();
  await page.keyboard.press("Alt+ArrowDown");
  await page.keyboard.press("ArrowDown");
  expect((await held()) === "step-thank", "arrows must walk from step to step");
  await page.keyboard.press("ArrowUp");
  expect((await held()) === "step-ask", "the keyboard must stay with a step that is moved");
  await page.keyboard.press("Control+d");
  expect((await held()) === "step-ask_2", "the keyboard must go to the twin");
  await page.keyboard.press("Control+c");
  await page.keyboard.press("Delete");
  expect((await held()) === "step-thank", "after deleting the keyboard must go to the next step");
  await page.keyboard.press("Control+v");
  await page.getByText("One step was pasted.").waitFor();
  await page.getByText("Saved", { exact: true }).waitFor();
  expect(
    ids().slice(0, 4).join() === "a_while,ask,thank,ask_2",
    "copied steps must be pasted behind the one at hand",
  );
  await page.keyboard.press("a");
  await page.getByLabel("Search for a step").fill("note");
  await page.keyboard.press("Enter");
  expect(
    ((await page.evaluate("document.activeElement?.tagName")) as string) === "TEXTAREA",
    "whoever adds a step by keys must be able to write it",
  );
  await page.keyboard.type("Called twice");
  await page.keyboard.press("Escape");
  expect((await held()) === "step-note_called_twice", "Escape must lead back to the drawing");
  for (let n = 0; n < 3; n++) await page.keyboard.press("Control+z");
  await page.getByText("Saved", { exact: true }).waitFor();
  expect(!ids().includes("ask_2"), "what was done must be undone by keys");
  // A place is chosen for a step without a pointer; Escape leaves it where it was.
  const before = ids().join();
  await page.locator("#step-thank").focus();
  await page.keyboard.press("m");
  await page.getByText("Choose where thank goes.").waitFor();
  await page.keyboard.press("ArrowDown");
  await shot("a9-carried");
  await axe(page, "a step that is moved by keys");
  await page.keyboard.press("Escape");
  await page.getByText("Choose where thank goes.").waitFor({ state: "detached" });
  expect((await held()) === "step-thank", "Escape must leave a step, and the keyboard, where it was");
  await page.keyboard.press("m");
  await page.keyboard.press("Enter");
  expect((await held()) === "step-thank", "the keyboard must go with a step that is moved elsewhere");
  await page.getByText("Saved", { exact: true }).waitFor();
  expect(ids().join() !== before, "a step must go where it is put by keys");
  await page.keyboard.press("Control+z");
  await page.getByText("Saved", { exact: true }).waitFor();
  expect(ids().join() === before, "a step that was moved must be taken back");
  await page.getByRole("button", { name: "Keys" }).click();
  await shot("a9-keys");
  await axe(page, "the keys of a builder");
  await page.keyboard.press("Escape");
}

/** The contact is played by hand. */
async function play({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  await page.getByRole("button", { name: "Try it" }).click();
  const phone = page.getByRole("complementary", { name: "Try it" });
  await phone.getByRole("button", { name: "Skip to the next timer" }).click();
  await phone
    .getByRole("log")
    .getByText(/how was your visit/)
    .waitFor();
  await phone.getByLabel("Text as the contact").fill("great!");
  await page.keyboard.press("Enter");
  await phone.getByText("A number from 1 to 5 is enough.").waitFor();
  await phone.getByLabel("Text as the contact").fill("5");
  await page.keyboard.press("Enter");
  await phone.getByText("We are sorry to hear that.").waitFor();
  await shot("b0-phone");
  await axe(page, "the phone of a workflow");
  await phone.getByRole("radio", { name: "Why" }).check({ force: true });
  await phone.getByText("takes otherwise").waitFor();
  await shot("b1-trace");
  await axe(page, "why a workflow did what it did");
  await phone.getByRole("button", { name: "happy" }).first().click();
  expect(
    (await page.locator("#step-happy").getAttribute("aria-pressed")) === "true",
    "a line of the trace must lead to its step",
  );
  await phone.getByRole("radio", { name: "Known" }).check({ force: true });
  await phone.getByLabel("Who").selectOption({ label: "Omar Haddad" });
  await shot("b2-known");
  await axe(page, "what a workflow knows");
  await phone.getByRole("button", { name: "Begin again" }).click();
  await phone.getByRole("radio", { name: "Phone" }).check({ force: true });
  await phone.getByRole("button", { name: "Skip to the next timer" }).click();
  await phone
    .getByRole("log")
    .getByText(/^Hi Omar/)
    .waitFor();
  await page.emulateMedia({ colorScheme: "dark" });
  await page.waitForTimeout(300);
  await shot("b3-dark");
  await axe(page, "a builder in the dark");
  await page.emulateMedia({ colorScheme: "light" });
  // What was played is kept, and must go so from now on.
  await phone.getByRole("radio", { name: "Kept" }).check({ force: true });
  await phone.getByLabel("What it is called").fill("Two hours later");
  await phone.getByRole("button", { name: "Keep this one" }).click();
  await phone.getByText("2 texts, stands at stars").waitFor();
  await page.getByText("Saved", { exact: true }).waitFor();
  expect(
    fake.desk.workflows[0]?.workflow.document.goldens?.length === 1,
    "a conversation that is kept must be in the document",
  );
  await shot("b3-kept");
  await axe(page, "conversations that are kept");
  await phone.getByRole("button", { name: "Play Two hours later" }).click();
  await phone
    .getByRole("log")
    .getByText(/^Hi Omar/)
    .waitFor();
  await phone.getByRole("button", { name: "Put the phone away" }).click();
  await page.getByRole("link", { name: "Forecast" }).click();
  await page.getByLabel("People", { exact: true }).fill("500");
  await page.getByRole("button", { name: "Send them through" }).click();
  await page.getByText("Half of them are out after").waitFor();
  await shot("b4-forecast");
  await axe(page, "a forecast");
  await page.getByRole("link", { name: "Build" }).click();
}

/** It becomes a version, and another; what differs is told. */
async function publish({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const made = () => fake.desk.workflows[0];
  await page.getByRole("button", { name: "Publish…" }).click();
  await page.getByRole("dialog").getByLabel("What is new in it").fill("The first one");
  await page.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
  await page.getByText("Version 1 is live.").waitFor();
  await page.locator("#step-sorry").click();
  await page
    .locator("#step-panel")
    .getByLabel("Text", { exact: true })
    .fill("We are sorry. What went wrong?");
  await page.getByText("Saved", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Publish…" }).click();
  await page.getByRole("dialog").getByText("We are sorry to hear that. What went wrong?").waitFor();
  await shot("b4-publish");
  await axe(page, "what is published");
  await page.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
  await page.getByText("Version 2 is live.").waitFor();
  expect(
    made()?.versions.length === 2 && made()?.workflow.state === "active",
    "what is published must be live",
  );
  await page.getByRole("link", { name: "Versions" }).click();
  await page.getByRole("button", { name: "What changed" }).first().click();
  await page.getByRole("list", { name: "What is different" }).getByText("Changed").waitFor();
  await shot("b5-versions");
  await axe(page, "versions of a workflow");
  await page.getByRole("button", { name: "Use as draft" }).last().click();
  await page.getByText("Nothing is published.").waitFor();
  await page.getByRole("link", { name: "Document" }).click();
  await page.getByText("Their reply into Rating").waitFor();
  await shot("b6-words");
  await axe(page, "a workflow in words");
  await page.getByRole("radio", { name: "As JSON" }).check({ force: true });
  const json = page.getByLabel("The document as JSON");
  expect((await json.inputValue()).includes("to hear that"), "an older version must be the draft");
  await json.fill("{");
  await page.getByText("This is no JSON").waitFor();
  await page.getByRole("button", { name: "Discard" }).click();
  await shot("b6-document");
  await axe(page, "the document of a workflow");
  await page.getByRole("link", { name: "Build" }).click();
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: /^Pause/ }).click();
  await page.getByText("It is paused").waitFor();
  expect(made()?.workflow.state === "paused", "a workflow must be paused");
}

/** Two write at the same time: a person says which one counts. */
async function collide({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const made = () => fake.desk.workflows[0]?.workflow;
  await page.getByText("Saved", { exact: true }).waitFor();
  const kept = made();
  if (kept) kept.revision += 1;
  await page.locator("#step-sorry").click();
  await page.locator("#step-panel").getByLabel("Text", { exact: true }).fill("Mine.");
  await page.getByText("Somebody else has changed this draft meanwhile.").waitFor();
  await shot("b7-collision");
  await axe(page, "two who write at the same time");
  await page.getByRole("button", { name: "Keep mine" }).click();
  await page.getByText("Saved", { exact: true }).waitFor();
  expect(JSON.stringify(made()?.document).includes("Mine."), "what somebody keeps must be kept");
}

/** What systems and models answer is said when the play comes to them, and kept with the conversation. */
async function answer({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const { workflow } = aWorkflowOf(fake.desk, {
    name: "Order status",
    variables: [
      { key: "topic", label: "Topic", type: "choice", choices: ["Order", "Refund"] },
      { key: "paid", label: "Paid", type: "yes_no" },
    ],
    steps: [
      { id: "sort", assistant: { task: { classify: { question: "What is this about?", into: "topic" } } } },
      {
        id: "ask_shop",
        http: { url: "https://shop.example/{phone}", method: "GET", save: { paid: "/paid" } },
      },
      {
        id: "tell",
        send: { text: "It is about {topic|nothing}. Paid: {paid|nobody knows}.", purpose: "reply" },
      },
    ],
  });
  await page.goto(`${fake.url}/workflows/${workflow.id}`);
  await page.getByRole("button", { name: "Try it" }).click();
  const phone = page.getByRole("complementary", { name: "Try it" });
  await phone.getByRole("region", { name: "A model is asked" }).waitFor();
  await shot("b3-model-asked");
  await axe(page, "a model that is asked in a play");
  await phone.getByRole("button", { name: "Refund" }).press("Enter");
  const shop = phone.getByRole("region", { name: "Your system is asked" });
  await shop.getByLabel("Paid").selectOption("no");
  await shot("b3-system-asked");
  await axe(page, "a system that is asked in a play");
  expect(
    ((await page.evaluate("document.activeElement?.closest('.question') !== null")) as boolean) === true,
    "after an answer the keyboard must be at the next question",
  );
  await phone.getByRole("button", { name: "It answers this" }).click();
  await phone.getByRole("log").getByText("It is about Refund. Paid: no.").waitFor();
  await phone.getByRole("button", { name: "Take the last one back" }).click();
  await shop.waitFor();
  await shop.getByRole("button", { name: "Does not answer" }).click();
  await phone.getByRole("log").getByText("Paid: nobody knows.").waitFor();
  await phone.getByRole("radio", { name: "Kept" }).check({ force: true });
  await phone.getByLabel("What it is called").fill("The shop is down");
  await phone.getByRole("button", { name: "Keep this one" }).click();
  await page.getByText("Saved", { exact: true }).waitFor();
  const kept = fake.desk.workflows.find((one) => one.workflow.id === workflow.id);
  const golden = kept?.workflow.document.goldens?.[0] as { answers?: { models: unknown[]; http: unknown[] } };
  expect(
    golden.answers?.models.length === 1 && golden.answers.http.length === 1,
    "what was answered must be kept with the conversation",
  );
  await phone.getByRole("button", { name: "Play The shop is down" }).click();
  await phone.getByRole("log").getByText("Paid: nobody knows.").waitFor();
  await page.setViewportSize(NARROW);
  await phone.getByRole("button", { name: "From the beginning" }).click();
  await phone.getByRole("button", { name: "Refund" }).waitFor();
  await shot("b3-narrow-asked");
  await axe(page, "a question of a play on a phone");
  expect(!(await page.evaluate(SIDEWAYS)), "nothing may stick out of a question on a phone");
  await page.setViewportSize(WIDE);
}

/** Who is where: counted on the drawing, listed, let in, looked at one by one. */
async function people({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const kept = fake.desk.workflows.find(({ workflow }) => workflow.name === "Appointment reminder");
  await page.goto(`${fake.url}/workflows/${kept?.workflow.id}`);
  await page.getByRole("link", { name: "People" }).click();
  const list = page.getByRole("list", { name: "Who is on their way" });
  await list.getByRole("button").first().waitFor();
  await page.getByText("1,170 came").or(page.getByText("1,170")).first().waitFor();
  await shot("b8-people");
  await axe(page, "who is in a workflow");
  await page.getByLabel("How they stand").selectOption({ label: "Stands still" });
  await list.getByText("the carrier is not reached").waitFor();
  // The others go a moment later.
  await list.getByRole("button").nth(1).waitFor({ state: "detached" });
  expect((await list.getByRole("button").count()) === 1, "those who stand so must be found");
  await list.getByRole("button").click();
  await page.getByRole("list", { name: "What happened" }).waitFor();
  const contact = page.getByRole("heading", { name: "Priya Raman" }).getByRole("link");
  const theirs = await contact.getAttribute("href");
  await shot("b9-path");
  await axe(page, "the path of one person");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("On the way").waitFor();
  expect(
    fake.desk.enrolments.every(({ status }) => status !== "failed"),
    "a step that could not be done must be tried again",
  );
  await page.getByRole("button", { name: "End it" }).click();
  await page.getByRole("button", { name: "Really end it?" }).click();
  await page.getByText("Ended by somebody").waitFor();
  await page.getByRole("button", { name: "Everybody" }).click();
  await page.getByLabel("How they stand").selectOption({ label: "All" });
  // A step of the drawing says who stands there.
  await page.locator('[data-step="answer"]').or(page.locator("[data-step]").nth(3)).first().click();
  await page.getByRole("button", { name: "Everywhere" }).click();
  await page.getByRole("button", { name: "Add people" }).click();
  await page.getByRole("dialog").getByLabel("Search for somebody").pressSequentially("Ruth");
  await page.getByRole("dialog").getByTitle("Let Ruth Adler in").click();
  await page
    .getByRole("dialog")
    .getByText("In", { exact: true })
    .or(page.getByText("They are in it already"))
    .first()
    .waitFor();
  await shot("b9-enter");
  await axe(page, "letting somebody in");
  await letIn({ page, fake, shot, axe, expect });

  // Who is in an older version is moved, after it was told what would become of whom.
  if (kept) publishFake(fake.desk, kept, "The second one");
  await page.getByLabel("Version").selectOption({ label: "1" });
  await page.getByRole("button", { name: "Move them to version 2…" }).click();
  await page.getByText("Stay: something of theirs is just being done").waitFor();
  await shot("b9-move");
  await axe(page, "moving people to another version");
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /^Move \d/ })
    .click();
  await page.getByText(/people go on in version 2/).waitFor();
  expect(
    fake.desk.enrolments.some(({ version }) => version === 2),
    "who is moved must be in the other version",
  );

  // Of a contact one sees which workflows they are in.
  await page.goto(`${fake.url}${theirs}`);
  const ways = page.getByRole("list", { name: "Workflows that they are in" });
  await ways.getByRole("link", { name: "Appointment reminder" }).waitFor();
  await axe(page, "the workflows of a contact");
}

/** All who have a tag are let in, after it was told how many that would be. */
async function letIn({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const dialog = page.getByRole("dialog", { name: "Add people" });
  const inside = () => fake.desk.enrolments.length;
  await dialog.getByRole("radio", { name: "Lists and segments" }).check({ force: true });
  const tag = dialog.getByLabel("Add a tag of those who are to enter");
  await tag.fill("vip");
  await page.keyboard.press("Enter");
  const before = inside();
  await dialog.getByRole("button", { name: "See who would enter" }).click();
  await dialog.getByText(/would enter\./).waitFor();
  expect(inside() === before, "nobody may enter while it is only counted");
  await shot("b9-would-enter");
  await axe(page, "who would enter");
  await dialog.getByRole("button", { name: /^Let .* in$/ }).click();
  await dialog.getByText(/let in\.$/).waitFor();
  expect(inside() > before, "those who were counted must be let in");
  await shot("b9-let-in");
  await axe(page, "many who were let in");
  await page.keyboard.press("Escape");
}

/** The same on a phone. */
async function narrow({ page, fake, shot, axe, expect }: Smoke): Promise<void> {
  const { id } =
    fake.desk.workflows.find(({ workflow }) => workflow.name === "Appointment reminder")?.workflow ?? {};
  await page.setViewportSize(NARROW);
  for (const [path, words, name] of [
    ["", "We miss you", "c0-narrow-workflows"],
    ["/gallery", "Survey with scoring", "c1-narrow-gallery"],
    [`/${id}`, "Wait for reply", "c2-narrow-builder"],
    [`/${id}/forecast`, "Send them through", "c3-narrow-forecast"],
    [`/${id}/people`, "Inside now", "c3-narrow-people"],
    [`/${id}/versions`, "The first one", "c3-narrow-versions"],
  ] as const) {
    await page.goto(`${fake.url}/workflows${path}`);
    await page.getByText(words).first().waitFor();
    await page.waitForTimeout(400);
    await shot(name);
    await axe(page, name);
    expect(!(await page.evaluate(SIDEWAYS)), `nothing may stick out of ${name}`);
  }
  await page.goto(`${fake.url}/workflows/${id}`);
  await page.locator("#step-booked").click();
  await page.getByLabel("Text", { exact: true }).waitFor();
  await shot("c4-narrow-form");
  await axe(page, "a narrow form of a step");
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await page.getByRole("button", { name: "Try it" }).click();
  await page.getByLabel("Text as the contact").waitFor();
  await shot("c5-narrow-phone");
  await axe(page, "a narrow phone of a workflow");
  expect(!(await page.evaluate(SIDEWAYS)), "nothing may stick out of a narrow phone");
  await page.setViewportSize(WIDE);
}
