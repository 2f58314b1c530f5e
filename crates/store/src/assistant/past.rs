//! Past conversations, for cases made of them and for replays.

use domain::assistant::{Outcome, Past, PastRun};
use domain::id::{AssistantId, ConversationId, MessageId};
use domain::message::{Cost, Source};
use jiff::Timestamp;

use super::case::json;
use crate::{Row, StoreError, TenantTx, args, brief};

/// The newest messages of a conversation from `since` up to `until`, oldest first, without notes and what was not sent.
/// `None`: up to the newest.
///
/// # Errors
/// When the database fails.
pub async fn thread(
    tx: &mut TenantTx<'_>,
    conversation: ConversationId,
    since: Timestamp,
    until: Option<MessageId>,
    limit: u32,
) -> Result<Vec<Past>, StoreError> {
    let until = until.unwrap_or(MessageId(uuid::Uuid::max()));
    let rows = tx
        .rows(
            "SELECT id, direction, author, body, created_at_us, answers, sources, segments, assistant_version FROM message
             WHERE tenant_id = $1 AND conversation_id = $2 AND id <= $3 AND created_at_us >= $4 AND direction <> 'note'
               AND status NOT IN ('cancelled', 'skipped', 'failed', 'scheduled')
             ORDER BY id DESC LIMIT $5",
            args![conversation, until, since, limit],
        )
        .await?;
    rows.iter().rev().map(past).collect()
}

/// An assistant's runs in a conversation since then, oldest first, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn runs(
    tx: &mut TenantTx<'_>,
    conversation: ConversationId,
    assistant: AssistantId,
    since: Timestamp,
    limit: u32,
) -> Result<Vec<PastRun>, StoreError> {
    let rows = tx
        .rows(
            "SELECT created_at_us, outcome, assistant_version, cost_micros, currency FROM assistant_run
             WHERE tenant_id = $1 AND conversation_id = $2 AND assistant_id = $3 AND created_at_us >= $4
             ORDER BY created_at_us, id LIMIT $5",
            args![conversation, assistant, since, limit],
        )
        .await?;
    rows.iter().map(run).collect()
}

/// Conversations that moved in this time, in which an assistant answered or, as their number's own, could have; the newest
/// first.
///
/// # Errors
/// When the database fails.
pub async fn conversations(
    tx: &mut TenantTx<'_>,
    assistant: AssistantId,
    since: Timestamp,
    until: Timestamp,
    limit: u32,
) -> Result<Vec<ConversationId>, StoreError> {
    let rows = tx
        .rows(
            "SELECT c.id FROM conversation c
             WHERE c.tenant_id = $1 AND c.last_message_at_us >= $3 AND c.created_at_us <= $4
               AND (EXISTS (SELECT 1 FROM number n
                            WHERE n.tenant_id = c.tenant_id AND n.id = c.number_id AND n.assistant_id = $2)
                    OR EXISTS (SELECT 1 FROM assistant_run r
                               WHERE r.tenant_id = c.tenant_id AND r.conversation_id = c.id AND r.assistant_id = $2)
                    OR EXISTS (SELECT 1 FROM message m
                               WHERE m.tenant_id = c.tenant_id AND m.conversation_id = c.id AND m.author = 'assistant'
                                 AND m.author_id = $2))
             ORDER BY c.last_message_at_us DESC, c.id DESC LIMIT $5",
            args![assistant, since, until, limit],
        )
        .await?;
    rows.iter().map(|row| row.get(0)).collect()
}

fn past(row: &Row) -> Result<Past, StoreError> {
    let sources: Option<String> = row.get(6)?;
    Ok(Past {
        id: row.get(0)?,
        by: brief::speaker(row.text(1)?, row.text(2)?, row.get(5)?),
        body: row.get(3)?,
        at: row.get(4)?,
        sources: sources.as_deref().map_or(Ok(Vec::<Source>::new()), json)?,
        segments: row.get(7)?,
        version: row.get(8)?,
    })
}

fn run(row: &Row) -> Result<PastRun, StoreError> {
    let cost = match (row.get::<Option<i64>>(3)?, row.get::<Option<String>>(4)?) {
        (Some(micros), Some(currency)) => Some(Cost { micros, currency }),
        _ => None,
    };
    let outcome: Outcome = serde_json::from_value(row.text(1)?.into()).map_err(StoreError::fault)?;
    Ok(PastRun { at: row.get(0)?, outcome, version: row.get(2)?, cost })
}
