import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "$lib/api";
import type { ContactImport, ImportPatch, LiveEvent, Page, Tenant } from "$lib/api/types";
import { anImport, aTally } from "../../../test/samples";
import { ImportDraft } from "./draft.svelte";
import { ImportList, REFRESH_MS as LIST_MS } from "./list.svelte";
import { Rejects } from "./rejects.svelte";
import { FILE_BYTES_MAX, FileUpload } from "./upload.svelte";
import { REFRESH_MS, WatchedImport } from "./watched.svelte";
import { directory } from "$lib/session/directory.svelte";
import { Workspace } from "./workspace.svelte";

const told = (id = "imp_1"): LiveEvent => ({ type: "import.updated", data: { id } });
const never = () => Promise.reject(new Error("not asked"));
/** An answer that comes when the test says so. */
function held<T>() {
  let [answer, refuse]: [(value: T) => void, (error: unknown) => void] = [() => {}, () => {}];
  const promise = new Promise<T>((done, failed) => ([answer, refuse] = [done, failed]));
  return { promise, answer, refuse };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("an import on screen", () => {
  const running = (rows: number) =>
    anImport({ state: "running", progress: rows / 100, tally: aTally({ rows, creates: rows }) });

  it("is fetched when the stream tells of it, and no more often than it must", async () => {
    let rows = 0;
    const get = vi.fn(async () => running(++rows));
    const watched = new WatchedImport("imp_1", { get, order: never, update: never });
    for (let i = 0; i < 20; i++) watched.apply(told());
    watched.apply(told("imp_2"));
    await vi.advanceTimersByTimeAsync(0);
    expect(get).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(REFRESH_MS);
    expect(get).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(10 * REFRESH_MS);
    expect(get).toHaveBeenCalledTimes(2);
    expect(watched.job?.tally.rows).toBe(2);
    watched.apply(told());
    watched.apply(told());
    watched.stop();
    await vi.advanceTimersByTimeAsync(10 * REFRESH_MS);
    expect(get).toHaveBeenCalledTimes(3);
  });

  it("is not set back by an answer that was asked for earlier", async () => {
    const early = held<ContactImport>();
    const order = async () => anImport({ state: "running" });
    const watched = new WatchedImport("imp_1", { get: () => early.promise, order, update: never });
    const loading = watched.load();
    expect(await watched.order("start")).toBe(true);
    early.answer(anImport({ state: "checked" }));
    await loading;
    expect(watched.job?.state).toBe("running");
  });

  it("knows how fast it goes only while it goes", () => {
    const watched = new WatchedImport("imp_1", { get: never, order: never, update: never });
    watched.put({ ...running(10), state: "checking" }, 0);
    watched.put({ ...running(90), state: "checking" }, 10_000);
    expect(watched.samples).toHaveLength(2);
    watched.put(running(20), 20_000);
    expect(watched.samples).toHaveLength(1);
    watched.put({ ...running(100), state: "done" }, 30_000);
    expect(watched.samples).toEqual([]);
  });

  it("is looked at again when an order came too late, and says why", async () => {
    const get = vi.fn(async () => anImport({ state: "done" }));
    const order = () => Promise.reject(new Problem(409, "wrong_state", "It cannot be cancelled."));
    const watched = new WatchedImport("imp_1", { get, order, update: never });
    expect(await watched.order("cancel")).toBe(false);
    await vi.advanceTimersByTimeAsync(0);
    expect([watched.orders.error, watched.job?.state]).toEqual(["It cannot be cancelled.", "done"]);
  });

  it("is not here", async () => {
    const get = () => Promise.reject(new Problem(404, "not_found", "No."));
    const watched = new WatchedImport("imp_1", { get, order: never, update: never });
    await watched.load();
    expect([watched.isMissing, watched.error]).toEqual([true, null]);
  });
});

describe("what is said of an import", () => {
  function drafted(update: (patch: ImportPatch) => Promise<void>) {
    const watched = { job: anImport() as ContactImport | null, change: vi.fn(update) };
    return { watched, draft: new ImportDraft(watched, anImport()) };
  }

  it("shows at once, and is kept one after the other", async () => {
    const first = held<void>();
    const { watched, draft } = drafted(() =>
      watched.change.mock.calls.length === 1 ? first.promise : Promise.resolve(),
    );
    const saved = draft.change({ mode: "skip", tags: ["a"] });
    void draft.change({ tags: ["a", "b"] });
    expect([draft.form.mode, draft.form.tags, draft.isKept]).toEqual(["skip", ["a", "b"], false]);
    first.answer();
    expect(await saved).toBe(true);
    expect(watched.change.mock.calls.map(([patch]) => patch)).toEqual([
      { mode: "skip", tags: ["a"] },
      { tags: ["a", "b"] },
    ]);
    expect(draft.isKept).toBe(true);
  });

  it("is not lost when it fails, and can be kept later", async () => {
    const { watched, draft } = drafted(async () => {
      if (watched.change.mock.calls.length === 1) throw new Error("The network is down.");
    });
    expect(await draft.change({ attestation: "At the desk" })).toBe(false);
    expect([draft.error, draft.form.attestation, draft.isKept]).toEqual([
      "The network is down.",
      "At the desk",
      false,
    ]);
    expect(await draft.save()).toBe(true);
    expect([draft.error, draft.isKept]).toEqual([null, true]);
  });

  it("is named where the server does not take it", async () => {
    const errors = [{ field: "mapping[1]", code: "unknown_column", message: "No such column." }];
    const { draft } = drafted(() => Promise.reject(new Problem(422, "invalid", "No.", errors)));
    await draft.change({ mapping: ["phone", "planet", "ignore"] });
    expect([draft.field("mapping"), draft.field("tags")]).toEqual(["No such column.", undefined]);
  });
});

describe("a file on its way", () => {
  const file = (bytes: number) => Object.defineProperty(new File(["x"], "a.csv"), "size", { value: bytes });

  it("is told of as it goes, and becomes an import", async () => {
    const answer = held<ContactImport>();
    let progress: (sent: number) => void = () => {};
    const upload = new FileUpload((_, { onprogress }) => {
      progress = onprogress ?? progress;
      return answer.promise;
    });
    const taken = upload.take(file(100));
    progress(40);
    expect([upload.isBusy, upload.sent, upload.file?.name]).toEqual([true, 40, "a.csv"]);
    expect(await upload.take(file(1))).toBeNull();
    answer.answer(anImport());
    expect((await taken)?.id).toBe("imp_1");
    expect([upload.isBusy, upload.file, upload.landed]).toEqual([false, null, "imp_1"]);
  });

  it("need not go to be too large", async () => {
    const send = vi.fn(never);
    const upload = new FileUpload(send);
    expect(await upload.take(file(FILE_BYTES_MAX + 1))).toBeNull();
    expect(upload.error).toContain("more than 1 GB");
    expect(send).not.toHaveBeenCalled();
  });

  it("is refused in the server’s words, and can be tried again only if there was no answer", async () => {
    const errors = [{ field: "body", code: "empty", message: "The file is empty." }];
    const refusals = [new Problem(422, "invalid", "No.", errors), new Problem(0, "unreachable", "No line.")];
    const send = vi.fn(async () => {
      const refusal = refusals.shift();
      if (refusal) throw refusal;
      return anImport();
    });
    const upload = new FileUpload(send);
    await upload.take(file(10));
    expect([upload.error, upload.mayTryAgain, upload.file?.name]).toEqual([
      "The file is empty.",
      false,
      "a.csv",
    ]);
    await upload.take(file(10));
    expect([upload.error, upload.mayTryAgain]).toEqual(["No line.", true]);
    expect((await upload.tryAgain())?.id).toBe("imp_1");
  });

  it("can be given up", async () => {
    const upload = new FileUpload(
      (_, { signal }) =>
        new Promise((_, failed) => signal?.addEventListener("abort", () => failed(signal.reason))),
    );
    const taken = upload.take(file(10));
    upload.dismiss();
    expect(await taken).toBeNull();
    expect([upload.file, upload.error, upload.isBusy]).toEqual([null, null, false]);
  });
});

describe("the list of imports", () => {
  const listed = (ids: string[], next?: string): Page<ContactImport> => ({
    data: ids.map((id) => anImport({ id })),
    next_cursor: next ?? null,
  });

  it("goes on as it is told, and takes in what is new", async () => {
    let page = listed(["imp_5", "imp_3"], "c");
    const list = vi.fn(async () => page);
    const get = vi.fn(async (id: string) => anImport({ id, state: "done" }));
    const imports = new ImportList({ list, get });
    imports.apply(told("imp_3"));
    await imports.pages.load();
    imports.apply(told("imp_3"));
    await vi.advanceTimersByTimeAsync(LIST_MS);
    expect(imports.pages.all?.map(({ state }) => state)).toEqual(["draft", "done"]);
    // Older than what is here: its page comes later.
    imports.apply(told("imp_1"));
    await vi.advanceTimersByTimeAsync(LIST_MS);
    expect(list).toHaveBeenCalledOnce();
    page = listed(["imp_6", "imp_5"], "c");
    imports.apply(told("imp_6"));
    await vi.advanceTimersByTimeAsync(LIST_MS);
    expect(imports.pages.all?.map(({ id }) => id)).toEqual(["imp_6", "imp_5"]);
    imports.stop();
  });

  it("asks once for what is told of often", async () => {
    const get = vi.fn(async (id: string) => anImport({ id, state: "running" }));
    const imports = new ImportList({ list: async () => listed(["imp_1"]), get });
    await imports.pages.load();
    for (let i = 0; i < 50; i++) imports.apply(told());
    await vi.advanceTimersByTimeAsync(2 * LIST_MS);
    expect(get).toHaveBeenCalledTimes(2);
    imports.stop();
  });
});

describe("rejected rows", () => {
  it("are read as far as they came", async () => {
    const rejects = new Rejects(
      "imp_1",
      async () => '\uFEFFLine,Reason,Phone\r\n5,"Too short.",12\r\n6,"Cut',
    );
    await rejects.load();
    expect(rejects.rows).toEqual([{ line: "5", reason: "Too short.", cells: ["12"] }]);
  });

  it("of an earlier look do not come late", async () => {
    const late = held<string>();
    const texts = [late.promise, Promise.resolve("Line,Reason\r\n2,New\r\n")];
    const rejects = new Rejects("imp_1", () => texts.shift() ?? never());
    const first = rejects.load();
    await rejects.load();
    late.answer("Line,Reason\r\n1,Old\r\n");
    await first;
    expect(rejects.rows.map(({ reason }) => reason)).toEqual(["New"]);
  });
});

describe("a new field", () => {
  it("comes behind those that there are", async () => {
    const field = (key: string) => ({ key, label: key, kind: { type: "text" as const } });
    const create = vi.fn(async () => ({ ...field("c"), archived: false }));
    const workspace = new Workspace({ get: never, create });
    workspace.tenant.value = { settings: { region: "DE" } } as unknown as Tenant;
    directory.fields.value = ["a", "b"].map((key) => ({ ...field(key), archived: false }));
    await workspace.add(field("c"));
    expect(create).toHaveBeenCalledWith(field("c"));
    expect(workspace.fields.map(({ key }) => key)).toEqual(["a", "b", "c"]);
    expect(workspace.country).toBe("Germany");
  });
});
