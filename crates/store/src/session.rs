//! Who is signed in. A session counts only while its person is a member of its tenant.

use domain::{
    access::Role,
    id::{TenantId, UserId},
};
use jiff::Timestamp;

use crate::{StoreError, SystemTx, args, member::role};

/// Someone signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub user_id: UserId,
    /// Which tenant they look at.
    pub tenant_id: TenantId,
    /// What they are there now.
    pub role: Role,
}

/// A session to begin.
#[derive(Debug, Clone, Copy)]
pub struct NewSession<'a> {
    /// SHA-256 of the cookie.
    pub token_hash: &'a [u8; 32],
    /// Who.
    pub user: UserId,
    /// Where.
    pub tenant: TenantId,
    /// Since when.
    pub now: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Begins a session.
///
/// # Errors
/// When the database fails.
pub async fn create(tx: &mut SystemTx<'_>, new: NewSession<'_>) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO session (token_hash, user_id, tenant_id, created_at_us, expires_at_us) VALUES ($1, $2, $3, $4, $5)",
        args![new.token_hash, new.user, new.tenant, new.now, new.expires_at],
    )
    .await
}

/// Whose session it is; `None` if it has ended, or its person is no member any more.
///
/// # Errors
/// When the database fails.
pub async fn by_token(
    tx: &mut SystemTx<'_>,
    token_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Session>, StoreError> {
    let row = tx
        .opt(
            "SELECT s.user_id, s.tenant_id, m.role
             FROM session s JOIN member m ON m.tenant_id = s.tenant_id AND m.user_id = s.user_id
             WHERE s.token_hash = $1 AND s.expires_at_us > $2",
            args![token_hash, now],
        )
        .await?;
    row.map(|row| Ok(Session { user_id: row.get(0)?, tenant_id: row.get(1)?, role: role(&row, 2)? })).transpose()
}

/// Ends a session.
///
/// # Errors
/// When the database fails.
pub async fn end(tx: &mut SystemTx<'_>, token_hash: &[u8; 32]) -> Result<(), StoreError> {
    tx.exec("DELETE FROM session WHERE token_hash = $1", args![token_hash]).await
}

/// Looks at another tenant; `false` if the session's person is no member there.
///
/// # Errors
/// When the database fails.
pub async fn switch(tx: &mut SystemTx<'_>, token_hash: &[u8; 32], tenant: TenantId) -> Result<bool, StoreError> {
    let changed = tx
        .exec_returning_count(
            "UPDATE session SET tenant_id = $2
             WHERE token_hash = $1
               AND EXISTS (SELECT 1 FROM member m WHERE m.tenant_id = $2 AND m.user_id = session.user_id)",
            args![token_hash, tenant],
        )
        .await?;
    Ok(changed == 1)
}

/// Forgets sessions that ended before `now`; answers how many.
///
/// # Errors
/// When the database fails.
pub async fn forget_ended(tx: &mut SystemTx<'_>, now: Timestamp) -> Result<u64, StoreError> {
    tx.exec_returning_count("DELETE FROM session WHERE expires_at_us <= $1", args![now]).await
}
