-- People outside, where they can be reached, and what they allowed.
CREATE TABLE contact (
    -- sqlite only
    seq           INTEGER PRIMARY KEY,  -- what contact_search calls it
    -- end
    tenant_id     UUID    NOT NULL REFERENCES tenant (tenant_id),
    id            UUID    NOT NULL,
    name          TEXT    NOT NULL,     -- empty: not known
    company       TEXT    NOT NULL,
    words         TEXT    NOT NULL,     -- name, company and addresses as they are searched (store::search)
    time_zone     TEXT,                 -- IANA name, when someone said so
    quiet_hours   TEXT,                 -- JSON: from and until, when they do not want to be texted
    language      TEXT,                 -- ISO 639-1, when someone said so
    note          TEXT    NOT NULL DEFAULT '',
    blocked       BOOLEAN NOT NULL,
    created_at_us BIGINT  NOT NULL,
    gone_at_us    BIGINT,               -- erased, or made one with another: shown nowhere any more
    UNIQUE (tenant_id, id)
) {strict};

-- Which words hold three letters in a row.
-- sqlite only
CREATE VIRTUAL TABLE contact_search USING fts5 (
    words, content = 'contact', content_rowid = 'seq', tokenize = 'trigram', detail = 'none'
);
-- Small pieces of it are joined when there are eight of a size, not four: a file of a million people brings many.
INSERT INTO contact_search (contact_search, rank) VALUES ('automerge', 8);
CREATE TRIGGER contact_search_added AFTER INSERT ON contact BEGIN
    INSERT INTO contact_search (rowid, words) VALUES (new.seq, new.words);
END;
CREATE TRIGGER contact_search_changed AFTER UPDATE OF words ON contact WHEN old.words <> new.words BEGIN
    INSERT INTO contact_search (contact_search, rowid, words) VALUES ('delete', old.seq, old.words);
    INSERT INTO contact_search (rowid, words) VALUES (new.seq, new.words);
END;
CREATE TRIGGER contact_search_removed AFTER DELETE ON contact BEGIN
    INSERT INTO contact_search (contact_search, rowid, words) VALUES ('delete', old.seq, old.words);
END;
-- end
-- postgres only
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX contact_search ON contact USING gin (words gin_trgm_ops);
-- end

CREATE TABLE contact_address (
    tenant_id       UUID   NOT NULL,
    kind            TEXT   NOT NULL CHECK (kind IN ('phone', 'email', 'visitor')),
    address         TEXT   NOT NULL,
    contact_id      UUID   NOT NULL,
    preferred       BOOLEAN NOT NULL DEFAULT FALSE, -- somebody chose it among theirs of its kind; else the oldest counts
    verified_at_us  BIGINT,             -- they wrote from it
    opted_out_at_us BIGINT,             -- what the newest line of the consent ledger says, kept where every send looks
    opted_in_at_us  BIGINT,             -- they last said START then: a STOP of before is told late, and counts no more
    created_at_us   BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, kind, address),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
) {clustered};
CREATE INDEX contact_address_contact ON contact_address (tenant_id, contact_id);

CREATE TABLE consent (
    tenant_id  UUID   NOT NULL,
    id         UUID   NOT NULL,
    contact_id UUID   NOT NULL,
    kind       TEXT   NOT NULL,
    address    TEXT   NOT NULL,
    state      TEXT   NOT NULL CHECK (state IN ('opted_in', 'opted_out', 'pending')),
    purpose    TEXT   NOT NULL DEFAULT 'all' CHECK (purpose IN ('all', 'marketing', 'service')),
    number_id  UUID,                    -- of which of our numbers it speaks; NULL: of all
    source     TEXT   NOT NULL,         -- keyword, free_text, carrier, member, api, import
    keyword    TEXT,
    message_id UUID,
    shown      TEXT,                    -- the words that they agreed to, or were asked with
    detail     TEXT,                    -- where and how they agreed, in somebody's words
    proof      TEXT,                    -- where it lies, itself, or a digest of it
    jurisdiction TEXT,
    by_user    UUID,                    -- the member who wrote it down
    import_id  UUID,                    -- the file that says so
    at_us      BIGINT NOT NULL,         -- when they said so; when it was written down is in the id
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
) {clustered};
CREATE INDEX consent_contact ON consent (tenant_id, contact_id, id);
-- When somebody was last asked.
CREATE INDEX consent_pending ON consent (tenant_id, contact_id, address, at_us) WHERE state = 'pending';

-- What a tenant keeps of its contacts in fields of its own; the fields themselves are among its settings.
CREATE TABLE contact_field (
    tenant_id  UUID   NOT NULL,
    contact_id UUID   NOT NULL,
    field      TEXT   NOT NULL,         -- its key
    value      TEXT   NOT NULL,         -- as its kind writes it
    folded     TEXT   NOT NULL,         -- what conditions compare (domain::field::Compared): its letters in one case,
    number     DOUBLE,                  -- the number that it is, if it is one,
    day        BIGINT,                  -- the day that it is, if it is one, since 1970
    set_at_us  BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, contact_id, field),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
) {clustered};

CREATE TABLE contact_tag (
    tenant_id  UUID NOT NULL,
    contact_id UUID NOT NULL,
    tag        TEXT NOT NULL,
    PRIMARY KEY (tenant_id, contact_id, tag),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
) {clustered};
