-- Somebody's way through a version of a workflow.
CREATE TABLE enrolment (
    tenant_id       UUID    NOT NULL,
    id              UUID    NOT NULL,
    workflow_id     UUID    NOT NULL,
    version         BIGINT  NOT NULL,
    contact_id      UUID    NOT NULL,
    phone           TEXT    NOT NULL,      -- where they are reached
    number_id       UUID    NOT NULL,      -- from which of our numbers
    entry_key       TEXT    NOT NULL,      -- what they entered by: nobody enters twice by the same
    source          TEXT    NOT NULL,      -- JSON: what brought them
    status          TEXT    NOT NULL CHECK (status IN ('live', 'paused', 'failed', 'ended')),
    by_workflow     BOOLEAN NOT NULL,      -- it is paused because its workflow is
    step_id         TEXT,                  -- where they stand, or ended
    waits           TEXT,                  -- for what: time, reply, intent, effect, floor
    awaits_message  UUID,                  -- the text of which it waits to hear what became of it
    since_us        BIGINT  NOT NULL,      -- when they came to the step
    seq             BIGINT  NOT NULL,      -- rises with each turn
    due_at_us       BIGINT,                -- when its timer comes
    floor_until_us  BIGINT,                -- it may have the next reply to that number until then
    state           TEXT    NOT NULL,      -- JSON of domain::workflow::State; empty: they were erased
    outcome         TEXT,
    entered_at_us   BIGINT  NOT NULL,
    ended_at_us     BIGINT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflow (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
) {strict};
CREATE UNIQUE INDEX enrolment_entry ON enrolment (tenant_id, workflow_id, contact_id, entry_key);
CREATE UNIQUE INDEX enrolment_inside ON enrolment (tenant_id, workflow_id, contact_id) WHERE ended_at_us IS NULL;
CREATE INDEX enrolment_contact ON enrolment (tenant_id, contact_id, id);
CREATE INDEX enrolment_page ON enrolment (tenant_id, workflow_id, id);
-- The few who stand still and wait to be looked at.
CREATE INDEX enrolment_failed ON enrolment (tenant_id, workflow_id, id) WHERE status = 'failed';
-- Whose time comes.
CREATE INDEX enrolment_due ON enrolment (due_at_us) WHERE due_at_us IS NOT NULL;
-- Who stands still until their workflow goes on.
CREATE INDEX enrolment_still ON enrolment (tenant_id, workflow_id) WHERE by_workflow AND ended_at_us IS NULL AND due_at_us IS NULL;
-- One at a time waits for a reply of somebody's to one of our numbers.
CREATE UNIQUE INDEX enrolment_floor ON enrolment (tenant_id, contact_id, number_id) WHERE floor_until_us IS NOT NULL;

-- What somebody's way was told and has not heeded yet.
CREATE TABLE enrolment_event (
    id           UUID   NOT NULL,
    tenant_id    UUID   NOT NULL,
    enrolment_id UUID   NOT NULL,
    word         TEXT   NOT NULL,          -- JSON of domain::workflow::Word
    is_move      BOOLEAN NOT NULL,         -- to another version: the newest takes the place of those that wait
    attempts     BIGINT NOT NULL,
    ready_at_us  BIGINT NOT NULL,
    PRIMARY KEY (ready_at_us, id)
) {clustered};
CREATE INDEX enrolment_event_of ON enrolment_event (tenant_id, enrolment_id, id);

-- Who is to enter a workflow and was not looked at yet.
CREATE TABLE entry (
    id          UUID   NOT NULL,
    tenant_id   UUID   NOT NULL,
    workflow_id UUID   NOT NULL,
    contact_id  UUID   NOT NULL,
    coming      TEXT   NOT NULL,           -- JSON of domain::workflow::Coming
    ready_at_us BIGINT NOT NULL,
    PRIMARY KEY (ready_at_us, id)
) {clustered};
CREATE INDEX entry_contact ON entry (tenant_id, contact_id);

-- What happened on somebody's way, turn by turn.
CREATE TABLE enrolment_log (
    tenant_id    UUID   NOT NULL,
    enrolment_id UUID   NOT NULL,
    seq          BIGINT NOT NULL,          -- the turn: no number is left out
    at_us        BIGINT NOT NULL,
    event        TEXT   NOT NULL,          -- which kind of event it heeded
    lines        TEXT   NOT NULL,          -- JSON of domain::workflow::Line, in order
    PRIMARY KEY (tenant_id, enrolment_id, seq)
) {clustered};

-- What a model was asked for somebody's way, and what it answered: one row for each run, kept for the tenant's time.
CREATE TABLE enrolment_run (
    tenant_id         UUID   NOT NULL,
    id                UUID   NOT NULL,
    enrolment_id      UUID   NOT NULL,
    step_id           TEXT   NOT NULL,
    assistant_id      UUID   NOT NULL,
    assistant_version BIGINT NOT NULL,
    model             TEXT   NOT NULL,     -- empty: none was asked
    outcome           TEXT   NOT NULL CHECK (outcome IN ('wrote', 'chose', 'found', 'failed')),
    tokens_in         BIGINT NOT NULL,
    tokens_out        BIGINT NOT NULL,
    cost_micros       BIGINT,
    currency          TEXT,
    latency_ms        BIGINT NOT NULL,
    record            TEXT   NOT NULL,     -- JSON
    created_at_us     BIGINT NOT NULL,
    kept_until_us     BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, enrolment_id) REFERENCES enrolment (tenant_id, id)
) {strict};
CREATE INDEX enrolment_run_old ON enrolment_run (kept_until_us);
-- What is counted of an assistant.
CREATE INDEX enrolment_run_assistant ON enrolment_run (tenant_id, assistant_id, created_at_us);
CREATE INDEX enrolment_run_of ON enrolment_run (tenant_id, enrolment_id, id);

-- What happened at each step of a version, counted in the transactions in which it happened.
CREATE TABLE workflow_count (
    tenant_id   UUID   NOT NULL,
    workflow_id UUID   NOT NULL,
    version     BIGINT NOT NULL,
    step_id     TEXT   NOT NULL,           -- '': of the workflow as a whole
    what        TEXT   NOT NULL,           -- came, left, answered, …: see domain::workflow::funnel
    times       BIGINT NOT NULL,
    millis      BIGINT NOT NULL,           -- how long all of them took together
    PRIMARY KEY (tenant_id, workflow_id, version, step_id, what)
) {clustered};
