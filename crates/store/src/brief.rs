//! What an assistant is shown of a conversation, and what was said and used up lately.

use domain::assistant::tool::Used;
use domain::assistant::{Approval, Known, Meanwhile, Said, Speaker, Spoken};
use domain::conversation::Conversation;
use domain::id::{AssistantId, ConversationId, earliest};
use domain::scene::Scene;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::{StoreError, TenantTx, approval, args, contact, tool_use};

/// So many of the newest messages are shown.
const MESSAGES: u32 = 40;
/// So many of the newest things that it wanted people to approve.
const APPROVALS: u32 = 10;
/// So many of the newest uses of tools that changed something.
const USES: u32 = 10;
/// So many of the contact's other conversations.
const CONVERSATIONS: u32 = 3;

/// What was said since the conversation was last closed, oldest first; the contact's last texts stay the last word, whatever
/// they were told since: a confirmation answers nothing.
///
/// # Errors
/// When the database fails.
pub async fn said(tx: &mut TenantTx<'_>, conversation: &Conversation) -> Result<Vec<Said>, StoreError> {
    let since = conversation.resolved_at.unwrap_or(Timestamp::UNIX_EPOCH);
    let rows = tx
        .rows(
            "SELECT direction, author, body, created_at_us, answers FROM message
             WHERE tenant_id = $1 AND conversation_id = $2 AND direction <> 'note' AND created_at_us > $4
               AND status NOT IN ('cancelled', 'skipped', 'failed', 'scheduled')
             ORDER BY id DESC LIMIT $3",
            args![conversation.id, MESSAGES, since],
        )
        .await?;
    let mut said = Vec::with_capacity(rows.len());
    for row in rows.iter().rev() {
        let by = speaker(row.text(0)?, row.text(1)?, row.get(4)?);
        said.push(Said { by, body: row.get(2)?, at: row.get(3)? });
    }
    question_last(&mut said);
    Ok(said)
}

/// Who said a message of this direction and author.
pub(crate) fn speaker(direction: &str, author: &str, answers: bool) -> Speaker {
    match (direction, author) {
        ("in", _) => Speaker::Contact,
        (_, "assistant") if answers => Speaker::Assistant,
        (_, "member" | "api") if answers => Speaker::Person,
        _ => Speaker::Notice,
    }
}

/// Moves what only told them something before the texts that still wait for an answer.
fn question_last(said: &mut [Said]) {
    let end = said.iter().rposition(|said| said.by == Speaker::Contact).map_or(0, |last| last + 1);
    if said[end..].iter().any(|said| said.by != Speaker::Notice) {
        return;
    }
    let start = said[..end].iter().rposition(|said| said.by != Speaker::Contact).map_or(0, |before| before + 1);
    said[start..].rotate_left(end - start);
}

/// What is known of the contact.
///
/// # Errors
/// When the database fails.
pub async fn known(tx: &mut TenantTx<'_>, scene: &Scene) -> Result<Known, StoreError> {
    let Some(found) = &scene.contact else { return Ok(Known::default()) };
    let mut kept = contact::fields(tx, found.id).await?;
    let fields = scene.tenant.settings.fields.iter().map(|field| (field.clone(), kept.remove(&field.key))).collect();
    let conversation = scene.conversation.as_ref().map(|conversation| conversation.id);
    let rows = tx
        .rows(
            "SELECT tag FROM contact_tag WHERE tenant_id = $1 AND contact_id = $2
             UNION SELECT tag FROM conversation_tag WHERE tenant_id = $1 AND conversation_id = $3 ORDER BY tag",
            args![found.id, conversation],
        )
        .await?;
    let tags = rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
    Ok(Known { name: found.name.clone(), company: found.company.clone(), tags, fields })
}

/// The contact's other conversations on any channel, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn meanwhile(tx: &mut TenantTx<'_>, conversation: &Conversation) -> Result<Vec<Meanwhile>, StoreError> {
    let rows = tx
        .rows(
            "SELECT channel, last_message_at_us, preview FROM conversation
             WHERE tenant_id = $1 AND contact_id = $2 AND id <> $3 ORDER BY last_message_at_us DESC LIMIT $4",
            args![conversation.contact, conversation.id, CONVERSATIONS],
        )
        .await?;
    rows.iter().map(|row| Ok(Meanwhile { channel: row.get(0)?, at: row.get(1)?, last: row.get(2)? })).collect()
}

/// What an assistant wanted people to approve since the conversation was last closed, the oldest first.
///
/// # Errors
/// When the database fails.
pub async fn approvals(tx: &mut TenantTx<'_>, conversation: &Conversation) -> Result<Vec<Approval>, StoreError> {
    let since = conversation.resolved_at.unwrap_or(Timestamp::UNIX_EPOCH);
    approval::newest(tx, conversation.id, since, APPROVALS).await
}

/// What its tools have changed since the conversation was last closed, the oldest first.
///
/// # Errors
/// When the database fails.
pub async fn used(tx: &mut TenantTx<'_>, conversation: &Conversation) -> Result<Vec<Used>, StoreError> {
    let since = conversation.resolved_at.unwrap_or(Timestamp::UNIX_EPOCH);
    tool_use::newest(tx, conversation.id, since, USES).await
}

/// What was said and used up lately. `day`: the tenant's, as in 2026-11-27.
///
/// # Errors
/// When the database fails.
pub async fn spoken(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    day: &str,
    conversation: ConversationId,
    assistant: AssistantId,
) -> Result<Spoken, StoreError> {
    let ago = |hours| now.checked_sub(SignedDuration::from_hours(hours)).map_err(StoreError::fault);
    let (hour, day_ago) = (ago(1)?, ago(24)?);
    let row = tx
        .one(
            "SELECT CAST(COALESCE(sum(CASE WHEN created_at_us > $4 THEN 1 ELSE 0 END), 0) AS BIGINT), count(*) FROM message
             WHERE tenant_id = $1 AND conversation_id = $2 AND id >= $3 AND author = 'assistant' AND answers
               AND status NOT IN ('cancelled', 'skipped')",
            args![conversation, earliest(day_ago), hour],
        )
        .await?;
    let in_a_row = tx
        .one(
            "SELECT count(*) FROM message
             WHERE tenant_id = $1 AND conversation_id = $2 AND author = 'assistant' AND answers
               AND status NOT IN ('cancelled', 'skipped')
               AND id > COALESCE(
                   (SELECT person.id FROM message person
                    WHERE person.tenant_id = $1 AND person.conversation_id = $2 AND person.author IN ('member', 'api')
                      AND person.answers AND person.status NOT IN ('cancelled', 'skipped')
                    ORDER BY person.id DESC LIMIT 1),
                   $3)",
            args![conversation, Uuid::nil()],
        )
        .await?;
    let used = tx
        .one(
            "SELECT CAST(COALESCE(sum(replies), 0) AS BIGINT),
                    CAST(COALESCE(sum(CASE WHEN assistant_id = $3 THEN tokens ELSE 0 END), 0) AS BIGINT),
                    CAST(COALESCE(sum(CASE WHEN assistant_id = $3 THEN cost_micros ELSE 0 END), 0) AS BIGINT)
             FROM assistant_usage WHERE tenant_id = $1 AND day = $2",
            args![day, assistant],
        )
        .await?;
    let count = |row: &crate::Row, at: usize| row.get::<i64>(at).map(|count| u32::try_from(count).unwrap_or(u32::MAX));
    Ok(Spoken {
        in_a_row: count(&in_a_row, 0)?,
        last_hour: count(&row, 0)?,
        last_day: count(&row, 1)?,
        tenant_today: count(&used, 0)?,
        tokens_today: u64::try_from(used.get::<i64>(1)?).unwrap_or(0),
        cost_micros_today: used.get(2)?,
    })
}
