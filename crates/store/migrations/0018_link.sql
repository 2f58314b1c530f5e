-- Short links of campaigns, and who followed them.
CREATE TABLE campaign_link (
    tenant_id     UUID   NOT NULL,
    id            UUID   NOT NULL,      -- made from the campaign and the address
    campaign_id   UUID   NOT NULL,
    url           TEXT   NOT NULL,
    base          TEXT   NOT NULL,      -- a code is followed on this host alone
    made_at_us    BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaign (tenant_id, id)
) {clustered};

CREATE INDEX campaign_link_campaign ON campaign_link (tenant_id, campaign_id);

-- Written with the text that has it. Its recipient may be gone.
CREATE TABLE link_code (
    tenant_id    UUID   NOT NULL REFERENCES tenant (tenant_id),
    code         TEXT   NOT NULL,
    link_id      UUID   NOT NULL,
    recipient_id UUID   NOT NULL,
    made_at_us   BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, code)
) {clustered};
-- Whoever follows a link says nothing of the tenant.
CREATE INDEX link_code_code ON link_code (code);
-- How many texts have a link.
CREATE INDEX link_code_link ON link_code (tenant_id, link_id);
CREATE INDEX link_code_made ON link_code (made_at_us);

CREATE TABLE link_click (
    tenant_id    UUID   NOT NULL REFERENCES tenant (tenant_id),
    id           UUID   NOT NULL,
    link_id      UUID   NOT NULL,
    campaign_id  UUID   NOT NULL,
    recipient_id UUID   NOT NULL,
    agent        TEXT   NOT NULL,       -- which kind of program
    origin       BIGINT NOT NULL,       -- a keyed digest of where it came from
    verdict      TEXT   CHECK (verdict IN ('person', 'preview', 'scanner', 'burst', 'too_soon')), -- NULL: not judged yet
    at_us        BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
) {clustered};
CREATE INDEX link_click_waiting ON link_click (at_us) WHERE verdict IS NULL;
CREATE INDEX link_click_origin ON link_click (tenant_id, campaign_id, origin, at_us);
CREATE INDEX link_click_recipient ON link_click (tenant_id, recipient_id, at_us);
CREATE INDEX link_click_old ON link_click (at_us);
