-- Configured AIs, and what they suggested.
CREATE TABLE assistant (
    tenant_id     UUID    NOT NULL REFERENCES tenant (tenant_id),
    id            UUID    NOT NULL,
    name          TEXT    NOT NULL,
    settings      TEXT    NOT NULL,        -- JSON
    model_key     BYTES,                   -- sealed
    created_at_us BIGINT  NOT NULL,
    deleted_at_us BIGINT,
    PRIMARY KEY (tenant_id, id)
) {strict};

CREATE TABLE draft (
    tenant_id       UUID   NOT NULL,
    id              UUID   NOT NULL,
    conversation_id UUID   NOT NULL,
    assistant_id    UUID   NOT NULL,
    body            TEXT   NOT NULL,
    sources         TEXT   NOT NULL,       -- JSON
    state           TEXT   NOT NULL CHECK (state IN ('open', 'accepted', 'edited', 'rejected', 'superseded')),
    reason          TEXT,
    created_at_us   BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id)
) {strict};
CREATE INDEX draft_open ON draft (tenant_id, conversation_id) WHERE state = 'open';
