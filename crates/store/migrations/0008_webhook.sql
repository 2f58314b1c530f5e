-- Endpoints of the tenant that are told of its events, and how each telling went.
CREATE TABLE webhook (
    tenant_id     UUID    NOT NULL REFERENCES tenant (tenant_id),
    id            UUID    NOT NULL,
    url           TEXT    NOT NULL,
    events        TEXT    NOT NULL,        -- JSON array of event names, or ["*"]
    secret        BYTES   NOT NULL,        -- sealed
    enabled       BOOLEAN NOT NULL,
    told_seq      BIGINT  NOT NULL,        -- events up to here have become deliveries
    created_at_us BIGINT  NOT NULL,
    PRIMARY KEY (tenant_id, id)
) {strict};

CREATE TABLE webhook_delivery (
    tenant_id     UUID   NOT NULL,
    id            UUID   NOT NULL,
    webhook_id    UUID   NOT NULL,
    seq           BIGINT NOT NULL,
    kind          TEXT   NOT NULL,
    state         TEXT   NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
    attempts      BIGINT NOT NULL,
    last_status   BIGINT,
    last_error    TEXT,
    body          TEXT   NOT NULL,         -- the exact bytes, so a repeat says the same
    next_at_us    BIGINT,
    created_at_us BIGINT NOT NULL,
    ended_at_us   BIGINT,                  -- NULL: it is waiting
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, webhook_id) REFERENCES webhook (tenant_id, id)
) {strict};
CREATE UNIQUE INDEX webhook_delivery_once ON webhook_delivery (tenant_id, webhook_id, seq);
CREATE INDEX webhook_delivery_waiting ON webhook_delivery (tenant_id, webhook_id, next_at_us, seq) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_ended ON webhook_delivery (ended_at_us) WHERE ended_at_us IS NOT NULL;
