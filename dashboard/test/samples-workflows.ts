/** Complete workflows for tests; each test says only what matters to it. */
import type {
  DescribedWorkflow,
  Enrolment,
  WorkflowDetail,
  WorkflowFigures,
  WorkflowFunnel,
  WorkflowPlayed,
} from "../src/lib/api/types";

export const aWorkflow = (over: Partial<WorkflowDetail> = {}): WorkflowDetail => ({
  id: "wfl_1",
  name: "Reminder",
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

export const aDescribedWorkflow = (over: Partial<DescribedWorkflow> = {}): DescribedWorkflow => ({
  document: aWorkflow().document,
  workflow_id: "wfl_1",
  faults: [],
  warnings: [],
  at_most: { texts: 2, segments: 3 },
  told: [{ depth: 0, step: "ask", says: "It texts them." }],
  trial: {
    silent: { seen: [weSay("Will you come?")], outcome: "no_answer" },
    willing: { seen: [weSay("Will you come?"), weSay("Fine.")], outcome: null },
    people: 100,
    days: 30,
    texts: 140,
    segments: 140,
    outcomes: { fine: 30, no_answer: 60 },
    standing: 10,
    stuck: 0,
  },
  assistant_id: "ast_1",
  model: "story-1",
  tries: 1,
  tokens_in: 100,
  tokens_out: 20,
  cost: null,
  ...over,
});
const weSay = (text: string) => ({ at: "2026-11-28T10:00:00Z", what: "we_say" as const, step: null, text });

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

export const anEnrolment = (over: Partial<Enrolment> = {}): Enrolment => ({
  id: "enr_1",
  workflow_id: "wfl_1",
  version: 1,
  contact_id: "con_1",
  name: "Ann Bell",
  phone: "+12125550101",
  pretty_phone: "(212) 555-0101",
  number_id: "num_1",
  source: "by_hand",
  status: "live",
  step: "answer",
  waits: "reply",
  since: "2026-11-28T10:00:00Z",
  wakes_at: "2026-11-29T10:00:00Z",
  failure: null,
  outcome: null,
  variables: {},
  entered_at: "2026-11-28T10:00:00Z",
  ended_at: null,
  ...over,
});

export const aFunnel = (over: Partial<WorkflowFunnel> = {}): WorkflowFunnel => ({
  version: 1,
  entered: 10,
  inside: 4,
  refused: {},
  ended: {},
  steps: [],
  ...over,
});

export const someFigures = (over: Partial<WorkflowFigures> = {}): WorkflowFigures => {
  const nobody = { left_out: 0, answered: 0, timed_out: 0, ended: {}, standing: 0, stuck: 0 };
  return {
    entered: 100,
    ended: 90,
    standing: 10,
    outcomes: { confirmed: 70, opted_out: 20 },
    steps: [
      { ...nobody, step: "ask", act: "send", came: 100 },
      {
        ...nobody,
        step: "answer",
        act: "wait_for_reply",
        came: 80,
        answered: 60,
        timed_out: 10,
        standing: 10,
        stuck: 3,
      },
      { ...nobody, step: "never", act: "note", came: 0 },
    ],
    texts: 240,
    segments: 250,
    deferred: { quiet_hours: 31 },
    blocked: {},
    first_ended: 120,
    half_ended: 5_400,
    last_ended: 190_000,
    turns: 900,
    ...over,
  };
};
