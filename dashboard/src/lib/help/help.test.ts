import { describe, expect, it } from "vitest";
import { routes } from "$routes/index";
import { anchor, guideOf, headOf } from "../../../plugins/guide";
import { wordsOf, type Guide, type Node } from "./guide";
import { Help } from "./help.svelte";
import { find, library, load } from "./library";
import { helpFor, places } from "./places";

const sectionsOf = (guide: string) => library.find((head) => head.name === guide)?.sections.map((s) => s.id);

/** The first address that a pattern stands for. */
const example = (path: string) => path.replace(/:\w+/g, "x");

describe("the place of a page", () => {
  const pages = routes.filter((route) => !route.page.isPublic).map((route) => route.path);

  it.each(pages)("%s has one", (path) => expect(helpFor(example(path))).not.toBeNull());

  it.each(places.map((place) => [place.path, place.page]))("%s leads to %s, which exists", (_, to) => {
    const [guide = "", section] = to.split("#");
    expect(sectionsOf(guide)).toBeDefined();
    if (section) expect(sectionsOf(guide)).toContain(section);
  });

  it("is none where no page is", () => expect(helpFor("/nowhere/at/all/x")).toBeNull());
});

describe("the guides", () => {
  const linksOf = (nodes: readonly Node[]): string[] =>
    nodes.flatMap((node) => {
      if (typeof node === "string") return [];
      const [, attributes, ...inside] = node;
      return [...(attributes?.["to"] ? [attributes["to"]] : []), ...linksOf(inside)];
    });

  it.each(library.map((head) => head.name))(
    "every link in %s leads to a place that is there",
    async (name) => {
      for (const to of linksOf((await load(name)).nodes)) {
        const [guide = "", section] = to.split("#");
        expect(sectionsOf(guide), to).toBeDefined();
        if (section) expect(sectionsOf(guide), to).toContain(section);
      }
    },
  );

  it.each(library)("$name names each of its sections once", ({ sections }) => {
    const ids = sections.map((s) => s.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^[\w-]+$/.test(id))).toBe(true);
  });

  it("an unknown one is refused", async () => expect(load("nothing")).rejects.toThrow("no guide"));
});

describe("a guide is made of its Markdown", () => {
  const nodesOf = (markdown: string) => guideOf("x", `# Title\n\n${markdown}`).nodes;

  it("with what may stand in it", () => {
    expect(nodesOf("One *two* **three** `four <b>`.")).toEqual([
      [
        "p",
        null,
        "One ",
        ["em", null, "two"],
        " ",
        ["strong", null, "three"],
        " ",
        ["code", null, "four <b>"],
        ".",
      ],
    ]);
    expect(nodesOf("- a\n- b\n  - c")).toEqual([
      [
        "ul",
        null,
        ["li", null, ["span", null, "a"]],
        ["li", null, ["span", null, "b"], ["ul", null, ["li", null, ["span", null, "c"]]]],
      ],
    ]);
    expect(nodesOf("| A | B |\n|---|---|\n| 1 | 2 |")[0]).toContainEqual([
      "thead",
      null,
      ["tr", null, ["th", null, "A"], ["th", null, "B"]],
    ]);
    expect(nodesOf("```sh\na <b> & c\n```")).toEqual([["pre", null, "a <b> & c"]]);
    expect(nodesOf("a & b < c")).toEqual([["p", null, "a & b < c"]]);
  });

  it("with links to guides, and to nothing that runs", () => {
    expect(nodesOf("[a](b.md#c)")).toEqual([["p", null, ["a", { to: "b#c" }, "a"]]]);
    expect(nodesOf("[a](#c)")).toEqual([["p", null, ["a", { to: "x#c" }, "a"]]]);
    expect(nodesOf("[a](https://b.example)")).toEqual([
      ["p", null, ["a", { href: "https://b.example" }, "a"]],
    ]);
    for (const href of ["javascript:alert(1)", "data:text/html,x", "../README.md", "//b.example"])
      expect(() => nodesOf(`[a](${href})`), href).toThrow("cannot show");
  });

  it("but never of markup, and not without a title", () => {
    expect(() => nodesOf("<script>x</script>")).toThrow("html");
    expect(() => nodesOf("a <b>c</b>")).toThrow("html");
    expect(() => nodesOf("![a](b.png)")).toThrow("image");
    expect(() => guideOf("x", "No title")).toThrow("title");
  });

  it("has a head with its sections", () => {
    expect(headOf("x", "# T\n\nA lead with `code`.\n\n## 1. One, two\n\n### It’s three")).toEqual({
      name: "x",
      title: "T",
      lead: "A lead with code.",
      sections: [
        { id: "1-one-two", title: "1. One, two" },
        { id: "its-three", title: "It’s three" },
      ],
    });
    expect(anchor("Registration (10DLC, toll-free)")).toBe("registration-10dlc-toll-free");
  });
});

const guide = (markdown: string): Guide => guideOf("x", `# Guide\n\n${markdown}`);

describe("search", () => {
  const guides = [
    { name: "one", guide: guide("About opting out.\n\n## Quiet hours\n\nNothing goes out at night.") },
    { name: "two", guide: guide("## Night\n\nOwls and *hours* of sleep.") },
  ];

  it("finds sections with all of the words, those named so first", () => {
    expect(find("night", guides).map((f) => [f.guide, f.section?.id])).toEqual([
      ["two", "night"],
      ["one", "quiet-hours"],
    ]);
    expect(find("HOURS night", guides).map((f) => f.section?.id)).toEqual(["quiet-hours", "night"]);
    expect(find("opting", guides).map((f) => [f.title, f.section])).toEqual([["Guide", undefined]]);
    expect(find("unicorn", guides)).toEqual([]);
    expect(find("  ", guides)).toEqual([]);
  });

  it("shows what stands around them", () => {
    const long = guide(`${"word ".repeat(60)}needle ${"word ".repeat(60)}`);
    const [found] = find("needle", [{ name: "x", guide: long }]);
    expect(found?.excerpt).toMatch(/^… word .*needle.* …$/);
    expect(found?.excerpt.length).toBeLessThan(170);
  });

  it("keeps blocks apart and words together", () =>
    expect(wordsOf(guide("a*b*c\n\nd").nodes)).toBe("abc d "));
});

describe("the help", () => {
  const fetched: string[] = [];
  const help = () => new Help(async (name) => (fetched.push(name), guide(`All about ${name}.`)));

  it("goes from place to place and back", async () => {
    const shown = help();
    await shown.open({ guide: "contacts", section: "files" });
    expect([shown.hasBefore, shown.guide?.title]).toEqual([false, "Guide"]);
    await shown.go("segments#a-condition");
    expect(shown.place).toEqual({ guide: "segments", section: "a-condition" });
    await shown.go(null);
    expect([shown.place, shown.guide]).toEqual([null, null]);
    await shown.back();
    await shown.back();
    expect(shown.place).toEqual({ guide: "contacts", section: "files" });
    expect(shown.hasBefore).toBe(false);
  });

  it("keeps the guide when only the place in it is another", async () => {
    const shown = help();
    await shown.open({ guide: "contacts" });
    const [before, asked] = [shown.guide, fetched.length];
    await shown.go("contacts#files");
    expect(shown.guide).toBe(before);
    expect(fetched.length).toBe(asked);
  });

  it("says when a guide cannot be fetched, and forgets it with the next place", async () => {
    const shown = new Help(() => Promise.reject(new Error("gone")));
    await shown.open({ guide: "contacts" });
    expect([shown.guide, shown.error]).toEqual([null, "gone"]);
    await shown.go(null);
    expect(shown.error).toBeNull();
  });

  it("searches all guides, each fetched once", async () => {
    const shown = help();
    fetched.length = 0;
    await shown.search("campaigns");
    await shown.search("all about");
    expect(fetched.length).toBe(library.length);
    expect(shown.found?.length).toBe(library.length);
    await shown.search("");
    expect(shown.found).toBeNull();
  });
});
