-- What assistants may answer from: a tenant's sources, and the chunks of them that are searched.
CREATE TABLE knowledge (
    tenant_id        UUID    NOT NULL REFERENCES tenant (tenant_id),
    id               UUID    NOT NULL,
    kind             TEXT    NOT NULL CHECK (kind IN ('text', 'question_answer', 'file', 'page', 'sitemap')),
    parent_id        UUID,                    -- the sitemap that names this page
    root_id          UUID    NOT NULL,        -- the sitemap, or the source itself: who may use it is said there
    title            TEXT    NOT NULL,
    is_titled        BOOLEAN NOT NULL,        -- by a person: what the page calls itself does not count
    url              TEXT,
    file_name        TEXT,
    format           TEXT,                    -- what it turned out to be, such as pdf
    enabled          BOOLEAN NOT NULL,
    for_all          BOOLEAN NOT NULL,        -- every assistant may use it; else those of knowledge_assistant
    status           TEXT    NOT NULL CHECK (status IN ('waiting', 'fetching', 'indexing', 'ready', 'failed')),
    fault            TEXT,                    -- JSON
    bytes            BIGINT  NOT NULL,
    characters       BIGINT  NOT NULL,
    chunks           BIGINT  NOT NULL,
    language         TEXT,
    refetch_hours    BIGINT,
    etag             TEXT,
    last_modified    TEXT,
    digest           BYTES,                   -- of what was read last: the same again is not indexed anew
    failures         BIGINT  NOT NULL,        -- on end
    revision         BIGINT  NOT NULL,        -- one more whenever it is to be read anew
    fetched_at_us    BIGINT,
    next_fetch_at_us BIGINT,
    created_at_us    BIGINT  NOT NULL,
    updated_at_us    BIGINT  NOT NULL,
    is_pairs         BOOLEAN NOT NULL,        -- the body is a JSON array of questions with their answers
    body             TEXT,                    -- as it was read; NULL: it was not yet
    PRIMARY KEY (tenant_id, id)
) {strict};
CREATE INDEX knowledge_under ON knowledge (tenant_id, parent_id, id);
CREATE INDEX knowledge_root ON knowledge (tenant_id, root_id);
CREATE UNIQUE INDEX knowledge_page ON knowledge (tenant_id, parent_id, url) WHERE parent_id IS NOT NULL;

CREATE TABLE knowledge_assistant (
    tenant_id    UUID NOT NULL,
    knowledge_id UUID NOT NULL,
    assistant_id UUID NOT NULL,
    PRIMARY KEY (tenant_id, knowledge_id, assistant_id),
    FOREIGN KEY (tenant_id, knowledge_id) REFERENCES knowledge (tenant_id, id),
    FOREIGN KEY (tenant_id, assistant_id) REFERENCES assistant (tenant_id, id)
) {clustered};
CREATE INDEX knowledge_assistant_of ON knowledge_assistant (tenant_id, assistant_id, knowledge_id);

-- An upload until it has been read.
CREATE TABLE knowledge_file (
    tenant_id    UUID  NOT NULL,
    knowledge_id UUID  NOT NULL,
    content      BYTES NOT NULL,
    PRIMARY KEY (tenant_id, knowledge_id),
    FOREIGN KEY (tenant_id, knowledge_id) REFERENCES knowledge (tenant_id, id)
) {strict};

CREATE TABLE knowledge_chunk (
    tenant_id    UUID   NOT NULL,
    knowledge_id UUID   NOT NULL,
    nth          BIGINT NOT NULL,
    heading      TEXT   NOT NULL,
    question     TEXT,
    body         TEXT   NOT NULL,
    embedded_by  TEXT,                        -- which model has seen it
    vector       BYTES,                       -- NULL: that model has nothing to say of it, or has not seen it
    PRIMARY KEY (tenant_id, knowledge_id, nth),
    FOREIGN KEY (tenant_id, knowledge_id) REFERENCES knowledge (tenant_id, id)
) {strict};

CREATE TABLE knowledge_settings (
    tenant_id     UUID   NOT NULL PRIMARY KEY REFERENCES tenant (tenant_id),
    version       BIGINT NOT NULL,            -- one more whenever something else may be found
    synonyms      TEXT   NOT NULL,
    embedding     TEXT,                       -- JSON: who makes vectors; NULL: the built-in model
    embedding_key BYTES                       -- sealed
) {clustered};
