-- Credentials at a carrier, and the senders of a tenant.
CREATE TABLE carrier_account (
    id            UUID   NOT NULL PRIMARY KEY,
    owner         UUID   REFERENCES tenant (tenant_id),   -- NULL: the operator's, shared by the tenants it is granted to
    name          TEXT   NOT NULL,
    kind          TEXT   NOT NULL CHECK (kind IN ('telnyx', 'sandbox')),
    base_url      TEXT   NOT NULL,
    api_key       BYTES  NOT NULL,      -- sealed
    api_key_hint  TEXT   NOT NULL,
    public_keys   TEXT   NOT NULL,      -- JSON array of base64, newest first
    created_at_us BIGINT NOT NULL
) {strict};

-- Which tenant may send through which account, and the messaging profile it has there: opt-outs are per profile at Telnyx.
CREATE TABLE carrier_grant (
    tenant_id            UUID NOT NULL REFERENCES tenant (tenant_id),
    carrier_account_id   UUID NOT NULL REFERENCES carrier_account (id),
    messaging_profile_id TEXT,
    PRIMARY KEY (tenant_id, carrier_account_id)
) {clustered};

CREATE TABLE number (
    tenant_id          UUID    NOT NULL REFERENCES tenant (tenant_id),
    id                 UUID    NOT NULL,
    address            TEXT    NOT NULL,    -- E.164, short code or alphanumeric sender
    kind               TEXT    NOT NULL CHECK (kind IN ('long_code', 'toll_free', 'short_code', 'alphanumeric')),
    label              TEXT    NOT NULL,
    carrier_account_id UUID    NOT NULL REFERENCES carrier_account (id),
    carrier_ref        TEXT,
    enabled            BOOLEAN NOT NULL,
    assistant_id       UUID,
    rate_millis        BIGINT  NOT NULL CHECK (rate_millis > 0),    -- segments per thousand seconds
    problems           TEXT    NOT NULL,    -- JSON array: what is missing at the carrier, in plain words
    created_at_us      BIGINT  NOT NULL,
    can_mms            BOOLEAN,             -- null: the carrier did not say
    -- How far its 10DLC or toll-free registration has come, as last read (domain::registration); null: it never was.
    registration       TEXT CHECK (registration IN
                           ('not_needed', 'unknown', 'unregistered', 'pending', 'registered', 'rejected', 'suspended')),
    registered_campaign TEXT,               -- the 10DLC campaign and its brand, by the carrier's ids
    registered_brand    TEXT,
    registration_reason TEXT,               -- the carrier's own words
    registration_read_at_us BIGINT,
    PRIMARY KEY (tenant_id, id)
) {strict};
-- A text names its tenant by the number it came to, so a number of an account has one owner.
CREATE UNIQUE INDEX number_address ON number (carrier_account_id, address);
-- Whether somebody who writes is one of the tenant's own numbers.
CREATE INDEX number_of_tenant ON number (tenant_id, address);
