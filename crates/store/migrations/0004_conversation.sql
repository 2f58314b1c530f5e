-- Live threads, their texts, and why each text was or was not sent.
CREATE TABLE conversation (
    tenant_id           UUID    NOT NULL REFERENCES tenant (tenant_id),
    id                  UUID    NOT NULL,
    channel             TEXT    NOT NULL CHECK (channel IN ('sms', 'chat', 'email', 'voice')),
    contact_id          UUID    NOT NULL,
    number_id           UUID    NOT NULL,
    address             TEXT    NOT NULL,      -- the contact's, on this channel
    lane                UUID    NOT NULL,
    is_current          BOOLEAN NOT NULL,      -- false once a successor was opened
    previous_id         UUID,
    status              TEXT    NOT NULL CHECK (status IN ('open', 'snoozed', 'closed')),
    snoozed_until_us    BIGINT,
    holder              TEXT    NOT NULL CHECK (holder IN ('nobody', 'agents', 'assistant', 'workflow')),
    holder_id           UUID,
    mode                TEXT    CHECK (mode IN ('off', 'draft', 'auto')),
    team_id             UUID,                  -- one that is there no more counts as none
    assignee_id         UUID,
    guide               TEXT    NOT NULL,
    version             BIGINT  NOT NULL,      -- rises with whatever an assistant must have seen before it answers
    inbound_count       BIGINT  NOT NULL,
    waiting_since_us    BIGINT,
    last_inbound_at_us  BIGINT,
    resolved_at_us      BIGINT,                -- when it was last closed: an assistant looks no further back
    last_message_at_us  BIGINT  NOT NULL,
    last_direction      TEXT,
    preview             TEXT    NOT NULL,
    send_failed         BOOLEAN NOT NULL DEFAULT FALSE,  -- the newest text of ours did not arrive, and nobody has seen to it
    created_at_us       BIGINT  NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, number_id) REFERENCES number (tenant_id, id)
) {clustered};
-- Two texts that race on a new contact make one conversation.
CREATE UNIQUE INDEX conversation_current ON conversation (tenant_id, number_id, address) WHERE is_current;
-- A contact's other conversations.
CREATE INDEX conversation_contact ON conversation (tenant_id, contact_id, last_message_at_us);
CREATE INDEX conversation_recent ON conversation (tenant_id, status, last_message_at_us, id);

CREATE TABLE conversation_tag (
    tenant_id       UUID NOT NULL,
    conversation_id UUID NOT NULL,
    tag             TEXT NOT NULL,
    PRIMARY KEY (tenant_id, conversation_id, tag),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id)
) {clustered};
CREATE INDEX conversation_tag_of ON conversation_tag (tenant_id, tag, conversation_id);

CREATE TABLE conversation_seen (
    tenant_id       UUID   NOT NULL,
    conversation_id UUID   NOT NULL,
    user_id         UUID   NOT NULL,
    inbound_count   BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, conversation_id, user_id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id)
) {clustered};

CREATE TABLE message (
    tenant_id       UUID    NOT NULL,
    id              UUID    NOT NULL,
    conversation_id UUID    NOT NULL,
    contact_id      UUID    NOT NULL,
    direction       TEXT    NOT NULL CHECK (direction IN ('in', 'out', 'note')),
    author          TEXT    NOT NULL,
    author_id       UUID,
    body            TEXT    NOT NULL,
    media           TEXT,                  -- JSON array of media ids, NULL: none
    sources         TEXT,                  -- JSON: the passages an assistant answered from
    encoding        TEXT    NOT NULL,
    segments        BIGINT  NOT NULL,
    status          TEXT    NOT NULL,
    failure         TEXT,                  -- JSON: code, explanation, mend
    carrier_ref     TEXT,
    parts           BIGINT,                -- what the carrier billed
    cost_micros     BIGINT,
    currency        TEXT,
    not_before_us   BIGINT,
    stop_if_reply   BOOLEAN NOT NULL,
    draft_id        UUID,
    answers         BOOLEAN NOT NULL,      -- it answers the contact, rather than telling them something
    assistant_version BIGINT,              -- which version of its assistant wrote it
    created_at_us   BIGINT  NOT NULL,
    sent_at_us      BIGINT,
    delivered_at_us BIGINT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id)
) {clustered};
CREATE INDEX message_thread ON message (tenant_id, conversation_id, id);
-- What a receipt is about that comes without our own id. (A text of a contact is told apart by its arrival.)
CREATE UNIQUE INDEX message_carrier_ref ON message (tenant_id, carrier_ref) WHERE direction = 'out' AND carrier_ref IS NOT NULL;
-- What STOP cancels.
CREATE INDEX message_unsent ON message (tenant_id, contact_id) WHERE direction = 'out' AND status IN ('held', 'scheduled', 'queued', 'deferred');

CREATE TABLE receipt_line (
    tenant_id  UUID   NOT NULL,
    message_id UUID   NOT NULL,
    id         UUID   NOT NULL,
    kind       TEXT   NOT NULL CHECK (kind IN ('queued', 'gate', 'attempt', 'carrier', 'settled', 'cancelled',
                                                    'routed')),
    detail     TEXT   NOT NULL,            -- JSON
    at_us      BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, message_id, id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id)
) {clustered};

CREATE TABLE media (
    tenant_id     UUID   NOT NULL REFERENCES tenant (tenant_id),
    id            UUID   NOT NULL,
    content_type  TEXT   NOT NULL,
    bytes         BIGINT NOT NULL,
    token         TEXT   NOT NULL,         -- lets the carrier, which does not sign in, fetch this one attachment
    source_url    TEXT,                    -- where an inbound attachment came from
    state         TEXT   NOT NULL CHECK (state IN ('waiting', 'kept', 'failed')),
    failure       TEXT,
    content       BYTES,
    created_at_us BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
) {strict};
