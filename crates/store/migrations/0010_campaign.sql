-- Bulk sends, and everybody who is to get one: a row each from launch to outcome.
CREATE TABLE campaign (
    tenant_id      UUID    NOT NULL REFERENCES tenant (tenant_id),
    id             UUID    NOT NULL,
    name           TEXT    NOT NULL,
    settings       TEXT    NOT NULL,      -- JSON: text, numbers, audience, limits
    revision       BIGINT  NOT NULL,      -- rises when these change
    state          TEXT    NOT NULL CHECK (state IN ('draft', 'awaiting_approval', 'scheduled', 'running', 'paused', 'done',
                                                     'cancelled')),
    starts_at_us   BIGINT,                -- set by its launch
    frozen         BOOLEAN NOT NULL,      -- everybody who is to get it has a row
    frozen_to      UUID,                  -- how far the contacts were gone through
    frozen_phones  BIGINT  NOT NULL,      -- and how far the numbers that were named one by one
    retry_root     UUID,                  -- the first of the campaigns of which it is the next try
    only_canary    BOOLEAN NOT NULL DEFAULT FALSE, -- only those get it who get it first, for now
    halt           TEXT,                  -- JSON: why it paused by itself
    frozen_rows    BIGINT  NOT NULL DEFAULT 0, -- how many were given one: the next one's position
    created_by     UUID,                  -- the member; NULL: a program
    created_at_us  BIGINT  NOT NULL,
    launched_at_us BIGINT,
    ended_at_us    BIGINT,
    PRIMARY KEY (tenant_id, id)
) {clustered};
CREATE INDEX campaign_retried ON campaign (tenant_id, retry_root) WHERE retry_root IS NOT NULL;
-- What is looked at again and again.
CREATE INDEX campaign_alive ON campaign (state, starts_at_us) WHERE state IN ('scheduled', 'running');

CREATE TABLE campaign_recipient (
    tenant_id       UUID   NOT NULL,
    id              UUID   NOT NULL,      -- also that of their text
    campaign_id     UUID   NOT NULL,
    contact_id      UUID   NOT NULL,
    phone           TEXT   NOT NULL,
    number_id       UUID   NOT NULL,      -- from which of our numbers
    standing        TEXT   NOT NULL CHECK (standing IN ('pending', 'deferred', 'queued', 'sending', 'sent', 'unknown',
                                                        'delivered', 'unconfirmed', 'failed', 'skipped', 'cancelled')),
    ready_at_us     BIGINT NOT NULL,
    lease_until_us  BIGINT,
    attempt         BIGINT NOT NULL,
    body            TEXT,                 -- their text, once it was made: a repeat must be the same
    segments        BIGINT,
    carrier_ref     TEXT,
    failure         TEXT,                 -- JSON: code, explanation, mend
    failure_code    TEXT,                 -- that code
    carrier         TEXT,                 -- who carried it to them, where a receipt told
    parts           BIGINT,
    cost_micros     BIGINT,
    currency        TEXT,
    conversation_id UUID,                 -- the thread in which their text stands, since they have answered it
    handed_at_us    BIGINT,               -- to the carrier, unless it surely did not arrive
    sent_at_us      BIGINT,
    delivered_at_us BIGINT,
    replied_at_us   BIGINT,
    variant         BIGINT,               -- which of the texts they got, from 0; NULL: there is one, or none was made
    is_canary       BOOLEAN NOT NULL DEFAULT FALSE, -- they get it first
    clicked_at_us   BIGINT,
    opted_out_at_us BIGINT,               -- they said STOP after it, and to nothing newer
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaign (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
) {clustered};
-- Nobody gets a campaign twice; and what came to a phone lately.
CREATE UNIQUE INDEX campaign_recipient_phone ON campaign_recipient (tenant_id, campaign_id, phone);
-- All of them in the order of their launch, page by page.
CREATE INDEX campaign_recipient_order ON campaign_recipient (tenant_id, campaign_id, id);
CREATE INDEX campaign_recipient_standing ON campaign_recipient (tenant_id, campaign_id, standing);
CREATE INDEX campaign_recipient_waiting ON campaign_recipient (tenant_id, campaign_id, number_id, ready_at_us, id)
    WHERE standing IN ('pending', 'deferred', 'queued');
-- Those who get it first: whose turn has come, and how they all stand.
CREATE INDEX campaign_recipient_canary ON campaign_recipient (tenant_id, campaign_id, number_id, ready_at_us, id)
    WHERE is_canary;
-- What STOP cancels, and what was sent to somebody before they wrote.
CREATE INDEX campaign_recipient_contact ON campaign_recipient (tenant_id, contact_id, id);
CREATE INDEX campaign_recipient_replied ON campaign_recipient (tenant_id, campaign_id) WHERE replied_at_us IS NOT NULL;
CREATE INDEX campaign_recipient_clicked ON campaign_recipient (tenant_id, campaign_id) WHERE clicked_at_us IS NOT NULL;
CREATE INDEX campaign_recipient_failed ON campaign_recipient (tenant_id, campaign_id, failure_code)
    WHERE failure_code IS NOT NULL;
CREATE INDEX campaign_recipient_leased ON campaign_recipient (lease_until_us) WHERE standing = 'sending';
