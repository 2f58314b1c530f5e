-- Many people whom somebody lets into a workflow at once: who is meant, how far they were looked at, and what came of it.
CREATE TABLE workflow_selection (
    tenant_id     UUID    NOT NULL,
    id            UUID    NOT NULL,
    workflow_id   UUID    NOT NULL,
    whom          TEXT    NOT NULL,     -- JSON: who is meant; those that are named one by one leave it when it is over
    comes         TEXT    NOT NULL,     -- JSON: what they come with
    is_dry        BOOLEAN NOT NULL,     -- it is only counted who would enter
    per_minute    BIGINT  NOT NULL,
    state         TEXT    NOT NULL CHECK (state IN ('running', 'done', 'cancelled')),
    looked_named  BIGINT  NOT NULL,     -- how far those that are named one by one were looked at,
    looked_to     UUID,                 -- and how far the contacts
    looked        BIGINT  NOT NULL,     -- so many of both,
    to_look       BIGINT,               -- of so many; NULL: nobody has begun
    entered       BIGINT  NOT NULL,
    refused       TEXT    NOT NULL,     -- JSON: how many were not let in, by the reason
    created_by    UUID,                 -- NULL: a program
    created_at_us BIGINT  NOT NULL,
    ended_at_us   BIGINT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflow (tenant_id, id)
) {strict};
CREATE INDEX workflow_selection_page ON workflow_selection (tenant_id, workflow_id, id);
