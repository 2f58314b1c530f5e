//! Answers kept for a day, so that a write asked twice with one key is done once.

use jiff::{SignedDuration, Timestamp};

use crate::{StoreError, SystemTx, TenantTx, args};

/// The constraint that says: a key stands for one request.
pub const KEY_TAKEN: &str = "idempotency_pkey";

/// How long an answer is kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// An answer that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// SHA-256 of method, path and body of the request.
    pub fingerprint: [u8; 32],
    /// What the caller is answered again; its writer knows how to read it.
    pub outcome: String,
}

/// What was answered under `key` within the last day.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut TenantTx<'_>, key: &str, now: Timestamp) -> Result<Option<Answered>, StoreError> {
    let sql = "SELECT fingerprint, outcome FROM idempotency WHERE tenant_id = $1 AND key = $2 AND created_at_us > $3";
    let row = tx.opt(sql, args![key, oldest(now)?]).await?;
    row.map(|row| Ok(Answered { fingerprint: row.get(0)?, outcome: row.get(1)? })).transpose()
}

/// Keeps an answer, in the transaction of what it tells.
///
/// # Errors
/// `Unique` with [`KEY_TAKEN`] if another request with this key was quicker; when the database fails.
pub async fn keep(
    tx: &mut TenantTx<'_>,
    key: &str,
    fingerprint: &[u8; 32],
    outcome: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let kept = tx
        .exec_returning_count(
            "INSERT INTO idempotency (tenant_id, key, fingerprint, outcome, created_at_us) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (tenant_id, key) DO UPDATE
             SET fingerprint = excluded.fingerprint, outcome = excluded.outcome, created_at_us = excluded.created_at_us
             WHERE idempotency.created_at_us <= $6",
            args![key, fingerprint, outcome, now, oldest(now)?],
        )
        .await?;
    if kept == 1 { Ok(()) } else { Err(StoreError::Unique(KEY_TAKEN.into())) }
}

/// Forgets answers older than a day, at most `limit` of them; answers how many.
///
/// # Errors
/// When the database fails.
pub async fn forget_old(tx: &mut SystemTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.exec_returning_count(
        "DELETE FROM idempotency WHERE (tenant_id, key) IN
             (SELECT tenant_id, key FROM idempotency WHERE created_at_us <= $1 ORDER BY created_at_us LIMIT $2)",
        args![oldest(now)?, limit],
    )
    .await
}

fn oldest(now: Timestamp) -> Result<Timestamp, StoreError> {
    now.checked_sub(KEPT).map_err(StoreError::fault)
}
