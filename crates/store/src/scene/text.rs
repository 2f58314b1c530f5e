//! What a decision gets to see of a text of ours, of a suggestion, and of an attachment.

use std::collections::HashMap;

use domain::decision::DraftState;
use domain::id::{DraftId, MediaId, MessageId};
use domain::message::Status;
use domain::scene::{OpenDraft, Outbound};
use uuid::Uuid;

use super::{author, unknown};
use crate::{StoreError, TenantTx, args, list};

/// Texts of ours with their conversations' lanes; those that there are not are left out.
///
/// # Errors
/// When the database fails.
pub async fn outbounds(
    tx: &mut TenantTx<'_>,
    ids: &[MessageId],
) -> Result<HashMap<MessageId, (Outbound, Uuid)>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    // Whoever is just handing one over, or reporting on it, comes first; then this sees what they made of it.
    tx.hold("SELECT 1 FROM message WHERE tenant_id = $1 AND id {among $2} ORDER BY id FOR UPDATE", args![list(ids)])
        .await?;
    let rows = tx
        .rows(
            "SELECT m.conversation_id, m.contact_id, v.address, v.number_id, m.status, m.author, m.author_id,
                    COALESCE(o.attempt, 0), a.opted_out_at_us, v.lane, m.id, m.created_at_us,
                    v.waiting_since_us, v.last_inbound_at_us, m.answers, o.handed_at_us
             FROM message m
             JOIN conversation v ON v.tenant_id = m.tenant_id AND v.id = m.conversation_id
             LEFT JOIN contact_address a ON a.tenant_id = v.tenant_id AND a.kind = 'phone' AND a.address = v.address
             LEFT JOIN outbox o ON o.tenant_id = m.tenant_id AND o.message_id = m.id
             WHERE m.tenant_id = $1 AND m.id {among $2} AND m.direction = 'out'",
            args![list(ids)],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let status = row.text(4)?;
            let author = author(row.text(5)?, row.get(6)?)?;
            let message = row.get(10)?;
            let outbound = Outbound {
                message,
                conversation: row.get(0)?,
                contact: row.get(1)?,
                phone: row.get(2)?,
                number: row.get(3)?,
                status: Status::parse(status).ok_or_else(|| unknown("message status", status))?,
                author,
                attempt: row.get(7)?,
                purpose: author.purpose(),
                opted_out_at: row.get(8)?,
                written_at: row.get(11)?,
                waiting_since: row.get(12)?,
                last_inbound_at: row.get(13)?,
                answers: row.get(14)?,
                handed_at: row.get(15)?,
            };
            Ok((message, (outbound, row.get(9)?)))
        })
        .collect()
}

/// A text of ours, and its conversation's lane; `None`: there is no such text.
///
/// # Errors
/// When the database fails.
pub async fn outbound(tx: &mut TenantTx<'_>, id: MessageId) -> Result<Option<(Outbound, Uuid)>, StoreError> {
    Ok(outbounds(tx, &[id]).await?.remove(&id))
}

/// A draft; `None`: there is no such draft.
///
/// # Errors
/// When the database fails.
pub async fn draft(tx: &mut TenantTx<'_>, id: DraftId) -> Result<Option<OpenDraft>, StoreError> {
    let row = tx
        .opt("SELECT conversation_id, body, state FROM draft WHERE tenant_id = $1 AND id = $2 {for_update}", args![id])
        .await?;
    let Some(row) = row else { return Ok(None) };
    let state = match row.get::<String>(2)?.as_str() {
        "open" => DraftState::Open,
        "accepted" => DraftState::Accepted,
        "edited" => DraftState::Edited,
        "rejected" => DraftState::Rejected,
        "superseded" => DraftState::Superseded,
        other => return Err(unknown("draft state", other)),
    };
    Ok(Some(OpenDraft { id, conversation: row.get(0)?, body: row.get(1)?, state }))
}

/// What lets the carrier fetch an attachment.
///
/// # Errors
/// When the database fails.
pub async fn media_token(tx: &mut TenantTx<'_>, id: MediaId) -> Result<Option<String>, StoreError> {
    let row = tx.opt("SELECT token FROM media WHERE tenant_id = $1 AND id = $2", args![id]).await?;
    row.map(|row| row.get(0)).transpose()
}
