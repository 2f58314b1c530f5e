//! What the file of a person holds, section by section.

use domain::id::{
    ApprovalId, AssistantId, CampaignId, ContactId, ConversationId, DraftId, EnrolmentId, ImportId, ListId, MergeId,
    MessageId, NumberId, RecipientId, UserId, WebhookId, WorkflowId,
};
use uuid::Uuid;

use super::{As, Section};

/// Tables that erasing a person changes and their file leaves out, each with the reason.
pub const NOT_TOLD: [(&str, &str); 9] = [
    ("entry", "who is about to enter a workflow, for a moment"),
    ("enrolment_event", "what their ways are told, until they heed it a moment later"),
    ("errand", "what is being asked elsewhere for their ways, which tell it"),
    ("outbox", "the bytes of a text on its way: messages tell it"),
    ("contact_import", "what a file turned out to be; whoever is in it became a contact or is nobody's"),
    ("contact_import_part", "files cannot be looked into for one person"),
    ("contact_import_reject", "files cannot be looked into for one person"),
    ("workflow_seen", "who was in a segment: the segment's condition and what is told of them say so"),
    ("contact_import_step", "what they were before an import: their history tells it"),
];

/// A few rows, all read at once: those without ids of their own go by their contact's.
const FEW: u32 = 10_000;
const SOME: u32 = 200;

macro_rules! id {
    ($kind:ident) => {
        As::Id(|id: Uuid| $kind(id).to_string())
    };
}

/// An id that has no prefix.
const PLAIN: As = As::Id(|id: Uuid| id.to_string());

/// What lies in the conversations of the contact `$2`, page by page.
macro_rules! in_conversations {
    ($columns:literal, $table:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM conversation v
             JOIN ",
            $table,
            " t ON t.tenant_id = v.tenant_id AND t.conversation_id = v.id
             WHERE v.tenant_id = $1 AND v.contact_id = $2 AND t.id > $3 ORDER BY t.id LIMIT $4"
        )
    };
}

/// All sections, in the order of the file.
pub const SECTIONS: &[Section] = &[
    Section {
        name: "persons",
        tables: &["contact"],
        at_once: FEW,
        sql: "SELECT id, id, name, company, language, time_zone, note, quiet_hours, blocked, created_at_us, gone_at_us
              FROM contact WHERE tenant_id = $1 AND id = $2 AND id > $3 LIMIT $4",
        columns: &[
            ("id", id!(ContactId)), ("name", As::Text), ("company", As::Text), ("language", As::Text),
            ("time_zone", As::Text), ("note", As::Text), ("quiet_hours", As::Json), ("blocked", As::YesNo),
            ("created_at", As::Moment), ("merged_at", As::Moment),
        ],
    },
    Section {
        name: "addresses",
        tables: &["contact_address"],
        at_once: FEW,
        sql: "SELECT contact_id, kind, address, preferred, verified_at_us, opted_in_at_us, opted_out_at_us, created_at_us
              FROM contact_address WHERE tenant_id = $1 AND contact_id = $2 AND contact_id > $3
              ORDER BY kind, address LIMIT $4",
        columns: &[
            ("kind", As::Text), ("address", As::Text), ("chosen", As::YesNo), ("verified_at", As::Moment),
            ("opted_in_at", As::Moment), ("opted_out_at", As::Moment), ("created_at", As::Moment),
        ],
    },
    Section {
        name: "fields",
        tables: &["contact_field"],
        at_once: FEW,
        sql: "SELECT contact_id, field, value, set_at_us FROM contact_field
              WHERE tenant_id = $1 AND contact_id = $2 AND contact_id > $3 ORDER BY field LIMIT $4",
        columns: &[("key", As::Text), ("value", As::Text), ("set_at", As::Moment)],
    },
    Section {
        name: "tags",
        tables: &["contact_tag"],
        at_once: FEW,
        sql: "SELECT contact_id, tag FROM contact_tag
              WHERE tenant_id = $1 AND contact_id = $2 AND contact_id > $3 ORDER BY tag LIMIT $4",
        columns: &[("tag", As::Text)],
    },
    Section {
        name: "lists",
        tables: &["contact_list_member"],
        at_once: FEW,
        sql: "SELECT m.contact_id, m.list_id, l.name, m.added_at_us FROM contact_list_member m
              JOIN contact_list l ON l.tenant_id = m.tenant_id AND l.id = m.list_id
              WHERE m.tenant_id = $1 AND m.contact_id = $2 AND m.contact_id > $3 ORDER BY m.list_id LIMIT $4",
        columns: &[("list_id", id!(ListId)), ("name", As::Text), ("added_at", As::Moment)],
    },
    Section {
        name: "history",
        tables: &["contact_change"],
        at_once: SOME,
        sql: "SELECT id, id, part, was, is_now, by_kind, by_id, at_us FROM contact_change
              WHERE tenant_id = $1 AND contact_id = $2 AND id > $3 ORDER BY id LIMIT $4",
        columns: &[
            ("id", PLAIN), ("part", As::Text), ("from", As::Text), ("to", As::Text), ("by", As::Text), ("by_id", PLAIN),
            ("at", As::Moment),
        ],
    },
    Section {
        name: "merges",
        tables: &["contact_merge"],
        at_once: SOME,
        sql: "SELECT id, id, kept, gone, moved, by_kind, by_id, at_us, undone_at_us FROM contact_merge
              WHERE tenant_id = $1 AND kept = $2 AND id > $3 ORDER BY id LIMIT $4",
        columns: &[
            ("id", id!(MergeId)), ("kept", id!(ContactId)), ("gone", id!(ContactId)), ("moved", As::Json), ("by", As::Text),
            ("by_id", PLAIN), ("at", As::Moment), ("undone_at", As::Moment),
        ],
    },
    Section {
        name: "consents",
        tables: &["consent"],
        at_once: SOME,
        sql: "SELECT id, id, state, purpose, number_id, address, source, keyword, message_id, shown, detail, proof,
                  jurisdiction, by_user, import_id, at_us
              FROM consent WHERE tenant_id = $1 AND contact_id = $2 AND id > $3 ORDER BY id LIMIT $4",
        columns: &[
            ("id", PLAIN), ("state", As::Text), ("purpose", As::Text), ("number_id", id!(NumberId)), ("phone", As::Text),
            ("source", As::Text), ("keyword", As::Text), ("message_id", id!(MessageId)), ("shown", As::Text),
            ("how", As::Text), ("proof", As::Text), ("jurisdiction", As::Text), ("by_user_id", id!(UserId)),
            ("import_id", id!(ImportId)), ("at", As::Moment),
        ],
    },
    Section {
        name: "consent_standing",
        tables: &["consent_standing"],
        at_once: FEW,
        sql: "SELECT a.contact_id, s.address, s.purpose, s.number_id,
                  s.opted_in_at_us, s.opted_out_at_us
              FROM contact_address a JOIN consent_standing s ON s.tenant_id = a.tenant_id AND s.address = a.address
              WHERE a.tenant_id = $1 AND a.contact_id = $2 AND a.contact_id > $3
              ORDER BY s.address, s.purpose, s.number_id LIMIT $4",
        columns: &[
            ("phone", As::Text), ("purpose", As::Text), ("number_id", id!(NumberId)), ("opted_in_at", As::Moment),
            ("opted_out_at", As::Moment),
        ],
    },
    Section {
        name: "conversations",
        tables: &["conversation"],
        at_once: SOME,
        sql: "SELECT id, id, channel, address, number_id, status, holder, guide, preview, created_at_us, last_message_at_us,
                  last_inbound_at_us, resolved_at_us
              FROM conversation WHERE tenant_id = $1 AND contact_id = $2 AND id > $3 ORDER BY id LIMIT $4",
        columns: &[
            ("id", id!(ConversationId)), ("channel", As::Text), ("address", As::Text), ("number_id", id!(NumberId)),
            ("status", As::Text), ("holder", As::Text), ("guide", As::Text), ("preview", As::Text),
            ("created_at", As::Moment), ("last_message_at", As::Moment), ("last_inbound_at", As::Moment),
            ("closed_at", As::Moment),
        ],
    },
    Section {
        name: "conversation_tags",
        tables: &["conversation_tag"],
        at_once: SOME,
        sql: "SELECT t.conversation_id, t.conversation_id, t.tag FROM conversation_tag t
              WHERE t.tenant_id = $1 AND t.conversation_id IN (
                  SELECT DISTINCT v.id FROM conversation v
                  JOIN conversation_tag g ON g.tenant_id = v.tenant_id AND g.conversation_id = v.id
                  WHERE v.tenant_id = $1 AND v.contact_id = $2 AND v.id > $3 ORDER BY v.id LIMIT $4)
              ORDER BY t.conversation_id, t.tag",
        columns: &[("conversation_id", id!(ConversationId)), ("tag", As::Text)],
    },
    Section {
        name: "messages",
        tables: &["message"],
        at_once: SOME,
        sql: in_conversations!(
            "t.id, t.id, t.conversation_id, v.channel, t.direction, t.author, t.author_id, t.body, t.media, t.sources,
             t.segments, t.status, t.failure, t.cost_micros, t.currency, t.not_before_us, t.created_at_us, t.sent_at_us,
             t.delivered_at_us",
            "message"
        ),
        columns: &[
            ("id", id!(MessageId)), ("conversation_id", id!(ConversationId)), ("channel", As::Text), ("direction", As::Text),
            ("author", As::Text), ("author_id", PLAIN), ("body", As::Text), ("media", As::Json), ("sources", As::Json),
            ("segments", As::Number), ("status", As::Text), ("error", As::Json), ("cost_micros", As::Number),
            ("currency", As::Text), ("not_before", As::Moment), ("created_at", As::Moment), ("sent_at", As::Moment),
            ("delivered_at", As::Moment),
        ],
    },
    Section {
        name: "receipts",
        tables: &["receipt_line"],
        at_once: SOME,
        sql: "SELECT l.id, l.message_id, l.kind, l.detail, l.at_us FROM conversation v
              JOIN message m ON m.tenant_id = v.tenant_id AND m.conversation_id = v.id
              JOIN receipt_line l ON l.tenant_id = m.tenant_id AND l.message_id = m.id
              WHERE v.tenant_id = $1 AND v.contact_id = $2 AND l.id > $3 ORDER BY l.id LIMIT $4",
        columns: &[("message_id", id!(MessageId)), ("kind", As::Text), ("detail", As::Json), ("at", As::Moment)],
    },
    Section {
        name: "drafts",
        tables: &["draft"],
        at_once: SOME,
        sql: in_conversations!(
            "t.id, t.id, t.conversation_id, t.assistant_id, t.body, t.sources, t.state, t.reason, t.held_back, t.created_at_us",
            "draft"
        ),
        columns: &[
            ("id", id!(DraftId)), ("conversation_id", id!(ConversationId)), ("assistant_id", id!(AssistantId)),
            ("body", As::Text), ("sources", As::Json), ("state", As::Text), ("reason", As::Text), ("held_back", As::Text),
            ("created_at", As::Moment),
        ],
    },
    Section {
        name: "approvals",
        tables: &["tool_approval"],
        at_once: SOME,
        sql: in_conversations!(
            "t.id, t.id, t.conversation_id, t.assistant_id, t.tool, t.arguments, t.state, t.result, t.created_at_us,
             t.decided_at_us",
            "tool_approval"
        ),
        columns: &[
            ("id", id!(ApprovalId)), ("conversation_id", id!(ConversationId)), ("assistant_id", id!(AssistantId)),
            ("tool", As::Text), ("arguments", As::Json), ("state", As::Text), ("result", As::Text),
            ("created_at", As::Moment), ("decided_at", As::Moment),
        ],
    },
    Section {
        name: "tool_uses",
        tables: &["tool_use"],
        at_once: SOME,
        sql: in_conversations!(
            "t.id, t.conversation_id, t.assistant_id, t.tool, t.arguments, t.ended, t.result, t.begun_at_us",
            "tool_use"
        ),
        columns: &[
            ("conversation_id", id!(ConversationId)), ("assistant_id", id!(AssistantId)), ("tool", As::Text),
            ("arguments", As::Json), ("ended", As::Text), ("result", As::Text), ("begun_at", As::Moment),
        ],
    },
    Section {
        name: "assistant_runs",
        tables: &["assistant_run"],
        // What a run saw may be long.
        at_once: 20,
        sql: in_conversations!(
            "t.id, t.id, t.conversation_id, t.assistant_id, t.model, t.outcome, t.message_id, t.record, t.created_at_us",
            "assistant_run"
        ),
        columns: &[
            ("id", PLAIN), ("conversation_id", id!(ConversationId)), ("assistant_id", id!(AssistantId)), ("model", As::Text),
            ("outcome", As::Text), ("message_id", id!(MessageId)), ("record", As::Json), ("created_at", As::Moment),
        ],
    },
    Section {
        name: "replayed_turns",
        tables: &["assistant_replay_turn"],
        at_once: 20,
        sql: "SELECT t.message_id, t.message_id, t.conversation_id, t.then_is, t.now_is FROM assistant_replay_turn t
              WHERE t.tenant_id = $1 AND t.message_id IN (
                  SELECT DISTINCT g.message_id FROM conversation v
                  JOIN assistant_replay_turn g ON g.tenant_id = v.tenant_id AND g.conversation_id = v.id
                  WHERE v.tenant_id = $1 AND v.contact_id = $2 AND g.message_id > $3 ORDER BY g.message_id LIMIT $4)
              ORDER BY t.message_id, t.replay_id",
        columns: &[
            ("message_id", id!(MessageId)), ("conversation_id", id!(ConversationId)), ("then", As::Json), ("now", As::Json),
        ],
    },
    Section {
        name: "imports",
        tables: &["contact_import_member"],
        at_once: SOME,
        sql: "SELECT i.id, i.id, i.name, i.created_at_us FROM contact_import i
              JOIN contact_import_member m ON m.tenant_id = i.tenant_id AND m.import_id = i.id AND m.contact_id = $2
              WHERE i.tenant_id = $1 AND i.id > $3 ORDER BY i.id LIMIT $4",
        columns: &[("id", id!(ImportId)), ("file_name", As::Text), ("created_at", As::Moment)],
    },
    Section {
        name: "campaigns",
        tables: &["campaign_recipient"],
        at_once: SOME,
        sql: "SELECT r.id, r.id, r.campaign_id, c.name, r.phone, r.number_id, r.standing, r.variant, r.body, r.segments,
                  r.failure, r.carrier, r.cost_micros, r.currency, r.conversation_id, r.handed_at_us, r.sent_at_us,
                  r.delivered_at_us, r.replied_at_us, r.clicked_at_us, r.opted_out_at_us
              FROM campaign_recipient r JOIN campaign c ON c.tenant_id = r.tenant_id AND c.id = r.campaign_id
              WHERE r.tenant_id = $1 AND r.contact_id = $2 AND r.id > $3 ORDER BY r.id LIMIT $4",
        columns: &[
            ("recipient_id", id!(RecipientId)), ("campaign_id", id!(CampaignId)), ("campaign_name", As::Text),
            ("phone", As::Text), ("number_id", id!(NumberId)), ("standing", As::Text), ("variant", As::Number),
            ("body", As::Text), ("segments", As::Number), ("error", As::Json), ("carrier", As::Text),
            ("cost_micros", As::Number), ("currency", As::Text), ("conversation_id", id!(ConversationId)),
            ("handed_at", As::Moment), ("sent_at", As::Moment), ("delivered_at", As::Moment), ("replied_at", As::Moment),
            ("clicked_at", As::Moment), ("opted_out_at", As::Moment),
        ],
    },
    Section {
        name: "workflows",
        tables: &["enrolment"],
        at_once: SOME,
        sql: "SELECT n.id, n.id, n.workflow_id, w.name, n.version, n.phone, n.number_id, n.source, n.entry_key, n.status,
                  n.step_id, n.outcome, n.state, n.entered_at_us, n.ended_at_us
              FROM enrolment n JOIN workflow w ON w.tenant_id = n.tenant_id AND w.id = n.workflow_id
              WHERE n.tenant_id = $1 AND n.contact_id = $2 AND n.id > $3 AND n.state <> '' ORDER BY n.id LIMIT $4",
        columns: &[
            ("enrolment_id", id!(EnrolmentId)), ("workflow_id", id!(WorkflowId)), ("workflow_name", As::Text),
            ("version", As::Number), ("phone", As::Text), ("number_id", id!(NumberId)), ("source", As::Json),
            ("key", As::Text), ("status", As::Text), ("step", As::Text), ("outcome", As::Text), ("state", As::Json),
            ("entered_at", As::Moment), ("ended_at", As::Moment),
        ],
    },
    Section {
        name: "workflow_turns",
        tables: &["enrolment_log"],
        at_once: SOME,
        sql: "SELECT n.id, n.id, t.seq, t.event, t.lines, t.at_us, t.seq
              FROM enrolment n JOIN enrolment_log t ON t.tenant_id = n.tenant_id AND t.enrolment_id = n.id
              WHERE n.tenant_id = $1 AND n.contact_id = $2 AND n.id >= $3 AND (n.id > $3 OR t.seq > $5)
              ORDER BY n.id, t.seq LIMIT $4",
        columns: &[
            ("enrolment_id", id!(EnrolmentId)), ("turn", As::Number), ("event", As::Text), ("lines", As::Json),
            ("at", As::Moment),
        ],
    },
    Section {
        name: "workflow_runs",
        tables: &["enrolment_run"],
        // What a run saw may be long.
        at_once: 20,
        sql: "SELECT t.id, t.id, n.id, t.step_id, t.assistant_id, t.model, t.outcome, t.record, t.created_at_us
              FROM enrolment n JOIN enrolment_run t ON t.tenant_id = n.tenant_id AND t.enrolment_id = n.id
              WHERE n.tenant_id = $1 AND n.contact_id = $2 AND t.id > $3 ORDER BY t.id LIMIT $4",
        columns: &[
            ("id", PLAIN), ("enrolment_id", id!(EnrolmentId)), ("step", As::Text), ("assistant_id", id!(AssistantId)),
            ("model", As::Text), ("outcome", As::Text), ("record", As::Json), ("created_at", As::Moment),
        ],
    },
    Section {
        name: "clicks",
        tables: &["link_click"],
        at_once: SOME,
        sql: "SELECT k.id, k.campaign_id, k.recipient_id, l.url, k.agent, k.verdict, k.at_us FROM campaign_recipient r
              JOIN link_click k ON k.tenant_id = r.tenant_id AND k.recipient_id = r.id
              LEFT JOIN campaign_link l ON l.tenant_id = k.tenant_id AND l.id = k.link_id
              WHERE r.tenant_id = $1 AND r.contact_id = $2 AND k.id > $3 ORDER BY k.id LIMIT $4",
        columns: &[
            ("campaign_id", id!(CampaignId)), ("recipient_id", id!(RecipientId)), ("url", As::Text), ("agent", As::Text),
            ("verdict", As::Text), ("at", As::Moment),
        ],
    },
    Section {
        name: "named_in_campaigns",
        tables: &["campaign"],
        at_once: SOME,
        sql: r#"SELECT c.id, c.id, c.name FROM campaign c
              WHERE c.tenant_id = $1 AND c.id > $3 AND EXISTS (
                  SELECT 1 FROM contact_address a WHERE a.tenant_id = $1 AND a.contact_id = $2 AND a.kind = 'phone'
                    AND c.settings LIKE '%"' || a.address || '"%')
              ORDER BY c.id LIMIT $4"#,
        columns: &[("campaign_id", id!(CampaignId)), ("campaign_name", As::Text)],
    },
    Section {
        name: "told_to_endpoints",
        tables: &["webhook_delivery"],
        at_once: SOME,
        sql: "SELECT d.id, d.webhook_id, d.kind, d.state, d.created_at_us FROM webhook_delivery d
              WHERE d.tenant_id = $1 AND d.id > $3 AND (
                  EXISTS (SELECT 1 FROM contact_address a WHERE a.tenant_id = $1 AND a.contact_id = $2
                            AND d.body LIKE '%' || a.address || '%')
                  OR EXISTS (SELECT 1 FROM event e WHERE e.tenant_id = $1 AND e.seq = d.seq
                               AND (e.subject = $2 OR e.conversation_id IN (
                                        SELECT id FROM conversation WHERE tenant_id = $1 AND contact_id = $2))))
              ORDER BY d.id LIMIT $4",
        columns: &[("webhook_id", id!(WebhookId)), ("event", As::Text), ("state", As::Text), ("at", As::Moment)],
    },
];
