-- Who changed what of a contact, and when. Lines are only added, until the contact is erased.
CREATE TABLE contact_change (
    tenant_id  UUID   NOT NULL,
    contact_id UUID   NOT NULL,
    id         UUID   NOT NULL,
    part       TEXT   NOT NULL,         -- name, company, tags, …, or fields. and the key of one
    was        TEXT,                    -- NULL: not known; a label or an address came on top
    is_now     TEXT,                    -- NULL: not known any more; a label or an address is gone
    by_kind    TEXT   NOT NULL,         -- as a message's author, or import
    by_id      UUID,
    at_us      BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, contact_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
) {clustered};

-- Two contacts that were made one. The one that is gone keeps what is its own; what has addresses moved with them.
CREATE TABLE contact_merge (
    tenant_id    UUID   NOT NULL,
    id           UUID   NOT NULL,
    kept         UUID   NOT NULL,
    gone         UUID   NOT NULL,
    moved        TEXT   NOT NULL,       -- JSON: what it takes to put it back
    by_kind      TEXT   NOT NULL,       -- as in contact_change
    by_id        UUID,
    at_us        BIGINT NOT NULL,
    undone_at_us BIGINT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, kept) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, gone) REFERENCES contact (tenant_id, id)
) {clustered};
CREATE INDEX contact_merge_kept ON contact_merge (tenant_id, kept, id);
CREATE INDEX contact_merge_gone ON contact_merge (tenant_id, gone);
