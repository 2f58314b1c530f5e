-- What campaigns went through, and the outcomes by which they are stopped.
CREATE TABLE campaign_history (
    tenant_id   UUID   NOT NULL,
    campaign_id UUID   NOT NULL,
    id          UUID   NOT NULL,
    deed        TEXT   NOT NULL,
    author      TEXT   NOT NULL,          -- member, api or system
    author_id   UUID,
    halt        TEXT,                     -- JSON: why it stopped by itself
    note        TEXT,                     -- why somebody refused it
    at_us       BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, campaign_id, id)
) {clustered};

-- How some texts of a campaign ended that were remembered together. They are only added, so that nobody waits for another.
CREATE TABLE campaign_outcome (
    tenant_id   UUID   NOT NULL,
    campaign_id UUID   NOT NULL,
    id          UUID   NOT NULL,
    settled     BIGINT NOT NULL,          -- how many
    blocked     BIGINT NOT NULL,          -- how many of them as spam
    samples     TEXT   NOT NULL,          -- JSON: some of those
    at_us       BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, campaign_id, id)
) {clustered};
CREATE INDEX campaign_outcome_old ON campaign_outcome (at_us);
