-- Organisations, the people who sign in, and what lets them in.
CREATE TABLE tenant (
    tenant_id     UUID   NOT NULL PRIMARY KEY,
    name          TEXT   NOT NULL,
    settings      TEXT   NOT NULL,
    created_at_us BIGINT NOT NULL
) {strict};

CREATE TABLE user_account (
    id            UUID   NOT NULL PRIMARY KEY,
    email         TEXT   NOT NULL,      -- lower case
    name          TEXT   NOT NULL,
    password_hash TEXT   NOT NULL,      -- argon2id, PHC text
    created_at_us BIGINT NOT NULL
) {strict};
CREATE UNIQUE INDEX user_account_email ON user_account (email);

CREATE TABLE member (
    tenant_id     UUID   NOT NULL REFERENCES tenant (tenant_id),
    user_id       UUID   NOT NULL REFERENCES user_account (id),
    role          TEXT   NOT NULL,
    created_at_us BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
) {clustered};
CREATE INDEX member_user ON member (user_id);

CREATE TABLE team (
    tenant_id     UUID   NOT NULL REFERENCES tenant (tenant_id),
    id            UUID   NOT NULL,
    name          TEXT   NOT NULL,
    folded        TEXT   NOT NULL,      -- the name in small letters: two names that differ in case alone are one
    created_at_us BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
) {clustered};
CREATE UNIQUE INDEX team_name ON team (tenant_id, folded);

CREATE TABLE team_member (
    tenant_id UUID NOT NULL,
    team_id   UUID NOT NULL,
    user_id   UUID NOT NULL,
    PRIMARY KEY (tenant_id, team_id, user_id),
    FOREIGN KEY (tenant_id, team_id) REFERENCES team (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES member (tenant_id, user_id)
) {clustered};
CREATE INDEX team_member_user ON team_member (tenant_id, user_id);

CREATE TABLE session (
    token_hash    BYTES  NOT NULL PRIMARY KEY,   -- SHA-256 of the cookie
    user_id       UUID   NOT NULL REFERENCES user_account (id),
    tenant_id     UUID   NOT NULL REFERENCES tenant (tenant_id),
    created_at_us BIGINT NOT NULL,
    expires_at_us BIGINT NOT NULL
) {clustered};
CREATE INDEX session_of_user ON session (user_id);

CREATE TABLE api_key (
    tenant_id       UUID   NOT NULL REFERENCES tenant (tenant_id),
    id              UUID   NOT NULL,
    name            TEXT   NOT NULL,
    prefix          TEXT   NOT NULL,    -- the first characters, shown so that people can tell keys apart
    token_hash      BYTES  NOT NULL,    -- SHA-256 of the whole key
    scopes          TEXT   NOT NULL,    -- JSON array
    created_at_us   BIGINT NOT NULL,
    last_used_at_us BIGINT,
    revoked_at_us   BIGINT,
    PRIMARY KEY (tenant_id, id)
) {clustered};
CREATE UNIQUE INDEX api_key_token ON api_key (token_hash);

CREATE TABLE setup_link (
    token_hash    BYTES  NOT NULL PRIMARY KEY,
    created_at_us BIGINT NOT NULL,
    used_at_us    BIGINT
) {clustered};

-- An answer kept for a day, so that a write asked twice with one key is done once.
CREATE TABLE idempotency (
    tenant_id     UUID   NOT NULL REFERENCES tenant (tenant_id),
    key           TEXT   NOT NULL,
    fingerprint   BYTES  NOT NULL,      -- SHA-256 of method, path and body
    outcome       TEXT   NOT NULL,      -- JSON: what the caller is answered again
    created_at_us BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, key)
) {clustered};
CREATE INDEX idempotency_age ON idempotency (created_at_us);
