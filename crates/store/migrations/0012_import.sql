-- Contacts from files: the file itself, how far it was read, what came of it, and what it takes to take it back.
CREATE TABLE contact_import (
    tenant_id     UUID   NOT NULL REFERENCES tenant (tenant_id),
    id            UUID   NOT NULL,
    name          TEXT   NOT NULL,      -- the file's
    bytes         BIGINT NOT NULL,      -- its length; while it comes in, so far
    is_whole      BOOLEAN NOT NULL,     -- all of it came in
    looked        TEXT   NOT NULL,      -- JSON: what it turned out to be, its columns, its first rows
    settings      TEXT   NOT NULL,      -- JSON: what its columns are, what becomes of whom we know
    state         TEXT   NOT NULL CHECK (state IN ('draft', 'checking', 'checked', 'running', 'done', 'failed', 'cancelled',
                                                   'undoing', 'undone')),
    reading       TEXT   NOT NULL,      -- JSON: how far it was read, and what that did
    fault         TEXT,                 -- JSON: why it could not be read to its end
    run           BIGINT NOT NULL,      -- rises with each order: whoever was at it before stops
    created_by    UUID,                 -- the member; NULL: a program
    created_at_us BIGINT NOT NULL,
    ended_at_us   BIGINT,
    PRIMARY KEY (tenant_id, id)
) {strict};
CREATE INDEX contact_import_old ON contact_import (created_at_us);

-- The file, piece by piece.
CREATE TABLE contact_import_part (
    tenant_id UUID   NOT NULL,
    import_id UUID   NOT NULL,
    nth       BIGINT NOT NULL,
    content   BYTES  NOT NULL,
    PRIMARY KEY (tenant_id, import_id, nth),
    FOREIGN KEY (tenant_id, import_id) REFERENCES contact_import (tenant_id, id)
) {strict};

-- What some rows in one transaction did.
CREATE TABLE contact_import_step (
    tenant_id UUID   NOT NULL,
    import_id UUID   NOT NULL,
    nth       BIGINT NOT NULL,          -- rows before it
    created   BYTES  NOT NULL,          -- ids of whom it added, 16 bytes each
    listed    BYTES  NOT NULL,          -- and of whom it put on the list
    changed   TEXT   NOT NULL,          -- JSON: whom it changed, and what they were before
    PRIMARY KEY (tenant_id, import_id, nth),
    FOREIGN KEY (tenant_id, import_id) REFERENCES contact_import (tenant_id, id)
) {strict};

-- Rows that were not taken.
CREATE TABLE contact_import_reject (
    tenant_id UUID   NOT NULL,
    import_id UUID   NOT NULL,
    run       BIGINT NOT NULL,          -- by which order: a check and the import have their own
    line      BIGINT NOT NULL,          -- of the file, from 1
    cells     TEXT   NOT NULL,          -- the line of the file of rejected rows: line, reason, and the row as it was
    PRIMARY KEY (tenant_id, import_id, run, line),
    FOREIGN KEY (tenant_id, import_id) REFERENCES contact_import (tenant_id, id)
) {clustered};

-- What columns of these names were last time.
CREATE TABLE contact_mapping (
    tenant_id   UUID NOT NULL REFERENCES tenant (tenant_id),
    fingerprint TEXT NOT NULL,
    mapping     TEXT NOT NULL,          -- JSON
    PRIMARY KEY (tenant_id, fingerprint)
) {clustered};
