-- What the inbox is looked at by. Each index holds its conversations in the order of their list, so that a page is read from its
-- beginning, however many there are.
CREATE INDEX conversation_assigned ON conversation (tenant_id, assignee_id, status, last_message_at_us, id)
    WHERE assignee_id IS NOT NULL;
CREATE INDEX conversation_unassigned ON conversation (tenant_id, status, last_message_at_us, id) WHERE assignee_id IS NULL;
CREATE INDEX conversation_waiting ON conversation (tenant_id, status, waiting_since_us, id) WHERE waiting_since_us IS NOT NULL;
CREATE INDEX conversation_with_assistant ON conversation (tenant_id, status, last_message_at_us, id) WHERE holder = 'assistant';
CREATE INDEX conversation_send_failed ON conversation (tenant_id, status, last_message_at_us, id) WHERE send_failed;
CREATE INDEX conversation_number ON conversation (tenant_id, number_id, status, last_message_at_us, id);
CREATE INDEX conversation_team ON conversation (tenant_id, team_id, status, last_message_at_us, id) WHERE team_id IS NOT NULL;

-- Who of a campaign answered in this conversation.
CREATE INDEX campaign_recipient_thread ON campaign_recipient (tenant_id, campaign_id, conversation_id)
    WHERE replied_at_us IS NOT NULL;

-- A member's own views of the inbox.
CREATE TABLE inbox_view (
    tenant_id     UUID   NOT NULL,
    id            UUID   NOT NULL,
    user_id       UUID   NOT NULL,
    name          TEXT   NOT NULL,
    folded        TEXT   NOT NULL,      -- the name in small letters: two names of one member that differ in case alone are one
    filter        TEXT   NOT NULL,      -- JSON, as the list of conversations is asked
    created_at_us BIGINT NOT NULL,
    changed_at_us BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES member (tenant_id, user_id)
) {clustered};
CREATE UNIQUE INDEX inbox_view_name ON inbox_view (tenant_id, user_id, folded);
