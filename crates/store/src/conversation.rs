//! Threads, as the API shows them: pages of the inbox, unread marks, and which number to write from.

use std::collections::HashMap;
use std::fmt;

use domain::id::{AssistantId, ContactId, ConversationId, EnrolmentId, NumberId, TeamId, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::contact::{known, pretty, tags};
use crate::{Row, StoreError, TenantTx, args, list, words};

/// One live thread between a contact and one of our numbers.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Conversation {
    /// Which one.
    #[schema(value_type = String, example = "cnv_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub id: ConversationId,
    /// By which way the two sides talk.
    #[schema(value_type = words::Channel)]
    pub channel: String,
    /// Whether it wants work.
    #[schema(value_type = words::ConversationStatus)]
    pub status: String,
    /// When a snoozed one comes back.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub snoozed_until: Option<Timestamp>,
    /// Who answers now.
    pub holder: Holder,
    /// What its assistant may do; `null`: what the assistant itself is set to.
    #[schema(required = true, value_type = Option<words::Mode>)]
    pub mode: Option<String>,
    /// The team that looks after it; `null`: everybody.
    #[schema(required = true, value_type = Option<String>)]
    pub team_id: Option<TeamId>,
    /// The member who looks after it.
    #[schema(required = true, value_type = Option<String>)]
    pub assignee_id: Option<UserId>,
    /// What its assistant must follow; `null`: nothing in particular.
    #[schema(required = true)]
    pub guide: Option<String>,
    /// With whom.
    pub contact: Counterpart,
    /// On which of our numbers.
    pub number: OurNumber,
    /// The conversation that this one follows, when that one was too old to resume.
    #[schema(required = true, value_type = Option<String>)]
    pub previous_id: Option<ConversationId>,
    /// Labels, sorted.
    pub tags: Vec<String>,
    /// Texts of the contact that the asking member has not seen. Only members have it; on the live stream it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>, required = false, nullable = false)]
    pub unread: Option<i64>,
    /// Since when the contact waits for an answer.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub waiting_since: Option<Timestamp>,
    /// When the newest message was written; before the first one, when the conversation was opened.
    #[schema(value_type = String, format = DateTime)]
    pub last_message_at: Timestamp,
    /// The newest message's beginning; `null` before the first.
    #[schema(required = true)]
    pub last_message: Option<LastMessage>,
    /// The newest text of ours did not arrive, and nobody has seen to it: written anew, or closed the conversation.
    #[serde(default)]
    pub send_failed: bool,
    /// Rises with whatever an assistant must have seen before it answers.
    pub version: i64,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// Who answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Holder {
    /// What they are.
    #[schema(value_type = words::HolderKind)]
    pub kind: String,
    /// Which assistant (`ast_…`) or enrolment (`enr_…`).
    #[schema(required = true)]
    pub id: Option<String>,
}

/// The contact of a conversation.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ConversationContact)]
pub struct Counterpart {
    /// Which one.
    #[schema(value_type = String)]
    pub id: ContactId,
    /// Their name; `null`: not known.
    #[schema(required = true)]
    pub name: Option<String>,
    /// Where they work; `null`: not known.
    #[schema(required = true)]
    pub company: Option<String>,
    /// The number that they write from in this conversation, in E.164 form.
    pub phone: String,
    /// The same for people to read.
    pub phone_pretty: String,
    /// The tenant wants nothing more from or to them.
    pub blocked: bool,
    /// Since when they want no texts; `null`: they may be texted.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub opted_out_at: Option<Timestamp>,
}

/// Our end of a conversation.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ConversationNumber)]
pub struct OurNumber {
    /// Which one.
    #[schema(value_type = String)]
    pub id: NumberId,
    /// What the contact sees: E.164, a short code or a name.
    pub e164: String,
    /// The same for people to read.
    pub pretty: String,
    /// What the tenant calls it.
    pub label: String,
}

/// The newest message's beginning.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LastMessage {
    /// Which way it went.
    #[schema(value_type = words::Direction)]
    pub direction: String,
    /// Its first characters.
    pub preview: String,
}

impl fmt::Debug for Conversation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conversation").field("id", &self.id).field("status", &self.status).finish_non_exhaustive()
    }
}

macro_rules! debug_without_content {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}
debug_without_content!(Counterpart, OurNumber, LastMessage);

/// What a conversation is shown by; how many of its texts are unread comes last.
macro_rules! columns {
    () => {
        "v.id, v.channel, v.status, v.snoozed_until_us, v.holder, v.holder_id, v.mode, v.assignee_id, v.guide, v.contact_id,
         c.name, c.company, v.address, c.blocked, a.opted_out_at_us, v.number_id, n.address, n.label, v.previous_id,
         v.waiting_since_us, v.last_message_at_us, v.last_direction, v.preview, v.version, v.created_at_us, tm.id,
         v.send_failed, "
    };
}

/// Both its ends.
macro_rules! ends {
    () => {
        " LEFT JOIN contact c ON c.tenant_id = v.tenant_id AND c.id = v.contact_id
          LEFT JOIN contact_address a ON a.tenant_id = v.tenant_id AND a.kind = 'phone' AND a.address = v.address
          LEFT JOIN number n ON n.tenant_id = v.tenant_id AND n.id = v.number_id
          LEFT JOIN team tm ON tm.tenant_id = v.tenant_id AND tm.id = v.team_id "
    };
}

mod inbox;

pub use inbox::{Answer, Assignee, COUNTED, Filter, Order, Team, count, page};

const BY_IDS: &str =
    concat!("SELECT ", columns!(), "NULL FROM conversation v", ends!(), "WHERE v.tenant_id = $1 AND v.id {among $2}");

const TAGS: &str =
    "SELECT conversation_id, tag FROM conversation_tag WHERE tenant_id = $1 AND conversation_id {among $2}
     ORDER BY conversation_id, tag";

/// All of these conversations that there are, without unread marks.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(
    tx: &mut TenantTx<'_>,
    ids: &[ConversationId],
) -> Result<HashMap<ConversationId, Conversation>, StoreError> {
    let rows = tx.rows(BY_IDS, args![list(ids)]).await?;
    let conversations = rows.iter().map(|row| conversation(row, false)).collect::<Result<_, _>>()?;
    let conversations = with_tags(tx, conversations).await?;
    Ok(conversations.into_iter().map(|conversation| (conversation.id, conversation)).collect())
}

/// One conversation, as `reader` sees it.
///
/// # Errors
/// When the database fails.
pub async fn find(
    tx: &mut TenantTx<'_>,
    id: ConversationId,
    reader: Option<UserId>,
) -> Result<Option<Conversation>, StoreError> {
    let Some(mut found) = by_ids(tx, &[id]).await?.remove(&id) else { return Ok(None) };
    if let Some(reader) = reader {
        let row = tx
            .one(
                "SELECT v.inbound_count - COALESCE(s.inbound_count, 0) FROM conversation v
                 LEFT JOIN conversation_seen s
                   ON s.tenant_id = v.tenant_id AND s.conversation_id = v.id AND s.user_id = $3
                 WHERE v.tenant_id = $1 AND v.id = $2",
                args![id, reader],
            )
            .await?;
        found.unread = Some(row.get::<i64>(0)?.max(0));
    }
    Ok(Some(found))
}

/// Whether there is such a conversation.
///
/// # Errors
/// When the database fails.
pub async fn exists(tx: &mut TenantTx<'_>, id: ConversationId) -> Result<bool, StoreError> {
    Ok(tx.opt("SELECT 1 FROM conversation WHERE tenant_id = $1 AND id = $2", args![id]).await?.is_some())
}

/// `reader` has seen everything so far. False: there is no such conversation.
///
/// # Errors
/// When the database fails.
pub async fn mark_read(tx: &mut TenantTx<'_>, id: ConversationId, reader: UserId) -> Result<bool, StoreError> {
    let marked = tx
        .exec_returning_count(
            "INSERT INTO conversation_seen (tenant_id, conversation_id, user_id, inbound_count)
             SELECT v.tenant_id, v.id, $3, v.inbound_count FROM conversation v WHERE v.tenant_id = $1 AND v.id = $2
             ON CONFLICT (tenant_id, conversation_id, user_id) DO UPDATE SET inbound_count = excluded.inbound_count",
            args![id, reader],
        )
        .await?;
    Ok(marked > 0)
}

/// One of our numbers, by its address: an enabled one before others, if two accounts have it.
///
/// # Errors
/// When the database fails.
pub async fn number_by_address(tx: &mut TenantTx<'_>, address: &str) -> Result<Option<NumberId>, StoreError> {
    let row = tx
        .opt(
            "SELECT id FROM number WHERE tenant_id = $1 AND address = $2 ORDER BY enabled DESC, id LIMIT 1",
            args![address],
        )
        .await?;
    row.map(|row| row.get(0)).transpose()
}

/// Whether this is one of our numbers.
///
/// # Errors
/// When the database fails.
pub async fn has_number(tx: &mut TenantTx<'_>, id: NumberId) -> Result<bool, StoreError> {
    Ok(tx.opt("SELECT 1 FROM number WHERE tenant_id = $1 AND id = $2", args![id]).await?.is_some())
}

/// From which number to write to someone when nobody says: the enabled one last used with them, else the first enabled one
/// of ours, one that can receive answers before one that cannot, and of these one that is registered before one that is not.
///
/// # Errors
/// When the database fails.
pub async fn number_for(tx: &mut TenantTx<'_>, to: &str) -> Result<Option<NumberId>, StoreError> {
    let used = tx
        .opt(
            "SELECT v.number_id FROM contact_address a
             JOIN conversation v ON v.tenant_id = a.tenant_id AND v.contact_id = a.contact_id AND v.address = a.address
             JOIN number n ON n.tenant_id = v.tenant_id AND n.id = v.number_id AND n.enabled
             WHERE a.tenant_id = $1 AND a.kind = 'phone' AND a.address = $2
             ORDER BY v.last_message_at_us DESC, v.id DESC LIMIT 1",
            args![to],
        )
        .await?;
    let row = match used {
        Some(row) => Some(row),
        None => {
            tx.opt(
                "SELECT id FROM number WHERE tenant_id = $1 AND enabled
                 ORDER BY CASE WHEN kind = 'alphanumeric' THEN 2
                               WHEN registration IN ('unregistered', 'pending', 'rejected', 'suspended') THEN 1
                               ELSE 0 END, id LIMIT 1",
                args![],
            )
            .await?
        }
    };
    row.map(|row| row.get(0)).transpose()
}

/// Whether this user is a member of the tenant, so that something can be assigned to them.
///
/// # Errors
/// When the database fails.
pub async fn is_member(tx: &mut TenantTx<'_>, user: UserId) -> Result<bool, StoreError> {
    Ok(tx.opt("SELECT 1 FROM member WHERE tenant_id = $1 AND user_id = $2", args![user]).await?.is_some())
}

async fn with_tags(
    tx: &mut TenantTx<'_>,
    mut conversations: Vec<Conversation>,
) -> Result<Vec<Conversation>, StoreError> {
    let ids: Vec<ConversationId> = conversations.iter().map(|conversation| conversation.id).collect();
    let mut tags = tags(tx, TAGS, &ids).await?;
    for conversation in &mut conversations {
        conversation.tags = tags.remove(&conversation.id.into()).unwrap_or_default();
    }
    Ok(conversations)
}

fn conversation(row: &Row, has_reader: bool) -> Result<Conversation, StoreError> {
    let phone: String = row.get(12)?;
    let ours: String = row.get(16)?;
    let holder: String = row.get(4)?;
    let holder_id = row.get::<Option<Uuid>>(5)?.map(|id| match holder.as_str() {
        "workflow" => EnrolmentId(id).to_string(),
        _ => AssistantId(id).to_string(),
    });
    let (direction, preview) = (row.get::<Option<String>>(21)?, row.get(22)?);
    Ok(Conversation {
        id: row.get(0)?,
        channel: row.get(1)?,
        status: row.get(2)?,
        snoozed_until: row.get(3)?,
        holder: Holder { kind: holder, id: holder_id },
        mode: row.get(6)?,
        team_id: row.get(25)?,
        assignee_id: row.get(7)?,
        guide: known(row.get(8)?),
        contact: Counterpart {
            id: row.get(9)?,
            name: known(row.get(10)?),
            company: known(row.get(11)?),
            phone_pretty: pretty(&phone),
            phone,
            blocked: row.get(13)?,
            opted_out_at: row.get(14)?,
        },
        number: OurNumber { id: row.get(15)?, pretty: pretty(&ours), e164: ours, label: row.get(17)? },
        previous_id: row.get(18)?,
        tags: Vec::new(),
        unread: if has_reader { Some(row.get::<i64>(27)?.max(0)) } else { None },
        waiting_since: row.get(19)?,
        last_message_at: row.get(20)?,
        last_message: direction.map(|direction| LastMessage { direction, preview }),
        send_failed: row.get(26)?,
        version: row.get(23)?,
        created_at: row.get(24)?,
    })
}

/// When whoever is reached at these phones last wrote, from wherever they did; who never has is left out.
///
/// # Errors
/// When the database fails.
pub async fn last_inbound(tx: &mut TenantTx<'_>, phones: &[&str]) -> Result<HashMap<String, Timestamp>, StoreError> {
    let sql = "SELECT a.address, MAX(v.last_inbound_at_us) FROM contact_address a
               JOIN conversation v ON v.tenant_id = a.tenant_id AND v.contact_id = a.contact_id
               WHERE a.tenant_id = $1 AND a.kind = 'phone' AND a.address {among $2} AND v.last_inbound_at_us IS NOT NULL
               GROUP BY a.address";
    let rows = tx.rows(sql, args![list(phones.iter().copied())]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}
