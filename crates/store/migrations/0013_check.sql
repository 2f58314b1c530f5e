-- What is seen of a campaign before its launch: how far its audience was counted and what came of it; and texts to write it with.
CREATE TABLE campaign_check (
    tenant_id      UUID   NOT NULL,
    campaign_id    UUID   NOT NULL,
    run            BIGINT NOT NULL,       -- rises each time that it is asked for: whoever counted before stops
    revision       BIGINT NOT NULL,       -- of the campaign, as it is counted
    state          TEXT   NOT NULL CHECK (state IN ('counting', 'done')),
    starts_at_us   BIGINT NOT NULL,       -- from when its texts would go
    at_local       TEXT,                  -- and what everybody's own clock would show then; NULL: no clock is asked
    counted_to     UUID,                  -- how far the contacts were gone through
    counted_phones BIGINT NOT NULL,       -- and how far the numbers that are named one by one
    looked         BIGINT NOT NULL,       -- so many of both were looked at,
    to_look        BIGINT,                -- of so many; NULL: nobody has begun
    forecast       TEXT   NOT NULL,       -- JSON: what was counted
    estimate       TEXT,                  -- JSON: what it means in money and time, when all are counted
    began_at_us    BIGINT NOT NULL,
    ended_at_us    BIGINT,
    PRIMARY KEY (tenant_id, campaign_id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaign (tenant_id, id)
) {strict};

-- Texts that are used again and again.
CREATE TABLE snippet (
    tenant_id     UUID   NOT NULL REFERENCES tenant (tenant_id),
    id            UUID   NOT NULL,
    name          TEXT   NOT NULL,
    folded        TEXT   NOT NULL,        -- two names that differ in case alone are one
    body          TEXT   NOT NULL,
    created_at_us BIGINT NOT NULL,
    changed_at_us BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
) {strict};
CREATE UNIQUE INDEX snippet_name ON snippet (tenant_id, folded);
