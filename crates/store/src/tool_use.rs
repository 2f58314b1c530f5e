//! What assistants' runs have changed through a tenant's endpoints.

use domain::assistant::tool::{End, Used};
use domain::id::{ConversationId, UseId};
use jiff::Timestamp;

use crate::{Row, StoreError, SystemTx, TenantTx, args};

/// Writes down that it begins, before it does.
///
/// # Errors
/// When the database fails.
pub async fn begin(tx: &mut TenantTx<'_>, new: &Used) -> Result<(), StoreError> {
    tx.push(
        "INSERT INTO tool_use (tenant_id, id, conversation_id, assistant_id, run_id, tool, arguments, ended, result, begun_at_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            new.id,
            new.conversation,
            new.assistant,
            new.run,
            &new.tool,
            &new.arguments,
            new.end.map(End::as_str),
            &new.result,
            new.at
        ],
    )
    .await
}

/// Writes down how it ended.
///
/// # Errors
/// When the database fails.
pub async fn end(tx: &mut TenantTx<'_>, id: UseId, end: End, result: &str) -> Result<(), StoreError> {
    tx.push(
        "UPDATE tool_use SET ended = $3, result = $4 WHERE tenant_id = $1 AND id = $2",
        args![id, end.as_str(), result],
    )
    .await
}

/// Those of a conversation that were begun after `since`, the newest so many, the oldest of them first.
///
/// # Errors
/// When the database fails.
pub async fn newest(
    tx: &mut TenantTx<'_>,
    conversation: ConversationId,
    since: Timestamp,
    limit: u32,
) -> Result<Vec<Used>, StoreError> {
    let rows = tx
        .rows(
            "SELECT id, conversation_id, assistant_id, run_id, tool, arguments, ended, result, begun_at_us
             FROM tool_use WHERE tenant_id = $1 AND conversation_id = $2 AND begun_at_us > $3
             ORDER BY begun_at_us DESC, id DESC LIMIT $4",
            args![conversation, since, limit],
        )
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    // What a rule wrote, or a code, tells the contact nothing of what was done.
    let told = tx
        .opt(
            "SELECT m.created_at_us FROM message m
             WHERE m.tenant_id = $1 AND m.conversation_id = $2 AND m.created_at_us > $3 AND m.direction = 'out' AND m.answers
               AND m.status IN ('sending', 'sent', 'delivered', 'unconfirmed', 'unknown')
               AND (m.draft_id IS NOT NULL
                    OR m.author = 'assistant'
                       AND EXISTS (SELECT 1 FROM assistant_run r
                                   WHERE r.tenant_id = m.tenant_id AND r.message_id = m.id AND r.outcome = 'replied'
                                     AND r.model <> ''))
             ORDER BY m.id DESC LIMIT 1",
            args![conversation, since],
        )
        .await?;
    let told_at: Option<Timestamp> = told.map(|row| row.get(0)).transpose()?;
    rows.iter().rev().map(|row| used(row, told_at)).collect()
}

/// Forgets those that were begun before this, at most `limit`; says how many.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &mut SystemTx<'_>, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.exec_returning_count(
        "DELETE FROM tool_use WHERE (tenant_id, id) IN (
             SELECT tenant_id, id FROM tool_use WHERE begun_at_us < $1 ORDER BY begun_at_us LIMIT $2)",
        args![before, limit],
    )
    .await
}

fn used(row: &Row, told_at: Option<Timestamp>) -> Result<Used, StoreError> {
    let at = row.get(8)?;
    let word: Option<String> = row.get(6)?;
    let end = match word {
        None => None,
        Some(word) => Some(End::parse(&word).ok_or_else(|| StoreError::fault(format!("no end of a tool: {word}")))?),
    };
    Ok(Used {
        id: row.get(0)?,
        conversation: row.get(1)?,
        assistant: row.get(2)?,
        run: row.get(3)?,
        tool: row.get(4)?,
        arguments: row.get(5)?,
        end,
        result: row.get(7)?,
        at,
        told: told_at.is_some_and(|told_at| told_at > at),
    })
}
