import { expect, it } from "vitest";
import { contactOf } from "../../../test/fake/contacts";
import { seeded } from "../../../test/fake/seed";
import { aSnippet } from "../../../test/samples";
import { readyFor, SnippetsFor } from "./said.svelte";

const desk = seeded();
const id = [...desk.conversations.values()].find((c) => c.contact.name === "Ann Bell")?.contact.id ?? "";
const ann = contactOf(desk, id);

it("reads as this person would read it, or says what is not known of them", () => {
  expect(readyFor(aSnippet({ body: "Hi {first_name|there}!" }), ann, [])).toMatchObject({ text: "Hi Ann!" });
  expect(readyFor(aSnippet({ body: "Due {due:date}" }), { ...ann, fields: {} }, [])).toMatchObject({
    text: null,
    lacks: "due",
  });
  expect(readyFor(aSnippet({ body: "Hi {" }), ann, [])).toMatchObject({ text: null, lacks: null });
});

it("comes by name", async () => {
  const list = async () => ({
    data: [aSnippet({ id: "snp_1", name: "Thanks" }), aSnippet({ id: "snp_2", name: "Hours" })],
    next_cursor: null,
  });
  const all = new SnippetsFor(
    id,
    () => [],
    list,
    async () => ann,
  );
  await all.found.load();
  expect(all.found.value?.map(({ name }) => name)).toEqual(["Hours", "Thanks"]);
});
