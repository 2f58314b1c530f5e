//! Texts and notes, as the API shows them, and why each text was or was not sent.

use std::collections::HashMap;
use std::fmt;

use domain::decision;
use domain::gate::Verdict;
use domain::id::{ContactId, ConversationId, DraftId, MediaId, MessageId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::media::{self, Media};
use crate::{Row, StoreError, TenantTx, args, list, scene, words};

/// One text in or out, or a note.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Message {
    /// Which one.
    #[schema(value_type = String, example = "msg_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub id: MessageId,
    /// In which conversation.
    #[schema(value_type = String)]
    pub conversation_id: ConversationId,
    /// Which way it went.
    #[schema(value_type = words::Direction)]
    pub direction: String,
    /// Who wrote it.
    pub author: Author,
    /// The text, as sent: after smart encoding.
    pub body: String,
    /// Attachments.
    pub media: Vec<Media>,
    /// How the carrier encodes it.
    #[schema(value_type = words::Encoding)]
    pub encoding: String,
    /// As how many segments it counts; 0 for a note.
    pub segments: u32,
    /// Where it stands. It only moves forward; what the carrier did not take waits again until a later `not_before`.
    #[schema(value_type = words::MessageStatus)]
    pub status: String,
    /// Why it did not arrive.
    #[schema(required = true)]
    pub error: Option<Failure>,
    /// What the carrier took for it, once known.
    #[schema(required = true)]
    pub cost: Option<Cost>,
    /// As how many parts the carrier billed it, once known.
    #[schema(required = true)]
    pub parts: Option<u32>,
    /// Until when it waits: held, scheduled, deferred, or to be tried again; while it is being sent, until when it did.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub not_before: Option<Timestamp>,
    /// It is cancelled if the contact writes first.
    pub stop_if_reply: bool,
    /// The assistant's draft that it came from.
    #[schema(required = true, value_type = Option<String>)]
    pub draft_id: Option<DraftId>,
    /// It answers nothing: somebody who waits for an answer still does.
    pub notice: bool,
    /// Which version of its assistant wrote it; `null` when it is not of an assistant.
    #[schema(required = true)]
    pub assistant_version: Option<u32>,
    /// The passages that an assistant answered from; `null` when it is not of an assistant.
    #[schema(required = true)]
    pub sources: Option<Vec<Source>>,
    /// When it was written, or came in.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When the carrier took it.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub sent_at: Option<Timestamp>,
    /// When it arrived.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub delivered_at: Option<Timestamp>,
}

/// Who wrote it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Author {
    /// What they are.
    #[schema(value_type = words::AuthorKind)]
    pub kind: String,
    /// Which one, with the prefix of its kind.
    #[schema(required = true)]
    pub id: Option<String>,
    /// What they are called, if known.
    #[schema(required = true)]
    pub name: Option<String>,
}

/// Why it did not arrive, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Failure {
    /// The carrier's code, or ours.
    pub code: String,
    /// What happened, in plain words.
    pub explanation: String,
    /// What to do about it.
    pub mend: String,
}

/// What the carrier took for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cost {
    /// Millionths of the currency's unit.
    pub micros: i64,
    /// ISO 4217.
    pub currency: String,
}

/// A passage that an assistant answered from.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Source {
    /// Where it stands.
    pub title: String,
    /// What it says.
    pub quote: String,
}

/// Why a message was or was not sent, line by line in the order of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Receipt {
    /// Whose.
    #[schema(value_type = String)]
    pub message_id: MessageId,
    /// What happened.
    pub lines: Vec<ReceiptLine>,
}

/// One thing that happened to a message; what does not apply is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceiptLine {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What.
    #[schema(value_type = words::ReceiptKind)]
    pub kind: &'static str,
    /// Gate: when it was asked, `queued` or `sending` (just before it was sent).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<&'static str>,
    /// Gate: `send`, `defer` or `skip`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<&'static str>,
    /// Gate, cancelled: a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Gate: deferred until.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// Attempt: which one; the first is 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// Attempt, settled: how it ended, in plain words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// Carrier: the status that its word led to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::MessageStatus>)]
    pub status: Option<&'static str>,
    /// Carrier: its code for why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why, in plain words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
    /// Carrier: as how many parts it was billed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parts: Option<u32>,
    /// Carrier: what it cost, in millionths of the currency's unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_micros: Option<i64>,
    /// Carrier: ISO 4217.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("id", &self.id).field("status", &self.status).finish_non_exhaustive()
    }
}

impl fmt::Debug for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Author").field("kind", &self.kind).field("id", &self.id).finish_non_exhaustive()
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").finish_non_exhaustive()
    }
}

/// A message with its author's name.
macro_rules! message {
    () => {
        "SELECT m.id, m.conversation_id, m.direction, m.author, m.author_id, COALESCE(u.name, a.name, c.name), m.body,
                m.media, m.sources, m.encoding, m.segments, m.status, m.failure, m.cost_micros, m.currency, m.parts,
                m.not_before_us, m.stop_if_reply, m.draft_id, m.created_at_us, m.sent_at_us, m.delivered_at_us,
                m.direction = 'out' AND NOT m.answers, m.assistant_version
         FROM message m
         LEFT JOIN user_account u ON m.author = 'member' AND u.id = m.author_id
         LEFT JOIN assistant a ON m.author = 'assistant' AND a.tenant_id = m.tenant_id AND a.id = m.author_id
         LEFT JOIN contact c ON m.author = 'contact' AND c.tenant_id = m.tenant_id AND c.id = m.author_id
         WHERE m.tenant_id = $1"
    };
}

const BY_IDS: &str = concat!(message!(), " AND m.id {among $2}");

/// A page of a conversation, the newest first, after `after`.
///
/// # Errors
/// When the database fails.
pub async fn page(
    tx: &mut TenantTx<'_>,
    conversation: ConversationId,
    after: Option<MessageId>,
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    let rows = tx
        .rows(
            concat!(message!(), " AND m.conversation_id = $2 AND m.id < $3 ORDER BY m.id DESC LIMIT $4"),
            args![conversation, after.unwrap_or(MessageId(Uuid::max())), limit],
        )
        .await?;
    messages(tx, rows).await
}

/// A page of a conversation that begins right after a message and goes on towards the end, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn newer(
    tx: &mut TenantTx<'_>,
    conversation: ConversationId,
    than: MessageId,
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    let rows = tx
        .rows(
            concat!(message!(), " AND m.conversation_id = $2 AND m.id > $3 ORDER BY m.id LIMIT $4"),
            args![conversation, than, limit],
        )
        .await?;
    let mut page = messages(tx, rows).await?;
    page.reverse();
    Ok(page)
}

/// What was said with somebody in all their conversations, notes among it, the newest first, after a moment (microseconds) and
/// an id.
///
/// # Errors
/// When the database fails.
pub async fn of_contact(
    tx: &mut TenantTx<'_>,
    contact: ContactId,
    (at, after): (i64, Uuid),
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    let rows = tx
        .rows(
            concat!(
                message!(),
                " AND m.conversation_id IN (SELECT id FROM conversation WHERE tenant_id = $1 AND contact_id = $2)
                  AND (m.created_at_us, m.id) < ($3, $4) ORDER BY m.created_at_us DESC, m.id DESC LIMIT $5"
            ),
            args![contact, at, after, limit],
        )
        .await?;
    messages(tx, rows).await
}

/// All of these messages that there are.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(tx: &mut TenantTx<'_>, ids: &[MessageId]) -> Result<HashMap<MessageId, Message>, StoreError> {
    let rows = tx.rows(BY_IDS, args![list(ids)]).await?;
    Ok(messages(tx, rows).await?.into_iter().map(|message| (message.id, message)).collect())
}

/// One message.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut TenantTx<'_>, id: MessageId) -> Result<Option<Message>, StoreError> {
    Ok(by_ids(tx, &[id]).await?.remove(&id))
}

/// Why a message was or was not sent; `None`: there is no such message. One that came in, and a note, has no lines.
///
/// # Errors
/// When the database fails.
pub async fn receipt(tx: &mut TenantTx<'_>, id: MessageId) -> Result<Option<Receipt>, StoreError> {
    let about =
        tx.opt("SELECT direction, created_at_us FROM message WHERE tenant_id = $1 AND id = $2", args![id]).await?;
    let Some(about) = about else { return Ok(None) };
    let mut lines = Vec::new();
    if about.get::<String>(0)? == "out" {
        lines.push(ReceiptLine::new(about.get(1)?, "queued"));
    }
    let rows = tx
        .rows("SELECT at_us, detail FROM receipt_line WHERE tenant_id = $1 AND message_id = $2 ORDER BY id", args![id])
        .await?;
    for row in rows {
        let detail = serde_json::from_str(&row.get::<String>(1)?).map_err(StoreError::fault)?;
        lines.push(ReceiptLine::of(row.get(0)?, detail));
    }
    Ok(Some(Receipt { message_id: id, lines }))
}

impl ReceiptLine {
    fn new(at: Timestamp, kind: &'static str) -> Self {
        Self {
            at,
            kind,
            when: None,
            verdict: None,
            reason: None,
            until: None,
            attempt: None,
            result: None,
            status: None,
            code: None,
            explanation: None,
            mend: None,
            parts: None,
            cost_micros: None,
            currency: None,
        }
    }

    fn of(at: Timestamp, line: decision::ReceiptLine) -> Self {
        let mut shown = Self::new(at, line.kind());
        match line {
            decision::ReceiptLine::Gate { when, verdict } => {
                shown.when = Some(match when {
                    decision::GateAsked::Queued => "queued",
                    decision::GateAsked::Sending => "sending",
                });
                let (word, reason, until) = match verdict {
                    Verdict::Send => ("send", None, None),
                    Verdict::Defer { until, reason } => ("defer", Some(reason), Some(until)),
                    Verdict::Skip { reason } => ("skip", Some(reason), None),
                };
                shown.verdict = Some(word);
                shown.until = until;
                shown.reason = reason.map(|reason| reason.code().to_owned());
                shown.explanation = reason.map(|reason| reason.explanation().to_owned());
                shown.mend = reason.map(|reason| reason.mend().to_owned());
            }
            decision::ReceiptLine::Attempt { attempt, result } => {
                shown.attempt = Some(attempt);
                shown.result = Some(result);
            }
            decision::ReceiptLine::Carrier { status, failure, parts, cost } => {
                shown.status = Some(status.as_str());
                if let Some(failure) = failure {
                    shown.code = Some(failure.code);
                    shown.explanation = Some(failure.explanation);
                    shown.mend = Some(failure.mend);
                }
                shown.parts = parts;
                shown.cost_micros = cost.as_ref().map(|cost| cost.micros);
                shown.currency = cost.map(|cost| cost.currency);
            }
            decision::ReceiptLine::Settled { result } => shown.result = Some(result),
            decision::ReceiptLine::Cancelled { why } => shown.reason = Some(why.as_str().to_owned()),
            decision::ReceiptLine::Routed { to, reason, id } => {
                shown.reason = Some(reason);
                shown.result = Some(id.unwrap_or(to));
            }
        }
        shown
    }
}

/// The attachments of all of them come in one more query, if there are any.
async fn messages(tx: &mut TenantTx<'_>, rows: Vec<Row>) -> Result<Vec<Message>, StoreError> {
    let mut messages = Vec::with_capacity(rows.len());
    let mut attached: Vec<(usize, Vec<MediaId>)> = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        messages.push(message(row)?);
        if let Some(ids) = json::<Vec<MediaId>>(row.get(7)?)? {
            attached.push((at, ids));
        }
    }
    let ids: Vec<MediaId> = attached.iter().flat_map(|(_, ids)| ids.iter().copied()).collect();
    if !ids.is_empty() {
        let found = media::by_ids(tx, &ids).await?;
        for (at, ids) in attached {
            messages[at].media = ids.iter().filter_map(|id| found.get(id).cloned()).collect();
        }
    }
    Ok(messages)
}

fn message(row: &Row) -> Result<Message, StoreError> {
    let kind: String = row.get(3)?;
    let author_id = row.get::<Option<Uuid>>(4)?.map(|id| author_id(&kind, id)).transpose()?;
    let cost = match (row.get::<Option<i64>>(13)?, row.get::<Option<String>>(14)?) {
        (Some(micros), Some(currency)) => Some(Cost { micros, currency }),
        _ => None,
    };
    Ok(Message {
        id: row.get(0)?,
        conversation_id: row.get(1)?,
        direction: row.get(2)?,
        author: Author { kind, id: author_id, name: row.get::<Option<String>>(5)?.filter(|name| !name.is_empty()) },
        body: row.get(6)?,
        media: Vec::new(),
        sources: json(row.get(8)?)?,
        encoding: row.get(9)?,
        segments: row.get(10)?,
        status: row.get(11)?,
        error: json(row.get(12)?)?,
        cost,
        parts: row.get(15)?,
        not_before: row.get(16)?,
        stop_if_reply: row.get(17)?,
        draft_id: row.get(18)?,
        created_at: row.get(19)?,
        sent_at: row.get(20)?,
        delivered_at: row.get(21)?,
        notice: row.get(22)?,
        assistant_version: row.get(23)?,
    })
}

fn author_id(kind: &str, id: Uuid) -> Result<String, StoreError> {
    use domain::message::Author as A;
    Ok(match scene::author(kind, Some(id))? {
        A::Contact(id) => id.to_string(),
        A::Member(id) => id.to_string(),
        A::Assistant(id) => id.to_string(),
        A::Workflow(id) => id.to_string(),
        A::Campaign(id) => id.to_string(),
        A::Api | A::OptIn | A::System => id.to_string(),
    })
}

fn json<T: serde::de::DeserializeOwned>(text: Option<String>) -> Result<Option<T>, StoreError> {
    text.map(|text| serde_json::from_str(&text).map_err(StoreError::fault)).transpose()
}
