-- Whom one means: lists that somebody keeps, conditions that have a name, and what makes them quick.
CREATE TABLE contact_list (
    tenant_id     UUID   NOT NULL REFERENCES tenant (tenant_id),
    id            UUID   NOT NULL,
    name          TEXT   NOT NULL,
    folded        TEXT   NOT NULL,      -- two names that differ in case alone are one
    created_at_us BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
) {clustered};
CREATE UNIQUE INDEX contact_list_name ON contact_list (tenant_id, folded);

CREATE TABLE contact_list_member (
    tenant_id   UUID   NOT NULL,
    list_id     UUID   NOT NULL,
    contact_id  UUID   NOT NULL,
    added_at_us BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, list_id, contact_id),
    FOREIGN KEY (tenant_id, list_id) REFERENCES contact_list (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
) {clustered};
CREATE INDEX contact_list_member_contact ON contact_list_member (tenant_id, contact_id, list_id);

CREATE TABLE segment (
    tenant_id     UUID   NOT NULL REFERENCES tenant (tenant_id),
    id            UUID   NOT NULL,
    name          TEXT   NOT NULL,
    folded        TEXT   NOT NULL,
    condition     TEXT   NOT NULL,      -- JSON, as it was checked
    created_at_us BIGINT NOT NULL,
    changed_at_us BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
) {clustered};
CREATE UNIQUE INDEX segment_name ON segment (tenant_id, folded);

-- Who has a label, a value, a number, a day; who wrote lately; when a text to somebody last went out.
CREATE INDEX contact_tag_tag ON contact_tag (tenant_id, tag, contact_id);
CREATE INDEX contact_field_folded ON contact_field (tenant_id, field, folded, contact_id);
CREATE INDEX contact_field_number ON contact_field (tenant_id, field, number, contact_id) WHERE number IS NOT NULL;
CREATE INDEX contact_field_day ON contact_field (tenant_id, field, day, contact_id) WHERE day IS NOT NULL;
CREATE INDEX conversation_inbound ON conversation (tenant_id, last_inbound_at_us, contact_id);
CREATE INDEX message_sent ON message (tenant_id, contact_id, sent_at_us) WHERE direction = 'out' AND sent_at_us IS NOT NULL;
