-- What reports are made of: sums by the tenant's days, counted behind the log (store::report).
CREATE TABLE report_sum (
    tenant_id UUID   NOT NULL REFERENCES tenant (tenant_id),
    measure   TEXT   NOT NULL,          -- domain::report::Measure
    day       BIGINT NOT NULL,          -- since 1970, on the tenant's clock
    source    TEXT   NOT NULL,          -- from what it was counted: all sums of a source are written anew together
    hour      BIGINT NOT NULL,          -- 0 where hours are not told apart
    key       TEXT   NOT NULL,          -- JSON array of texts; nothing of a person
    times     BIGINT NOT NULL,
    amount    BIGINT NOT NULL,
    waits     TEXT,                     -- JSON of domain::report::Waits
    sample    TEXT,                     -- the id of one of them, whose row has the words for why
    PRIMARY KEY (tenant_id, measure, day, source, hour, key)
) {clustered};
CREATE INDEX report_sum_source ON report_sum (tenant_id, source);

-- How far the log was read for them; moved in the transaction that writes them.
CREATE TABLE report_cursor (
    tenant_id     UUID   NOT NULL PRIMARY KEY REFERENCES tenant (tenant_id),
    seq           BIGINT NOT NULL,
    round         BIGINT NOT NULL,      -- one more each time all is to be counted anew: what was counted before is not written
    counted_at_us BIGINT                -- NULL: never yet
) {clustered};

-- Every time that a conversation was closed: the conversation itself knows the last.
CREATE TABLE conversation_close (
    tenant_id       UUID   NOT NULL,
    conversation_id UUID   NOT NULL,
    at_us           BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, conversation_id, at_us),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id)
) {clustered};
CREATE INDEX conversation_close_at ON conversation_close (tenant_id, at_us);
