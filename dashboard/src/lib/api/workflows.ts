/** What is done with people step by step. It stands by itself: only the pages that need it fetch it. */
import { addressOf, get, newKey, post, put, remove } from "./client";
import type * as T from "./types";

const at = encodeURIComponent;

/** Ten thousand through thirty days take some seconds, and crowds wait for each other. */
const CROWD_TIMEOUT_MS = 120_000;
/** A model that writes a workflow, and mends it, has two minutes. */
const WRITING_TIMEOUT_MS = 150_000;

export const workflows = {
  list: (query: { q?: string; state?: T.WorkflowState | "all"; cursor?: string }, signal?: AbortSignal) =>
    get<T.Page<T.Workflow>>("/workflows", { ...query, limit: 25 }, signal),
  get: (id: string) => get<T.WorkflowDetail>(`/workflows/${at(id)}`),
  /** Of nothing, or of one of the gallery. */
  create: (body: { name: string } | { gallery: string }, key: string) =>
    post<T.WorkflowDetail>("/workflows", body, { key }),
  /** A model writes what is described. It becomes a draft. */
  fromText: (text: string, key: string) =>
    post<T.DescribedWorkflow>(
      "/workflows/from-text",
      { text, save: true },
      { key, timeoutMs: WRITING_TIMEOUT_MS },
    ),
  remove: (id: string) => remove(`/workflows/${at(id)}`),
  saveDraft: (id: string, document: T.WorkflowDetail["document"], revision: number) =>
    put<T.WorkflowDetail>(`/workflows/${at(id)}/draft`, { document, revision }),
  check: (document: T.WorkflowDetail["document"], signal?: AbortSignal) =>
    post<T.CheckedWorkflow>("/workflows/check", { document }, { signal }),
  publish: (id: string, revision: number, note: string, key: string) =>
    post<T.WorkflowDetail>(`/workflows/${at(id)}/publish`, { revision, ...(note && { note }) }, { key }),
  versions: (id: string) => get<{ data: T.WorkflowVersion[] }>(`/workflows/${at(id)}/versions`),
  version: (id: string, version: number) =>
    get<T.WorkflowVersionDetail>(`/workflows/${at(id)}/versions/${version}`),
  order: (id: string, order: "pause" | "resume" | "archive" | "restore") =>
    post<T.WorkflowDetail>(`/workflows/${at(id)}/${order}`, {}, { key: newKey() }),
  duplicate: (id: string, key: string) =>
    post<T.WorkflowDetail>(`/workflows/${at(id)}/duplicate`, {}, { key }),
  /** A file of JSON or YAML as it is. */
  takeIn: (file: Blob, key: string) => post<T.WorkflowDetail>("/workflows/import", file, { key }),
  /** The draft, or a version, as a file for the browser to keep. */
  exportAddress: (id: string, format: "json" | "yaml", version?: number) =>
    addressOf(`/workflows/${at(id)}/export`, { format, version }),
  gallery: () => get<{ data: T.WorkflowTemplate[] }>("/workflow-gallery"),
  /** Sends people who are made up through a document; so many take a while. */
  forecast: (document: T.WorkflowDetail["document"], guess: T.WorkflowGuess) => {
    const { people, days, segments_per_second, ...habits } = guess;
    return post<T.WorkflowFigures>(
      "/workflows/simulate/crowd",
      { document, crowd: { people, days, segments_per_second, habits } },
      { timeoutMs: CROWD_TIMEOUT_MS },
    );
  },
  /** All plays are sent each time: nothing is kept of them. */
  simulate: (body: T.NewWorkflowPlay) => post<T.WorkflowPlayed>("/workflows/simulate", body),
};

/** What their requests carry and nobody is shown. */
export const workflowSecrets = {
  list: () => get<{ data: T.WorkflowSecret[] }>("/workflow-secrets"),
  set: (name: string, body: T.NewWorkflowSecret) =>
    put<T.WorkflowSecret>(`/workflow-secrets/${at(name)}`, body),
  remove: (name: string) => remove(`/workflow-secrets/${at(name)}`),
};

/** Who is on their way through them. */
export const enrolments = {
  list: (sought: T.SoughtEnrolments, cursor?: string) =>
    get<T.Page<T.Enrolment>>("/enrolments", { ...sought, cursor, limit: 25 }),
  /** Why somebody’s way went as it did; `after`: a turn that is here already. */
  trace: (id: string, after?: number) => get<T.EnrolmentTrace>(`/enrolments/${at(id)}/trace`, { after }),
  order: (id: string, order: "pause" | "resume" | "cancel" | "retry") =>
    post<T.Enrolment>(`/enrolments/${at(id)}/${order}`, {}, { key: newKey() }),
  /** All who stand still in a workflow go on, so many a minute. */
  retryAll: (workflow: string, key = newKey()) =>
    post<T.Retried>(`/workflows/${at(workflow)}/retry`, {}, { key }),
  /** How many are where in a version. */
  funnel: (workflow: string, version: number) =>
    get<T.WorkflowFunnel>(`/workflows/${at(workflow)}/funnel`, { version }),
  /** Those in one version go on in another; with `dry_run` it is only told who would. */
  migrate: (workflow: string, how: T.Migration, key = newKey()) =>
    post<T.Migrated>(`/workflows/${at(workflow)}/migrate`, how, { key }),
  /** Many are let in together, or with `dry_run` it is only counted who would be: both go on by themselves. */
  select: (workflow: string, whom: T.NewSelection, key: string) =>
    post<T.Selection>(`/workflows/${at(workflow)}/selections`, whom, { key }),
  selections: (workflow: string) => get<T.Page<T.Selection>>(`/workflows/${at(workflow)}/selections`),
  selection: (id: string) => get<T.Selection>(`/selections/${at(id)}`),
  /** Nobody more is let in by it. */
  stopSelection: (id: string) => post<T.Selection>(`/selections/${at(id)}/cancel`, {}, { key: newKey() }),
  enter: (workflow: string, contact_ids: string[], key: string) =>
    post<T.Entered>(`/workflows/${at(workflow)}/enrolments`, { contact_ids }, { key }),
};
