-- What is done with people step by step: what somebody writes, what was published of it, and what begins it.
CREATE TABLE workflow (
    tenant_id     UUID   NOT NULL REFERENCES tenant (tenant_id),
    id            UUID   NOT NULL,
    name          TEXT   NOT NULL,
    folded        TEXT   NOT NULL,      -- its name as it is looked for
    state         TEXT   NOT NULL CHECK (state IN ('draft', 'active', 'paused', 'archived')),
    draft         TEXT   NOT NULL,      -- JSON: the document as somebody writes it; it may make no sense yet
    revision      BIGINT NOT NULL,      -- rises with each change of the draft
    live_version  BIGINT,               -- who enters now enters this one; NULL: none was published
    begins        TEXT   NOT NULL,      -- JSON: what begins that version, in short, for lists
    paused_at_us  BIGINT,
    woken_at_us   BIGINT,               -- it goes on since then, and somebody in it may stand still yet; NULL: nobody does
    created_by    UUID,                 -- NULL: a program
    created_at_us BIGINT NOT NULL,
    changed_at_us BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
) {clustered};
CREATE INDEX workflow_woken ON workflow (woken_at_us) WHERE woken_at_us IS NOT NULL;

-- A row never changes: people go on in the version that they entered.
CREATE TABLE workflow_version (
    tenant_id       UUID   NOT NULL,
    workflow_id     UUID   NOT NULL,
    version         BIGINT NOT NULL,    -- from 1
    document        TEXT   NOT NULL,    -- JSON
    note            TEXT,
    published_by    UUID,
    published_at_us BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, workflow_id, version),
    FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflow (tenant_id, id)
) {clustered};

-- What the goal of each version looks at of a contact: whoever changes it has those who are inside ask for their goal.
CREATE TABLE workflow_goal (
    tenant_id   UUID   NOT NULL,
    part        TEXT   NOT NULL,        -- as conditions name it: tag, list, consent, name, fields.city
    workflow_id UUID   NOT NULL,
    version     BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, part, workflow_id, version),
    FOREIGN KEY (tenant_id, workflow_id, version) REFERENCES workflow_version (tenant_id, workflow_id, version)
) {clustered};

-- What texts of each version carry: it is kept, and the carrier may fetch it, for as long as the workflow is there.
CREATE TABLE workflow_media (
    tenant_id   UUID   NOT NULL,
    media_id    UUID   NOT NULL,
    workflow_id UUID   NOT NULL,
    version     BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, media_id, workflow_id, version),
    FOREIGN KEY (tenant_id, media_id) REFERENCES media (tenant_id, id),
    FOREIGN KEY (tenant_id, workflow_id, version) REFERENCES workflow_version (tenant_id, workflow_id, version)
) {clustered};

-- What begins the live version of each active workflow, in its order; of no other one.
CREATE TABLE workflow_trigger (
    tenant_id   UUID   NOT NULL,
    workflow_id UUID   NOT NULL,
    place       BIGINT NOT NULL,        -- from 0
    kind        TEXT   NOT NULL,
    what        TEXT   NOT NULL,        -- the one thing that it is about: a label in small letters, a field, a segment; or ''
    trigger     TEXT   NOT NULL,        -- JSON
    PRIMARY KEY (tenant_id, workflow_id, place),
    FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflow (tenant_id, id)
) {clustered};
CREATE INDEX workflow_trigger_kind ON workflow_trigger (tenant_id, kind, what);
