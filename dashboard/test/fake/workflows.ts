/** Workflows over the fake desk: kept, checked a little, published, played. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type * as T from "../../src/lib/api/types";
import { isDocument, kindOf, type Document, type Step, type Trigger } from "../../src/lib/workflow/document";
import { catalogueOf } from "../../src/lib/workflow/catalogue";
import { summaryOf, type Names } from "../../src/lib/workflow/words";
import { allSteps } from "../../src/lib/workflow/tree";
import { aDescribedWorkflow, someFigures } from "../samples-workflows";
import { contactsOf, refused } from "./contacts";
import { Refusal, notFound, type FakeDesk } from "./desk";
import { now, page, type Handler } from "./handler";
import { playedOf } from "./workflow-play";

export interface FakeWorkflow {
  workflow: T.WorkflowDetail;
  versions: T.WorkflowVersionDetail[];
}

const GALLERY = "../crates/domain/src/workflow/gallery";
/** In the order of the product. */
const ORDER =
  "appointment_reminder lead_follow_up review_request survey win_back opt_in_confirmation missed_call".split(
    " ",
  );
const gallery = (): T.WorkflowTemplate[] =>
  readdirSync(GALLERY)
    .filter((file) => file.endsWith(".json"))
    .map((file) => {
      const document = JSON.parse(readFileSync(join(GALLERY, file), "utf8")) as Document;
      const name = file.replace(".json", "");
      return { name, title: document.name, description: document.description ?? "", document };
    })
    .sort((a, b) => ((ORDER.indexOf(a.name) + 99) % 99) - ((ORDER.indexOf(b.name) + 99) % 99));

/** A few of what the product finds. */
function faultsOf(document: Document): T.WorkflowFault[] {
  const faults: T.WorkflowFault[] = [];
  const add = (pointer: string, step: Step | null, code: string, message: string, mend: string) =>
    faults.push({ pointer, step: step?.id ?? null, code, message, mend });
  if (document.steps.length === 0) add("/steps", null, "empty", "It has no steps.", "Add one, as `send`.");
  document.triggers?.forEach((trigger, nth) => {
    if (typeof trigger === "object" && "keyword" in trigger && trigger.keyword.words.length === 0)
      add(
        `/triggers/${nth}/keyword/words`,
        null,
        "wrong_value",
        "There must be 1 to 50 words here.",
        "Add one.",
      );
  });
  const known = [
    ...(document.variables ?? []).map(({ key }) => key),
    "insurance",
    "born",
    "recall_months",
    "anxious",
  ];
  for (const { step, pointer } of allSteps(document)) {
    const text = step.send?.text ?? step.schedule_send?.send.text;
    if (text !== undefined && !text.trim())
      add(
        `${pointer}/${step.send ? "send" : "schedule_send/send"}/text`,
        step,
        "empty",
        "The text says nothing.",
        "Write what is to be sent.",
      );
    if (step.save && !known.includes(step.save.to))
      add(
        `${pointer}/save/to`,
        step,
        "no_such_field",
        "There is no such variable.",
        "Choose one, or make one.",
      );
    step.branch?.cases.forEach(({ when }, nth) => {
      if (when === "")
        add(`${pointer}/branch/cases/${nth}/when`, step, "empty", "It says nothing.", "Write a condition.");
    });
  }
  return faults;
}

/** One of the things that are worth a second look. */
function warningsOf(document: Document): T.WorkflowFault[] {
  if (faultsOf(document).length) return [];
  return allSteps(document)
    .filter(({ step }) => step.wait_for_reply?.cases?.length === 1 && !step.wait_for_reply.on_timeout?.length)
    .map(({ step, pointer }) => ({
      pointer: `${pointer}/wait_for_reply/on_timeout`,
      step: step.id,
      code: "silence_goes_on",
      message: "Who does not answer goes on as if they had.",
      mend: "Say what is done then, if that is not meant.",
    }));
}

function checkedOf(document: Document): T.CheckedWorkflow {
  const names = {
    names: catalogueOf(document, []),
    ...Object.fromEntries(
      ["number", "list", "segment", "team", "member", "assistant", "workflow", "campaign"].map((of) => [
        of,
        () => of,
      ]),
    ),
  } as unknown as Names;
  const texts = allSteps(document).filter(({ step }) => step.send).length;
  const faults = faultsOf(document);
  return {
    faults,
    warnings: warningsOf(document),
    at_most: faults.length ? null : { texts, segments: texts + 1 },
    told: allSteps(document).map(({ step, depth }) => ({
      depth,
      step: step.id,
      says: summaryOf(step, names) || step.id,
    })),
  };
}

function put(d: FakeDesk, kept: FakeWorkflow, change: Partial<T.WorkflowDetail>): T.WorkflowDetail {
  const was = kept.workflow;
  const document = change.document ?? was.document;
  const live = kept.versions.find(({ version }) => version === (change.live_version ?? was.live_version));
  kept.workflow = {
    ...was,
    ...change,
    name: document.name,
    triggers: (live?.document.triggers ?? []).map(beginsBy),
    unpublished: JSON.stringify(live?.document) !== JSON.stringify(document),
    faults: faultsOf(document),
    warnings: warningsOf(document),
    changed_at: now(),
  };
  const { document: _, faults: __, warnings: ___, ...workflow } = kept.workflow;
  d.emit("workflow.updated", { workflow });
  return kept.workflow;
}

/** Without what it is about. */
const beginsBy = (trigger: Trigger): T.Workflow["triggers"][number] => ({
  kind: (typeof trigger === "string"
    ? trigger
    : Object.keys(trigger)[0]) as T.Workflow["triggers"][number]["kind"],
  about: null,
});

export function aWorkflowOf(d: FakeDesk, document: Document): FakeWorkflow {
  const workflow: T.WorkflowDetail = {
    id: d.id("wfl"),
    name: document.name,
    state: "draft",
    revision: 1,
    live_version: null,
    triggers: [],
    entered: 0,
    inside: 0,
    ended: 0,
    failed: 0,
    unpublished: true,
    paused_at: null,
    created_by: d.me.user.id,
    created_at: now(),
    changed_at: now(),
    document,
    faults: faultsOf(document),
    warnings: warningsOf(document),
  };
  const kept = { workflow, versions: [] };
  d.workflows.unshift(kept);
  return kept;
}

export function publish(d: FakeDesk, kept: FakeWorkflow, note: string | null): T.WorkflowDetail {
  const { document } = kept.workflow;
  const version = kept.versions.length + 1;
  for (const one of kept.versions) one.is_live = false;
  kept.versions.unshift({
    version,
    note,
    is_live: true,
    published_by: d.me.user.id,
    published_at: now(),
    document,
  });
  return put(d, kept, {
    live_version: version,
    state: kept.workflow.state === "paused" ? "paused" : "active",
  });
}

const STATES = { pause: "paused", resume: "active", archive: "archived", restore: "paused" } as const;

const one = (d: FakeDesk, id = ""): FakeWorkflow => {
  const found = d.workflows.find(({ workflow }) => workflow.id === id);
  if (!found) throw notFound();
  return found;
};

export function seedWorkflows(d: FakeDesk): void {
  const templates = gallery();
  const of = (name: string) => templates.find((template) => template.name === name)?.document;
  const [survey, reminder, winBack] = [of("survey"), of("appointment_reminder"), of("win_back")];
  if (survey) aWorkflowOf(d, survey);
  if (winBack) publish(d, aWorkflowOf(d, { ...winBack, name: "We miss you" }), null);
  if (reminder) {
    const kept = aWorkflowOf(d, { ...reminder, name: "Appointment reminder" });
    publish(d, kept, "The first one");
    const [first, ...rest] = reminder.steps;
    const text = {
      text: "Hi {first_name|there}, your appointment is confirmed.",
      purpose: "service" as const,
    };
    if (first)
      put(d, kept, {
        document: { ...kept.workflow.document, steps: [first, { id: "booked", send: text }, ...rest] },
        revision: 2,
      });
  }
}

export const workflowRoutes: Record<string, Handler> = {
  "GET /workflow-secrets": (d) => ({ data: d.workflowSecrets }),
  "PUT /workflow-secrets/:": (d, [name = ""], body) => {
    const { host } = body as unknown as T.NewWorkflowSecret;
    if (!/^[a-z0-9.-]+$/i.test(host))
      throw refused("host", "not_a_host", "Write the host alone, as in shop.example.");
    const secret = { name, host, set_by: d.me.user.id, set_at: now() };
    d.workflowSecrets = [...d.workflowSecrets.filter((one) => one.name !== name), secret];
    return secret;
  },
  "DELETE /workflow-secrets/:": (d, [name]) =>
    void (d.workflowSecrets = d.workflowSecrets.filter((one) => one.name !== name)),
  "GET /workflow-gallery": () => ({ data: gallery() }),
  "GET /workflows": (d, _, __, query) => {
    const sought = query.get("q")?.toLowerCase() ?? "";
    const state = query.get("state");
    return page(
      d.workflows
        .map(({ workflow }) => workflow)
        .filter(
          (w) =>
            w.name.toLowerCase().includes(sought) &&
            (state === "all" || (state ? w.state === state : w.state !== "archived")),
        ),
    );
  },
  "POST /workflows": (d, _, body) => {
    const asked = body as unknown as { name?: string; gallery?: string };
    const template = gallery().find(({ name }) => name === asked.gallery);
    const document = template?.document ?? { name: asked.name ?? "", steps: [] };
    return aWorkflowOf(d, document).workflow;
  },
  "POST /workflows/from-text": (d, _, body) => {
    const { text } = body as unknown as { text: string };
    const document = gallery()[0]?.document;
    if (!document) throw notFound();
    const { workflow } = aWorkflowOf(d, { ...document, description: text });
    return aDescribedWorkflow({
      ...checkedOf(workflow.document),
      document: workflow.document,
      workflow_id: workflow.id,
    });
  },
  "POST /workflows/check": (_, __, body) => {
    const { document } = body as unknown as { document: Document };
    return checkedOf(document);
  },
  "POST /workflows/simulate": (d, _, body) => {
    const asked = body as unknown as T.NewWorkflowPlay;
    const known = contactsOf(d).find(({ id }) => id === asked.contact_id);
    const person = known ?? (asked.person ? { name: asked.person.name ?? null } : null);
    return playedOf(asked, person, faultsOf(asked.document).length);
  },
  "POST /workflows/simulate/crowd": (_, __, body) => {
    const { document, crowd } = body as unknown as { document: Document; crowd: { people: number } };
    const { people } = crowd;
    let left = people;
    const steps = allSteps(document).map(({ step, depth }) => {
      const came = depth > 0 ? Math.round(left * 0.3) : left;
      if (step.wait_for_reply && depth === 0) left = Math.round(left * 0.7);
      const waiting = step.wait_for_reply ? came : 0;
      const [answered, timed_out] = [Math.round(waiting * 0.6), Math.round(waiting * 0.3)];
      const act = kindOf(step) ?? "note";
      return { step: step.id, act, came, left_out: 0, answered, timed_out, ended: {}, standing: 0, stuck: 0 };
    });
    return someFigures({
      entered: people,
      ended: people,
      standing: 0,
      outcomes: { happy: Math.round(people * 0.5), unhappy: people - Math.round(people * 0.5) },
      steps,
      texts: people * 2,
      segments: people * 2,
    });
  },
  "POST /workflows/import": (d, _, body) => {
    const document = body as unknown;
    if (!isDocument(document)) throw new Refusal(422, "invalid", "This is no workflow.");
    return aWorkflowOf(d, document).workflow;
  },
  "GET /workflows/:": (d, [id]) => one(d, id).workflow,
  "DELETE /workflows/:": (d, [id]) => {
    const { workflow } = one(d, id);
    d.workflows = d.workflows.filter((kept) => kept.workflow.id !== workflow.id);
    d.emit("workflow.updated", { id: workflow.id });
  },
  "PUT /workflows/:/draft": (d, [id], body) => {
    const kept = one(d, id);
    const { document, revision } = body as unknown as { document: Document; revision: number };
    if (revision !== kept.workflow.revision)
      throw new Refusal(409, "changed_meanwhile", "Somebody has changed it since.");
    return put(d, kept, { document, revision: revision + 1 });
  },
  "POST /workflows/:/publish": (d, [id], body) => {
    const { note } = body as unknown as { note?: string };
    return publish(d, one(d, id), note ?? null);
  },
  "GET /workflows/:/versions": (d, [id]) => ({ data: one(d, id).versions }),
  "GET /workflows/:/versions/:": (d, [id, version]) => {
    const found = one(d, id).versions.find((kept) => kept.version === Number(version));
    if (!found) throw notFound();
    return found;
  },
  "POST /workflows/:/duplicate": (d, [id]) => {
    const { document } = one(d, id).workflow;
    return aWorkflowOf(d, { ...document, name: `${document.name} (copy)` }).workflow;
  },
  ...Object.fromEntries(
    Object.entries(STATES).map(([order, state]): [string, Handler] => [
      `POST /workflows/:/${order}`,
      (d, [id]) => put(d, one(d, id), { state }),
    ]),
  ),
};
