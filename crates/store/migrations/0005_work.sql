-- What came in (arrival) and waits for its turn (inbox), texts on their way to the carrier (outbox), and everything else the engine must do (errand).
-- What came in, by an id made from the sender's own: the same event twice is one fact. Kept a week.
CREATE TABLE arrival (
    id         UUID   NOT NULL PRIMARY KEY,
    remark     TEXT,                        -- why nobody has to take a turn; NULL: it went to the inbox
    kept_at_us BIGINT NOT NULL              -- an id's time is the sender's, which may be long past
) {clustered};

-- A row is gone when its turn was taken.
CREATE TABLE inbox (
    ready_at_us   BIGINT NOT NULL,
    id            UUID   NOT NULL,
    shard         BIGINT NOT NULL,          -- from the lane: one worker at a time takes the turns of a shard, in order
    lane          UUID   NOT NULL,
    tenant_id     UUID,                     -- NULL: not known before its turn (a webhook names a number, not a tenant)
    fact          TEXT   NOT NULL,          -- JSON
    attempts      BIGINT NOT NULL,
    PRIMARY KEY (ready_at_us, id)
) {clustered};

-- Facts that found nobody, such as a text for a number that no tenant has: for the operator.
CREATE TABLE unclaimed (
    id     UUID   NOT NULL PRIMARY KEY,
    reason TEXT   NOT NULL,
    fact   TEXT   NOT NULL,
    at_us  BIGINT NOT NULL
) {clustered};

CREATE TABLE outbox (
    tenant_id      UUID   NOT NULL,
    message_id     UUID   NOT NULL,
    number_id      UUID   NOT NULL,
    lane           UUID   NOT NULL,
    priority       BIGINT NOT NULL,         -- 0: a reply to a person, 1: bulk
    segments       BIGINT NOT NULL,
    ready_at_us    BIGINT NOT NULL,
    state          TEXT   NOT NULL CHECK (state IN ('waiting', 'sending', 'unknown')),
    lease_until_us BIGINT,
    attempt        BIGINT NOT NULL,
    purpose        TEXT,                    -- whose consent it needs, of what a workflow sends to many: marketing, service
    before_us      BIGINT,                  -- it does not go later
    handed_at_us   BIGINT,                  -- when it was last handed over; NULL: it was not
    request        BYTES,                   -- the exact body of the first attempt: a repeat must be the same bytes
    PRIMARY KEY (tenant_id, message_id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id)
) {strict};
CREATE INDEX outbox_waiting ON outbox (tenant_id, number_id, priority, ready_at_us, message_id) WHERE state = 'waiting';
-- Those that are tried again: others of their conversations wait for them.
CREATE INDEX outbox_again ON outbox (tenant_id, lane) WHERE state = 'waiting' AND attempt > 0;
CREATE INDEX outbox_leased ON outbox (lease_until_us) WHERE state = 'sending';

-- Where each sending number stands in its rate (see domain::pace).
CREATE TABLE number_pace (
    tenant_id    UUID   NOT NULL,
    number_id    UUID   NOT NULL,
    tat_us       BIGINT NOT NULL,
    day          BIGINT NOT NULL,         -- the carriers' day of its last text (domain::campaign::throttle)
    day_segments BIGINT NOT NULL,         -- and what it has sent on that day
    PRIMARY KEY (tenant_id, number_id)
) {clustered};

CREATE TABLE errand (
    tenant_id      UUID   NOT NULL,
    id             UUID   NOT NULL,
    kind           TEXT   NOT NULL,         -- ask_assistant, fetch_media, run_tool, …: see store::queue::Errand
    key            TEXT   NOT NULL,         -- one errand per key: a re-run converges
    payload        TEXT   NOT NULL,         -- JSON
    ready_at_us    BIGINT NOT NULL,         -- while someone is at it, the end of their lease
    attempt        BIGINT NOT NULL,
    created_at_us  BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
) {strict};
CREATE UNIQUE INDEX errand_key ON errand (tenant_id, key);
CREATE INDEX errand_waiting ON errand (kind, ready_at_us);
