-- Configured AIs, and what they suggested.
CREATE TABLE assistant (
    tenant_id     UUID    NOT NULL REFERENCES tenant (tenant_id),
    id            UUID    NOT NULL,
    name          TEXT    NOT NULL,
    version       BIGINT  NOT NULL,        -- the one in force
    settings      TEXT    NOT NULL,        -- JSON, as that version has it
    tool_secrets  BYTES,                   -- sealed: values of its tools' secret headers
    created_at_us BIGINT  NOT NULL,
    deleted_at_us BIGINT,
    PRIMARY KEY (tenant_id, id)
) {strict};

-- Keys of its models, each for one address: a version that names another address never gets it.
CREATE TABLE assistant_key (
    tenant_id    UUID  NOT NULL,
    assistant_id UUID  NOT NULL,
    base_url     TEXT  NOT NULL,
    key          BYTES NOT NULL,           -- sealed for this address
    PRIMARY KEY (tenant_id, assistant_id, base_url),
    FOREIGN KEY (tenant_id, assistant_id) REFERENCES assistant (tenant_id, id)
) {clustered};

-- What an assistant was, version by version. A row never changes, save that one not yet in force may come into force.
CREATE TABLE assistant_version (
    tenant_id       UUID   NOT NULL,
    assistant_id    UUID   NOT NULL,
    version         BIGINT NOT NULL,
    name            TEXT   NOT NULL,
    settings        TEXT   NOT NULL,       -- JSON
    author          TEXT   NOT NULL,       -- as a message's: member, api, system
    author_id       UUID,
    created_at_us   BIGINT NOT NULL,
    published_at_us BIGINT,                -- NULL: it has not been in force
    PRIMARY KEY (tenant_id, assistant_id, version),
    FOREIGN KEY (tenant_id, assistant_id) REFERENCES assistant (tenant_id, id)
) {clustered};

-- What it must make of a conversation.
CREATE TABLE assistant_case (
    tenant_id       UUID   NOT NULL,
    id              UUID   NOT NULL,
    assistant_id    UUID   NOT NULL,
    name            TEXT   NOT NULL,
    messages        TEXT   NOT NULL,       -- JSON
    guide           TEXT   NOT NULL,
    contact_name    TEXT   NOT NULL,
    contact_company TEXT   NOT NULL,
    expect          TEXT   NOT NULL,       -- JSON
    last_version    BIGINT,                -- which version it was last tried with; NULL: it has not been since it was changed
    created_at_us   BIGINT NOT NULL,
    updated_at_us   BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, assistant_id) REFERENCES assistant (tenant_id, id)
) {strict};
CREATE INDEX assistant_case_assistant ON assistant_case (tenant_id, assistant_id, id);

-- What a version last made of a case.
CREATE TABLE assistant_case_result (
    tenant_id    UUID    NOT NULL,
    case_id      UUID    NOT NULL,
    version      BIGINT  NOT NULL,
    passed       BOOLEAN NOT NULL,
    broken       TEXT    NOT NULL,         -- JSON
    answer       TEXT    NOT NULL,         -- JSON
    cost_micros  BIGINT,
    currency     TEXT,
    latency_ms   BIGINT  NOT NULL,
    at_us        BIGINT  NOT NULL,
    PRIMARY KEY (tenant_id, case_id, version),
    FOREIGN KEY (tenant_id, case_id) REFERENCES assistant_case (tenant_id, id)
) {clustered};

-- A run of past conversations through a version, with nothing sent.
CREATE TABLE assistant_replay (
    tenant_id     UUID   NOT NULL,
    id            UUID   NOT NULL,
    assistant_id  UUID   NOT NULL,
    version       BIGINT NOT NULL,
    since_us      BIGINT NOT NULL,
    until_us      BIGINT NOT NULL,
    turns_max     BIGINT NOT NULL,
    state         TEXT   NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'cancelled', 'failed')),
    reason        TEXT,                    -- why it failed
    created_at_us BIGINT NOT NULL,
    ended_at_us   BIGINT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, assistant_id) REFERENCES assistant (tenant_id, id)
) {strict};
CREATE INDEX assistant_replay_assistant ON assistant_replay (tenant_id, assistant_id, id);
CREATE INDEX assistant_replay_old ON assistant_replay (created_at_us);

-- What a contact wrote, what came of it then, and what the version makes of it; now_… is NULL until it was asked.
CREATE TABLE assistant_replay_turn (
    tenant_id       UUID    NOT NULL,
    replay_id       UUID    NOT NULL,
    message_id      UUID    NOT NULL,      -- the contact's last text of the turn
    conversation_id UUID    NOT NULL,
    then_is         TEXT    NOT NULL,      -- JSON
    now_is          TEXT,                  -- JSON
    same            BOOLEAN,
    then_hands_over BOOLEAN NOT NULL,
    now_hands_over  BOOLEAN,
    then_citations  BIGINT  NOT NULL,
    now_citations   BIGINT,
    then_micros     BIGINT,
    then_currency   TEXT,
    now_micros      BIGINT,
    now_currency    TEXT,
    PRIMARY KEY (tenant_id, replay_id, message_id),
    FOREIGN KEY (tenant_id, replay_id) REFERENCES assistant_replay (tenant_id, id)
) {strict};

-- Why it said that: one row for each run, kept for the tenant's time.
CREATE TABLE assistant_run (
    tenant_id         UUID   NOT NULL,
    id                UUID   NOT NULL,
    conversation_id   UUID   NOT NULL,
    assistant_id      UUID   NOT NULL,
    assistant_version BIGINT NOT NULL,
    model             TEXT   NOT NULL,
    outcome           TEXT   NOT NULL CHECK (outcome IN ('replied', 'suggested', 'refused', 'handed_off', 'silent', 'outdated', 'approval')),
    message_id        UUID,
    draft_id          UUID,
    tokens_in         BIGINT NOT NULL,
    tokens_out        BIGINT NOT NULL,
    cost_micros       BIGINT,
    currency          TEXT,
    latency_ms        BIGINT NOT NULL,
    record            TEXT   NOT NULL,     -- JSON
    created_at_us     BIGINT NOT NULL,
    kept_until_us     BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id)
) {strict};
CREATE INDEX assistant_run_old ON assistant_run (kept_until_us);
-- What is counted of an assistant.
CREATE INDEX assistant_run_assistant ON assistant_run (tenant_id, assistant_id, created_at_us);
CREATE INDEX assistant_run_conversation ON assistant_run (tenant_id, conversation_id, id);
CREATE INDEX assistant_run_message ON assistant_run (tenant_id, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX assistant_run_draft ON assistant_run (tenant_id, draft_id) WHERE draft_id IS NOT NULL;

-- What an assistant has used up on a day of its tenant's clock.
CREATE TABLE assistant_usage (
    tenant_id    UUID   NOT NULL REFERENCES tenant (tenant_id),
    day          TEXT   NOT NULL,          -- 2026-11-27
    assistant_id UUID   NOT NULL,
    replies      BIGINT NOT NULL,
    runs         BIGINT NOT NULL,
    tokens       BIGINT NOT NULL,
    cost_micros  BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, day, assistant_id)
) {clustered};

CREATE TABLE draft (
    tenant_id       UUID   NOT NULL,
    id              UUID   NOT NULL,
    conversation_id UUID   NOT NULL,
    assistant_id    UUID   NOT NULL,
    body            TEXT   NOT NULL,
    sources         TEXT   NOT NULL,       -- JSON
    state           TEXT   NOT NULL CHECK (state IN ('open', 'accepted', 'edited', 'rejected', 'superseded')),
    reason          TEXT,
    held_back       TEXT,                  -- why it was not sent by itself
    run_id          UUID,
    created_at_us   BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id)
) {strict};
CREATE INDEX draft_assistant ON draft (tenant_id, assistant_id, created_at_us);
CREATE INDEX draft_open ON draft (tenant_id, conversation_id) WHERE state = 'open';

-- What an assistant wants to do and people must approve, and what came of it.
CREATE TABLE tool_approval (
    tenant_id         UUID   NOT NULL,
    id                UUID   NOT NULL,
    conversation_id   UUID   NOT NULL,
    assistant_id      UUID   NOT NULL,
    assistant_version BIGINT NOT NULL,     -- what is done is what that version says
    run_id            UUID   NOT NULL,
    tool              TEXT   NOT NULL,     -- its name
    arguments         TEXT   NOT NULL,     -- JSON
    state             TEXT   NOT NULL CHECK (state IN ('waiting', 'approved', 'rejected', 'expired', 'done', 'failed', 'unknown')),
    decided_by        TEXT,                -- as a message's author: member, contact
    decided_by_id     UUID,
    decided_at_us     BIGINT,
    result            TEXT   NOT NULL,     -- what came of it, or why not; empty: nothing yet
    code              TEXT,                -- the digits with which the contact approves it; NULL: only people can
    wrong_codes       BIGINT NOT NULL,
    expires_at_us     BIGINT NOT NULL,
    created_at_us     BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id)
) {strict};
CREATE INDEX tool_approval_conversation ON tool_approval (tenant_id, conversation_id, id);
CREATE INDEX tool_approval_state ON tool_approval (tenant_id, state, id);
CREATE INDEX tool_approval_old ON tool_approval (created_at_us);

-- What assistants' runs have changed through a tenant's endpoints, written down before each call: neither a crash nor another
-- run makes the same call twice for one wish.
CREATE TABLE tool_use (
    tenant_id       UUID   NOT NULL,
    id              UUID   NOT NULL,
    conversation_id UUID   NOT NULL,
    assistant_id    UUID   NOT NULL,
    run_id          UUID   NOT NULL,
    tool            TEXT   NOT NULL,       -- its name
    arguments       TEXT   NOT NULL,       -- JSON, canonical
    ended           TEXT   CHECK (ended IN ('done', 'failed', 'unknown')), -- NULL: it was begun
    result          TEXT   NOT NULL,       -- what came of it; empty: nothing yet
    begun_at_us     BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id)
) {strict};
CREATE INDEX tool_use_conversation ON tool_use (tenant_id, conversation_id, id);
CREATE INDEX tool_use_old ON tool_use (begun_at_us);
