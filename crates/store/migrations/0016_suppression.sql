-- Who gets no texts, besides those who want none at all.

-- Addresses that get none, whoever has them and whether or not anybody does: numbers from lists, and those of people who were
-- erased, of whom nothing else is left.
CREATE TABLE suppression (
    tenant_id       UUID   NOT NULL REFERENCES tenant (tenant_id),
    id              UUID   NOT NULL,
    address_hash    BYTES  NOT NULL,    -- HMAC-SHA-256 of the address with the tenant's key
    address         TEXT,               -- the same for people to read; NULL: it was erased
    reason          TEXT   NOT NULL,    -- in somebody's words
    source          TEXT   NOT NULL CHECK (source IN ('api', 'member', 'file', 'erasure')),
    until_us        BIGINT,             -- NULL: for good
    created_by      UUID,               -- the member; NULL: a program
    at_us           BIGINT NOT NULL,
    ended_at_us     BIGINT,             -- since when it does not count any more, if it was taken off or ran out before a new one
    ended_by        UUID,
    ended_why       TEXT,
    PRIMARY KEY (tenant_id, id)
) {clustered};
-- One counts at a time. What every text asks.
CREATE UNIQUE INDEX suppression_address ON suppression (tenant_id, address_hash) WHERE ended_at_us IS NULL;
CREATE INDEX suppression_past ON suppression (tenant_id, address_hash, id);

-- What a tenant's addresses are hashed with, sealed. Whoever reads the database alone cannot try numbers out.
CREATE TABLE suppression_key (
    tenant_id UUID  NOT NULL REFERENCES tenant (tenant_id),
    sealed    BYTES NOT NULL,
    PRIMARY KEY (tenant_id)
) {clustered};

-- What the newest lines of the consent ledger say of one purpose, kept where every text to many looks.
CREATE TABLE consent_standing (
    tenant_id       UUID   NOT NULL REFERENCES tenant (tenant_id),
    address         TEXT   NOT NULL,    -- a phone
    purpose         TEXT   NOT NULL CHECK (purpose IN ('marketing', 'service')),
    number_id       UUID   NOT NULL,    -- of which of our numbers; all zeros: of all
    opted_in_at_us  BIGINT,
    opted_out_at_us BIGINT,
    PRIMARY KEY (tenant_id, address, purpose, number_id)
) {clustered};
