//! Lines of the log, told: what each says, as things stand when it is read. The live stream, the log of the API and the
//! outgoing webhooks all say the same.

use std::collections::HashMap;
use std::fmt;

use domain::event::Kind;
use domain::id::{
    ApprovalId, AssistantId, CampaignId, ContactId, ConversationId, DraftId, EnrolmentId, ImportId, KnowledgeId,
    ListId, MessageId, NumberId, SegmentId, TeamId, WorkflowId,
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::contact::Contact;
use crate::event::Logged;
use crate::{StoreError, TenantTx, approval, campaign, conversation, draft, knowledge, list, message, team, workflow};

/// A line of the log with what it says.
#[derive(Clone, PartialEq, Eq)]
pub struct Told {
    /// Its number.
    pub seq: i64,
    /// When it was written.
    pub at: Timestamp,
    /// What happened.
    pub kind: Kind,
    /// In which conversation, if in one.
    pub conversation: Option<ConversationId>,
    /// The thing as it is now, as JSON: `{"message":{…}}`, or `{"id":"num_…"}` for what is told by name only and for what is
    /// gone.
    pub data: String,
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Told").field("seq", &self.seq).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// The contacts that these lines tell of.
#[must_use]
pub fn contacts(logged: &[Logged]) -> Vec<ContactId> {
    subjects(logged, Subject::Contact)
}

/// Tells all of these lines, in their order, with one query per kind of thing (and one for its labels or attachments). The
/// contacts are read before: whether a number is on the list of those that get no texts is for who holds its key to say.
///
/// # Errors
/// When the database fails.
pub async fn lines(
    tx: &mut TenantTx<'_>,
    logged: &[Logged],
    contacts: &HashMap<ContactId, Contact>,
) -> Result<Vec<Told>, StoreError> {
    let conversations = conversation::by_ids(tx, &subjects(logged, Subject::Conversation)).await?;
    let messages = message::by_ids(tx, &subjects(logged, Subject::Message)).await?;
    let drafts = draft::by_ids(tx, &subjects(logged, Subject::Draft)).await?;
    let sources = knowledge::by_ids(tx, &subjects(logged, Subject::Knowledge)).await?;
    let approvals = approval::by_ids(tx, &subjects(logged, Subject::Approval)).await?;
    let teams = team::by_ids(tx, &subjects(logged, Subject::Team)).await?;
    let campaigns = campaign::by_ids(tx, &subjects(logged, Subject::Campaign)).await?;
    let lists = list::by_ids(tx, &subjects(logged, Subject::List)).await?;
    let workflows = workflow::by_ids(tx, &subjects(logged, Subject::Workflow)).await?;
    logged
        .iter()
        .map(|logged| {
            let subject = logged.line.subject;
            let data = match Subject::of(logged.line.kind) {
                Subject::Conversation => thing("conversation", &conversations, ConversationId(subject)),
                Subject::Message => thing("message", &messages, MessageId(subject)),
                Subject::Contact => thing("contact", contacts, ContactId(subject)),
                Subject::Draft => thing("draft", &drafts, DraftId(subject)),
                Subject::Approval => thing("approval", &approvals, ApprovalId(subject)),
                Subject::Number => Ok(json!({ "id": NumberId(subject) }).to_string()),
                Subject::Assistant => Ok(json!({ "id": AssistantId(subject) }).to_string()),
                Subject::Knowledge => thing("knowledge", &sources, KnowledgeId(subject)),
                Subject::Team => thing("team", &teams, TeamId(subject)),
                Subject::Campaign => thing("campaign", &campaigns, CampaignId(subject)),
                // It names people; whoever shows it reads it.
                Subject::Check => Ok(json!({ "id": CampaignId(subject) }).to_string()),
                Subject::List => thing("list", &lists, ListId(subject)),
                // Its text needs more than its row; whoever shows it reads it.
                Subject::Segment => Ok(json!({ "id": SegmentId(subject) }).to_string()),
                // It holds rows of the file.
                Subject::Import => Ok(json!({ "id": ImportId(subject) }).to_string()),
                // Whoever is on it holds what they wrote.
                Subject::Enrolment => Ok(json!({ "id": EnrolmentId(subject) }).to_string()),
                Subject::Workflow => thing("workflow", &workflows, WorkflowId(subject)),
            };
            Ok(Told {
                seq: logged.seq,
                at: logged.at,
                kind: logged.line.kind,
                conversation: logged.line.conversation,
                data: data.map_err(StoreError::fault)?,
            })
        })
        .collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    Conversation,
    Message,
    Contact,
    Draft,
    Approval,
    Number,
    Assistant,
    Knowledge,
    Team,
    Campaign,
    Check,
    List,
    Segment,
    Import,
    Workflow,
    Enrolment,
}

impl Subject {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::ConversationCreated | Kind::ConversationUpdated => Self::Conversation,
            Kind::MessageCreated | Kind::MessageUpdated => Self::Message,
            Kind::ContactUpdated => Self::Contact,
            Kind::DraftCreated | Kind::DraftUpdated => Self::Draft,
            Kind::ApprovalUpdated => Self::Approval,
            Kind::NumberUpdated => Self::Number,
            Kind::AssistantUpdated => Self::Assistant,
            Kind::KnowledgeUpdated => Self::Knowledge,
            Kind::TeamUpdated => Self::Team,
            Kind::CampaignUpdated => Self::Campaign,
            Kind::CampaignChecked => Self::Check,
            Kind::ListUpdated => Self::List,
            Kind::SegmentUpdated => Self::Segment,
            Kind::ImportUpdated => Self::Import,
            Kind::WorkflowUpdated => Self::Workflow,
            Kind::EnrolmentUpdated => Self::Enrolment,
        }
    }
}

fn subjects<T: From<Uuid>>(logged: &[Logged], of: Subject) -> Vec<T> {
    let of_kind = |logged: &&Logged| Subject::of(logged.line.kind) == of;
    logged.iter().filter(of_kind).map(|logged| T::from(logged.line.subject)).collect()
}

fn thing<K, T>(name: &str, things: &HashMap<K, T>, id: K) -> Result<String, serde_json::Error>
where
    K: std::hash::Hash + Eq + Serialize,
    T: Serialize,
{
    match things.get(&id) {
        Some(thing) => Ok(format!("{{\"{name}\":{}}}", serde_json::to_string(thing)?)),
        None => Ok(json!({ "id": id }).to_string()),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::Value;

    use super::*;
    use crate::contact;
    use crate::conversation::{Conversation, Counterpart, Holder, LastMessage, OurNumber};
    use crate::media::Media;
    use crate::message::{Author, Cost, Failure, Message, Source};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn id<T: From<Uuid>>(n: u128) -> T {
        T::from(Uuid::from_u128(n))
    }

    fn check(shown: &impl Serialize, expected: &Expect) {
        let value: Value = serde_json::from_str(&serde_json::to_string(shown).unwrap()).unwrap();
        let Value::Object(fields) = value else { panic!("not an object") };
        let lines: Vec<String> = fields.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        expected.assert_eq(&lines.join("\n"));
    }

    fn conversation() -> Conversation {
        Conversation {
            id: id(1),
            channel: "sms".into(),
            status: "snoozed".into(),
            snoozed_until: Some(at("2026-11-24T09:00:00Z")),
            holder: Holder { kind: "assistant".into(), id: Some(AssistantId(Uuid::from_u128(5)).to_string()) },
            mode: None,
            team_id: Some(id(7)),
            assignee_id: Some(id(6)),
            guide: None,
            contact: Counterpart {
                id: id(2),
                name: Some("Ann".into()),
                company: None,
                phone: "+14155552671".into(),
                phone_pretty: "+1 415-555-2671".into(),
                blocked: false,
                opted_out_at: None,
            },
            number: OurNumber {
                id: id(3),
                e164: "+12125550100".into(),
                pretty: "+1 212-555-0100".into(),
                label: "Front desk".into(),
            },
            previous_id: None,
            tags: vec!["vip".into()],
            unread: None,
            waiting_since: Some(at("2026-11-23T10:00:00Z")),
            last_message_at: at("2026-11-23T10:00:00.000001Z"),
            last_message: Some(LastMessage { direction: "in".into(), preview: "Hello".into() }),
            send_failed: false,
            version: 4,
            created_at: at("2026-11-23T09:00:00Z"),
        }
    }

    #[test]
    fn a_conversation_looks_so() {
        check(
            &conversation(),
            &expect![[r#"
            assignee_id: "usr_00000000000000000000000000000006"
            channel: "sms"
            contact: {"blocked":false,"company":null,"id":"con_00000000000000000000000000000002","name":"Ann","opted_out_at":null,"phone":"+14155552671","phone_pretty":"+1 415-555-2671"}
            created_at: "2026-11-23T09:00:00Z"
            guide: null
            holder: {"id":"ast_00000000000000000000000000000005","kind":"assistant"}
            id: "cnv_00000000000000000000000000000001"
            last_message: {"direction":"in","preview":"Hello"}
            last_message_at: "2026-11-23T10:00:00.000001Z"
            mode: null
            number: {"e164":"+12125550100","id":"num_00000000000000000000000000000003","label":"Front desk","pretty":"+1 212-555-0100"}
            previous_id: null
            send_failed: false
            snoozed_until: "2026-11-24T09:00:00Z"
            status: "snoozed"
            tags: ["vip"]
            team_id: "tea_00000000000000000000000000000007"
            version: 4
            waiting_since: "2026-11-23T10:00:00Z""#]],
        );
        let seen = Conversation { unread: Some(2), ..conversation() };
        assert_eq!(serde_json::to_value(seen).unwrap()["unread"], 2);
    }

    #[test]
    fn a_message_looks_so() {
        let message = Message {
            id: id(1),
            conversation_id: id(2),
            direction: "out".into(),
            author: Author { kind: "member".into(), id: Some("usr_1".into()), name: Some("Ann".into()) },
            body: "Nine to five.".into(),
            media: vec![Media {
                id: id(7),
                content_type: "image/png".into(),
                bytes: 68,
                url: "/api/v1/media/med_7".into(),
                state: "kept".into(),
                reason: None,
            }],
            encoding: "gsm7".into(),
            segments: 1,
            status: "failed".into(),
            error: Some(Failure { code: "40300".into(), explanation: "Blocked.".into(), mend: "Call them.".into() }),
            cost: Some(Cost { micros: 4_000, currency: "USD".into() }),
            parts: Some(1),
            not_before: None,
            stop_if_reply: false,
            notice: false,
            assistant_version: None,
            draft_id: Some(id(8)),
            sources: Some(vec![Source { title: "Hours".into(), quote: "9 to 5".into() }]),
            created_at: at("2026-11-23T10:00:00Z"),
            sent_at: Some(at("2026-11-23T10:00:01Z")),
            delivered_at: None,
        };
        check(
            &message,
            &expect![[r#"
            assistant_version: null
            author: {"id":"usr_1","kind":"member","name":"Ann"}
            body: "Nine to five."
            conversation_id: "cnv_00000000000000000000000000000002"
            cost: {"currency":"USD","micros":4000}
            created_at: "2026-11-23T10:00:00Z"
            delivered_at: null
            direction: "out"
            draft_id: "drf_00000000000000000000000000000008"
            encoding: "gsm7"
            error: {"code":"40300","explanation":"Blocked.","mend":"Call them."}
            id: "msg_00000000000000000000000000000001"
            media: [{"bytes":68,"content_type":"image/png","id":"med_00000000000000000000000000000007","reason":null,"state":"kept","url":"/api/v1/media/med_7"}]
            not_before: null
            notice: false
            parts: 1
            segments: 1
            sent_at: "2026-11-23T10:00:01Z"
            sources: [{"quote":"9 to 5","title":"Hours"}]
            status: "failed"
            stop_if_reply: false"#]],
        );
    }

    #[test]
    fn a_contact_looks_so() {
        let contact = contact::Contact {
            id: id(1),
            name: None,
            company: Some("Acme".into()),
            phone: "+14155552671".into(),
            phone_pretty: "+1 415-555-2671".into(),
            addresses: vec![contact::Address {
                kind: "phone".into(),
                address: "+14155552671".into(),
                pretty: "+1 415-555-2671".into(),
                primary: true,
                verified_at: None,
                opted_out_at: Some(at("2026-11-23T10:00:00Z")),
                suppressed_at: None,
                created_at: at("2026-11-23T09:00:00Z"),
            }],
            language: Some("en".into()),
            note: None,
            time_zone: Some("America/Los_Angeles".into()),
            zone: contact::Zone { source: "own".into(), names: vec!["America/Los_Angeles".into()] },
            quiet_hours: None,
            blocked: false,
            opted_out_at: Some(at("2026-11-23T10:00:00Z")),
            suppressed_at: None,
            consent: contact::ContactConsent::default(),
            tags: vec![],
            lists: vec![],
            fields: [("size".to_owned(), domain::field::Value::Number(52.into()))].into(),
            created_at: at("2026-11-23T09:00:00Z"),
        };
        check(
            &contact,
            &expect![[r#"
                addresses: [{"address":"+14155552671","created_at":"2026-11-23T09:00:00Z","kind":"phone","opted_out_at":"2026-11-23T10:00:00Z","pretty":"+1 415-555-2671","primary":true,"suppressed_at":null,"verified_at":null}]
                blocked: false
                company: "Acme"
                consent: {"marketing":{"numbers":[],"since":null,"standing":null},"service":{"numbers":[],"since":null,"standing":null}}
                created_at: "2026-11-23T09:00:00Z"
                fields: {"size":52}
                id: "con_00000000000000000000000000000001"
                language: "en"
                lists: []
                name: null
                note: null
                opted_out_at: "2026-11-23T10:00:00Z"
                phone: "+14155552671"
                phone_pretty: "+1 415-555-2671"
                quiet_hours: null
                suppressed_at: null
                tags: []
                time_zone: "America/Los_Angeles"
                zone: {"names":["America/Los_Angeles"],"source":"own"}"#]],
        );
    }

    #[test]
    fn a_draft_looks_so() {
        let draft = draft::Draft {
            id: id(1),
            conversation_id: id(2),
            assistant_id: id(3),
            body: "Nine to five.".into(),
            sources: vec![Source { title: "Hours".into(), quote: "9 to 5".into() }],
            state: "open".into(),
            held_back: None,
            run_id: Some(id(9)),
            reason: None,
            created_at: at("2026-11-23T10:00:00Z"),
        };
        check(
            &draft,
            &expect![[r#"
            assistant_id: "ast_00000000000000000000000000000003"
            body: "Nine to five."
            conversation_id: "cnv_00000000000000000000000000000002"
            created_at: "2026-11-23T10:00:00Z"
            held_back: null
            id: "drf_00000000000000000000000000000001"
            reason: null
            run_id: "run_00000000000000000000000000000009"
            sources: [{"quote":"9 to 5","title":"Hours"}]
            state: "open""#]],
        );
    }

    #[test]
    fn an_approval_looks_so() {
        let approval = approval::Approval {
            id: id(1),
            conversation_id: id(2),
            assistant_id: id(3),
            assistant_version: 4,
            run_id: id(5),
            tool: "refund".into(),
            arguments: json!({ "order": "7" }),
            asks: approval::Asks::Person,
            state: "done".into(),
            decided_by_kind: Some("member".into()),
            decided_by: Some(id(6)),
            decided_at: Some(at("2026-11-23T10:05:00Z")),
            result: Some("paid".into()),
            expires_at: at("2026-11-24T10:00:00Z"),
            created_at: at("2026-11-23T10:00:00Z"),
        };
        check(
            &approval,
            &expect![[r#"
                arguments: {"order":"7"}
                asks: "person"
                assistant_id: "ast_00000000000000000000000000000003"
                assistant_version: 4
                conversation_id: "cnv_00000000000000000000000000000002"
                created_at: "2026-11-23T10:00:00Z"
                decided_at: "2026-11-23T10:05:00Z"
                decided_by: "usr_00000000000000000000000000000006"
                decided_by_kind: "member"
                expires_at: "2026-11-24T10:00:00Z"
                id: "apr_00000000000000000000000000000001"
                result: "paid"
                run_id: "run_00000000000000000000000000000005"
                state: "done"
                tool: "refund""#]],
        );
    }

    #[test]
    fn nothing_of_people_is_in_debug() {
        let shown = format!("{:?} {:?}", conversation(), conversation().contact);
        assert!(!shown.contains("415") && !shown.contains("Ann") && !shown.contains("Hello"), "{shown}");
    }
}
