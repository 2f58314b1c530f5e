-- What has happened and waits for its turn (inbox), texts on their way to the carrier (outbox), and everything else the engine must do (errand).
CREATE TABLE inbox (
    id            UUID   NOT NULL PRIMARY KEY,
    shard         BIGINT NOT NULL,          -- from the lane: one worker at a time takes the turns of a shard, in order
    lane          UUID   NOT NULL,
    tenant_id     UUID,                     -- NULL: not known before its turn (a webhook names a number, not a tenant)
    source        BYTES  NOT NULL,          -- a digest of the sender's own id of the fact: the same one twice is one fact
    fact          TEXT   NOT NULL,          -- JSON
    ready_at_us   BIGINT NOT NULL,
    done_at_us    BIGINT,
    outcome       TEXT,                     -- NULL: a turn was taken; else why none could be
    attempts      BIGINT NOT NULL,
    created_at_us BIGINT NOT NULL
) {strict};
CREATE UNIQUE INDEX inbox_source ON inbox (source);
CREATE INDEX inbox_waiting ON inbox (shard, ready_at_us, id) WHERE done_at_us IS NULL;
CREATE INDEX inbox_done ON inbox (done_at_us) WHERE done_at_us IS NOT NULL;

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
    request        BYTES,                   -- the exact body of the first attempt: a repeat must be the same bytes
    PRIMARY KEY (tenant_id, message_id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id)
) {strict};
CREATE INDEX outbox_waiting ON outbox (tenant_id, number_id, priority, ready_at_us, message_id) WHERE state = 'waiting';
CREATE INDEX outbox_leased ON outbox (lease_until_us) WHERE state = 'sending';

-- Where each sending number stands in its rate (see domain::pace).
CREATE TABLE number_pace (
    tenant_id UUID   NOT NULL,
    number_id UUID   NOT NULL,
    tat_us    BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, number_id)
) {strict};

CREATE TABLE errand (
    tenant_id      UUID   NOT NULL,
    id             UUID   NOT NULL,
    kind           TEXT   NOT NULL,         -- ask_assistant, fetch_media
    key            TEXT   NOT NULL,         -- one errand per key: a re-run converges
    payload        TEXT   NOT NULL,         -- JSON
    ready_at_us    BIGINT NOT NULL,         -- while someone is at it, the end of their lease
    attempt        BIGINT NOT NULL,
    created_at_us  BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
) {strict};
CREATE UNIQUE INDEX errand_key ON errand (tenant_id, key);
CREATE INDEX errand_waiting ON errand (kind, ready_at_us);
