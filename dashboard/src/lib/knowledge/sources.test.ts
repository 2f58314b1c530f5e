import { describe, expect, it, vi } from "vitest";
import type { KnowledgeSource, Page } from "$lib/api/types";
import { aSource } from "../../../test/samples";
import { FILE_BYTES_MAX, Sources } from "./sources.svelte";

function sources(...pages: Page<KnowledgeSource>[]) {
  const list = vi.fn(() => Promise.resolve(pages.shift() ?? { data: [], next_cursor: null }));
  const upload = vi.fn((file: File) => Promise.resolve(aSource({ id: `kno_${file.name}`, kind: "file" })));
  return { it: new Sources("ast_1", { list, upload }), list, upload };
}
const told = (knowledge: KnowledgeSource) => ({ type: "knowledge.updated" as const, data: { knowledge } });
const ids = (all: readonly KnowledgeSource[] | null | undefined) => all?.map((s) => s.id);

describe("sources", () => {
  it("are fetched to the last page", async () => {
    const { it: own, list } = sources(
      { data: [aSource({ id: "kno_2" })], next_cursor: "c" },
      { data: [aSource({ id: "kno_1" })], next_cursor: null },
    );
    await own.load();
    expect(ids(own.all)).toEqual(["kno_2", "kno_1"]);
    expect(list).toHaveBeenLastCalledWith({ assistant_id: "ast_1", cursor: "c" });
  });

  it("follow the live stream", async () => {
    const { it: own } = sources({ data: [aSource({ id: "kno_1", status: "indexing" })], next_cursor: null });
    await own.load();
    own.apply(told(aSource({ id: "kno_1", status: "ready" })));
    own.apply(told(aSource({ id: "kno_2", assistant_ids: ["ast_1"] })));
    own.apply(told(aSource({ id: "kno_3", assistant_ids: ["ast_2"] })));
    expect(own.all?.map((s) => [s.id, s.status])).toEqual([
      ["kno_2", "ready"],
      ["kno_1", "ready"],
    ]);
    own.apply({ type: "knowledge.updated", data: { id: "kno_1" } });
    own.apply(told(aSource({ id: "kno_2", assistant_ids: ["ast_2"] })));
    expect(own.all).toEqual([]);
  });

  it("keep the pages of a website under it", async () => {
    const { it: own } = sources(
      { data: [aSource({ id: "kno_1", kind: "sitemap" })], next_cursor: null },
      { data: [aSource({ id: "kno_2", kind: "page", parent_id: "kno_1" })], next_cursor: null },
    );
    await own.load();
    await own.loadPages("kno_1");
    own.apply(told(aSource({ id: "kno_3", kind: "page", parent_id: "kno_1" })));
    own.apply(told(aSource({ id: "kno_4", kind: "page", parent_id: "kno_9" })));
    expect([ids(own.all), ids(own.pages["kno_1"]), own.pages["kno_9"]]).toEqual([
      ["kno_1"],
      ["kno_3", "kno_2"],
      undefined,
    ]);
  });

  it("say what became of each file", async () => {
    const { it: own, upload } = sources();
    upload.mockRejectedValueOnce(new Error("There are at most 1000 sources."));
    const large = new File(["x"], "large.pdf");
    Object.defineProperty(large, "size", { value: FILE_BYTES_MAX + 1 });
    await own.upload(
      [new File(["a"], "a.txt"), large, new File([], "empty.txt"), new File(["b"], "b.txt")],
      ["ast_1"],
    );
    expect(own.uploads.map((u) => [u.name, u.error?.slice(0, 12)])).toEqual([
      ["a.txt", "There are at"],
      ["large.pdf", "It is larger"],
      ["empty.txt", "The file is "],
    ]);
    expect(upload).toHaveBeenCalledTimes(2);
    expect(ids(own.all)).toEqual(["kno_b.txt"]);
    own.dismiss(own.uploads[0]?.key ?? -1);
    expect(own.uploads).toHaveLength(2);
  });
});
