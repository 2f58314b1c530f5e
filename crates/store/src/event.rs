//! The tenant's log: thin lines that say what changed, numbered without gaps in the transaction of the change.

use domain::event::Kind;
use domain::id::ConversationId;
use jiff::Timestamp;
use uuid::Uuid;

use crate::{StoreError, TenantTx, args, row};

/// A line to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// What happened.
    pub kind: Kind,
    /// To whom: the kind says whose id it is.
    pub subject: Uuid,
    /// In which conversation, if in one.
    pub conversation: Option<ConversationId>,
}

/// A line as it stands in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Logged {
    /// Its number: one more than the line before.
    pub seq: i64,
    /// When it was written.
    pub at: Timestamp,
    /// What it says.
    pub line: Line,
}

/// Appends lines and answers the number of the last one.
///
/// To be called last in a transaction: on PostgreSQL the tenant's counter is locked from here to the commit, so that the
/// numbers become visible in their order.
///
/// # Errors
/// When the database fails.
pub async fn append(tx: &mut TenantTx<'_>, now: Timestamp, lines: &[Line]) -> Result<i64, StoreError> {
    let count = i64::try_from(lines.len()).map_err(StoreError::fault)?;
    let head: i64 = tx
        .one(
            "INSERT INTO event_head (tenant_id, seq) VALUES ($1, $2)
             ON CONFLICT (tenant_id) DO UPDATE SET seq = event_head.seq + $2
             RETURNING seq",
            args![count],
        )
        .await?
        .get(0)?;
    let numbered = (head - count + 1..=head)
        .zip(lines)
        .map(|(seq, line)| row![seq, line.kind.as_str(), line.subject, line.conversation, now]);
    tx.push_many("INSERT INTO event (tenant_id, seq, kind, subject, conversation_id, at_us)", numbered).await?;
    Ok(head)
}

/// At most `limit` lines after `seq`, in order.
///
/// # Errors
/// When the database fails.
pub async fn after(tx: &mut TenantTx<'_>, seq: i64, limit: u32) -> Result<Vec<Logged>, StoreError> {
    let rows = tx
        .rows(
            "SELECT seq, at_us, kind, subject, conversation_id FROM event
             WHERE tenant_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
            args![seq, limit],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let kind: String = row.get(2)?;
            let kind = Kind::parse(&kind).ok_or_else(|| StoreError::fault(format!("unknown event kind {kind}")))?;
            let line = Line { kind, subject: row.get(3)?, conversation: row.get(4)? };
            Ok(Logged { seq: row.get(0)?, at: row.get(1)?, line })
        })
        .collect()
}

/// The number of the newest line, 0 before the first.
///
/// # Errors
/// When the database fails.
pub async fn head(tx: &mut TenantTx<'_>) -> Result<i64, StoreError> {
    let row = tx.opt("SELECT seq FROM event_head WHERE tenant_id = $1", args![]).await?;
    row.map_or(Ok(0), |row| row.get(0))
}
