-- The tenant's log, numbered without gaps.
CREATE TABLE event_head (
    tenant_id UUID   NOT NULL PRIMARY KEY REFERENCES tenant (tenant_id),
    seq       BIGINT NOT NULL
) {clustered};

CREATE TABLE event (
    tenant_id       UUID   NOT NULL,
    seq             BIGINT NOT NULL,
    kind            TEXT   NOT NULL,
    subject         UUID   NOT NULL,
    conversation_id UUID,
    at_us           BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, seq)
) {clustered};
