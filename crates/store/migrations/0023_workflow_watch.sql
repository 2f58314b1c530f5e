-- Triggers of active workflows that come by time, each with how far those have looked who look for it.
CREATE TABLE workflow_watch (
    tenant_id   UUID    NOT NULL,
    id          UUID    NOT NULL,
    workflow_id UUID    NOT NULL,
    trigger     TEXT    NOT NULL,         -- JSON, as the workflow has it
    is_over     BOOLEAN NOT NULL,         -- the workflow begins by it no more: what is kept for it is forgotten, and then it
    looked      BOOLEAN NOT NULL,         -- everybody in the segment was seen once; who comes from now on enters
    since_us    BIGINT  NOT NULL,         -- what fired until then was found
    until_us    BIGINT,                   -- the round that is going on looks for what fired until then; NULL: none is
    after_id    UUID,                     -- that round has come so far
    due_at_us   BIGINT  NOT NULL,         -- when it is looked for next
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflow (tenant_id, id)
) {clustered};
CREATE INDEX workflow_watch_of ON workflow_watch (tenant_id, workflow_id);
CREATE INDEX workflow_watch_due ON workflow_watch (due_at_us);

-- Who was in a segment when it was last looked at.
CREATE TABLE workflow_seen (
    tenant_id  UUID NOT NULL,
    watch_id   UUID NOT NULL,
    contact_id UUID NOT NULL,
    PRIMARY KEY (tenant_id, watch_id, contact_id)
) {clustered};
CREATE INDEX workflow_seen_contact ON workflow_seen (tenant_id, contact_id);

-- Conversations whose last text of ours went out later than it was written: whether they are silent is seen then.
CREATE TABLE workflow_later (
    tenant_id       UUID   NOT NULL,
    watch_id        UUID   NOT NULL,
    conversation_id UUID   NOT NULL,
    at_us           BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, watch_id, conversation_id)
) {clustered};
CREATE INDEX workflow_later_due ON workflow_later (tenant_id, watch_id, at_us);

-- Values that requests of workflows carry and nobody is shown.
CREATE TABLE workflow_secret (
    tenant_id    UUID   NOT NULL REFERENCES tenant (tenant_id),
    name         TEXT   NOT NULL,
    host         TEXT   NOT NULL,         -- it is sent there and nowhere else
    sealed       BYTES  NOT NULL,
    set_by       UUID,                    -- NULL: a program
    set_at_us    BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, name)
) {clustered};
