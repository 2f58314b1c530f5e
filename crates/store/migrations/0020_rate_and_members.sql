-- How many texts of a campaign were handed over from a number lately: what tells how fast it goes.
CREATE TABLE campaign_pace (
    tenant_id   UUID   NOT NULL,
    campaign_id UUID   NOT NULL,
    number_id   UUID   NOT NULL,
    minute      BIGINT NOT NULL,        -- since 1970
    since_us    BIGINT NOT NULL,        -- the first text of that minute
    handed      BIGINT NOT NULL,        -- in that minute
    earlier     BIGINT NOT NULL,        -- in the minute before it
    PRIMARY KEY (tenant_id, campaign_id, number_id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaign (tenant_id, id)
) {clustered};

-- Whom an import added or found: they can be sent to, or left out. Written in the order of the file.
CREATE TABLE contact_import_member (
    tenant_id  UUID NOT NULL,
    import_id  UUID NOT NULL,
    contact_id UUID NOT NULL,
    PRIMARY KEY (tenant_id, import_id, contact_id),
    FOREIGN KEY (tenant_id, import_id) REFERENCES contact_import (tenant_id, id)
) {clustered};
