-- Where whatever many numbers share stands in its rate (domain::campaign::throttle).
CREATE TABLE bucket (
    tenant_id UUID   NOT NULL REFERENCES tenant (tenant_id),
    id        UUID   NOT NULL,    -- that of the campaign, of the tenant for all of them, or of the carrier account
    tat_us    BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
) {clustered};
