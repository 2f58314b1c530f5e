-- What is attached to each text of a campaign, in its order; the campaign's settings name the same. Nothing of it is forgotten
-- while the campaign is there.
CREATE TABLE campaign_media (
    tenant_id   UUID   NOT NULL,
    campaign_id UUID   NOT NULL,
    place       BIGINT NOT NULL,      -- from 0
    media_id    UUID   NOT NULL,
    PRIMARY KEY (tenant_id, campaign_id, place),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaign (tenant_id, id),
    FOREIGN KEY (tenant_id, media_id) REFERENCES media (tenant_id, id)
) {clustered};
-- Who needs it still.
CREATE INDEX campaign_media_of ON campaign_media (tenant_id, media_id);

-- In which workflow whoever gets a campaign is enrolled; the campaign's settings name the same.
CREATE TABLE campaign_workflow (
    tenant_id   UUID NOT NULL,
    campaign_id UUID NOT NULL,
    workflow_id UUID NOT NULL,
    PRIMARY KEY (tenant_id, campaign_id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaign (tenant_id, id)
) {clustered};
