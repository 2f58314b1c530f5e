//! The one-time link of an installation that has no tenant yet.

use jiff::Timestamp;

use crate::{StoreError, SystemTx, args};

/// Makes a link; older ones that were never used are void.
///
/// # Errors
/// When the database fails.
pub async fn create(tx: &mut SystemTx<'_>, token_hash: &[u8; 32], now: Timestamp) -> Result<(), StoreError> {
    tx.exec("DELETE FROM setup_link WHERE used_at_us IS NULL", args![]).await?;
    tx.exec("INSERT INTO setup_link (token_hash, created_at_us) VALUES ($1, $2)", args![token_hash, now]).await
}

/// Whether the link still opens: it is ours, unused, and nobody has set the house up in another way.
///
/// # Errors
/// When the database fails.
pub async fn is_open(tx: &mut SystemTx<'_>, token_hash: &[u8; 32]) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM setup_link WHERE token_hash = $1 AND used_at_us IS NULL
               AND NOT EXISTS (SELECT 1 FROM tenant)";
    Ok(tx.opt(sql, args![token_hash]).await?.is_some())
}

/// Uses the link up; `false` if it does not open. Of two at once, one gets `true`.
///
/// # Errors
/// When the database fails.
pub async fn take(tx: &mut SystemTx<'_>, token_hash: &[u8; 32], now: Timestamp) -> Result<bool, StoreError> {
    let taken = tx
        .exec_returning_count(
            "UPDATE setup_link SET used_at_us = $2 WHERE token_hash = $1 AND used_at_us IS NULL
             AND NOT EXISTS (SELECT 1 FROM tenant)",
            args![token_hash, now],
        )
        .await?;
    Ok(taken == 1)
}
