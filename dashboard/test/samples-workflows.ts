/** Complete workflows for tests; each test says only what matters to it. */
import type { WorkflowDetail, WorkflowPlayed } from "../src/lib/api/types";

export const aWorkflow = (over: Partial<WorkflowDetail> = {}): WorkflowDetail => ({
  id: "wfl_1",
  name: "Reminder",
  state: "draft",
  revision: 1,
  live_version: null,
  unpublished: true,
  paused_at: null,
  created_by: "usr_1",
  created_at: "2026-11-23T10:00:00Z",
  changed_at: "2026-11-23T10:00:00Z",
  document: {
    name: "Reminder",
    steps: [{ id: "ask", send: { text: "Will you come?", purpose: "service" } }],
  },
  faults: [],
  warnings: [],
  ...over,
});

export const aPlayed = (over: Partial<WorkflowPlayed> = {}): WorkflowPlayed => ({
  seen: [],
  trace: [],
  now: "2026-11-28T10:00:00Z",
  status: "live",
  stands_at: "answer",
  waits_for: "reply",
  wake_at: "2026-11-29T10:00:00Z",
  outcome: null,
  failure: null,
  variables: {},
  fields: {},
  tags: [],
  ...over,
});
