//! Keys for programs.

use domain::{
    access::Scope,
    id::{ApiKeyId, TenantId},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Row, StoreError, SystemTx, TenantTx, args};

/// The word for all scopes, now and in future.
pub const ALL_SCOPES: &str = "*";

/// A key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApiKey {
    /// Which one.
    #[schema(value_type = String)]
    pub id: ApiKeyId,
    /// What it is for, in people's words.
    pub name: String,
    /// Its first characters.
    pub prefix: String,
    /// What it may do; `*` is everything.
    pub scopes: Vec<String>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was used last, give or take five minutes.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used_at: Option<Timestamp>,
    /// Since when it opens nothing.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked_at: Option<Timestamp>,
}

/// Who comes with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Of which tenant.
    pub tenant_id: TenantId,
    /// Which key.
    pub id: ApiKeyId,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it was used last.
    pub last_used_at: Option<Timestamp>,
}

/// Makes a key of `key` and the SHA-256 of its secret.
///
/// # Errors
/// When the database fails.
pub async fn create(tx: &mut TenantTx<'_>, key: &ApiKey, token_hash: &[u8; 32]) -> Result<(), StoreError> {
    let scopes = serde_json::to_string(&key.scopes).map_err(StoreError::fault)?;
    tx.exec(
        "INSERT INTO api_key (tenant_id, id, name, prefix, token_hash, scopes, created_at_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![key.id, &key.name, &key.prefix, token_hash, scopes, key.created_at],
    )
    .await
}

/// A page of the keys, revoked ones too, newest first.
///
/// # Errors
/// When the database fails.
pub async fn list(tx: &mut TenantTx<'_>, after: Option<ApiKeyId>, limit: u32) -> Result<Vec<ApiKey>, StoreError> {
    let after = after.unwrap_or(ApiKeyId(uuid::Uuid::max()));
    tx.rows(
        "SELECT id, name, prefix, scopes, created_at_us, last_used_at_us, revoked_at_us FROM api_key
         WHERE tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
        args![after, limit],
    )
    .await?
    .iter()
    .map(from_row)
    .collect()
}

/// Revokes a key for good; `false` if there is no such key. Revoked twice is revoked once.
///
/// # Errors
/// When the database fails.
pub async fn revoke(tx: &mut TenantTx<'_>, id: ApiKeyId, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE api_key SET revoked_at_us = COALESCE(revoked_at_us, $3) WHERE tenant_id = $1 AND id = $2";
    Ok(tx.exec_returning_count(sql, args![id, now]).await? == 1)
}

/// Whose key it is; `None` if nobody's, or revoked.
///
/// # Errors
/// When the database fails.
pub async fn by_token(tx: &mut SystemTx<'_>, token_hash: &[u8; 32]) -> Result<Option<Holder>, StoreError> {
    let sql =
        "SELECT tenant_id, id, scopes, last_used_at_us FROM api_key WHERE token_hash = $1 AND revoked_at_us IS NULL";
    let row = tx.opt(sql, args![token_hash]).await?;
    row.map(|row| {
        let scopes = meant(&words(&row, 2)?);
        Ok(Holder { tenant_id: row.get(0)?, id: row.get(1)?, scopes, last_used_at: row.get(3)? })
    })
    .transpose()
}

/// Notes that a key was used.
///
/// # Errors
/// When the database fails.
pub async fn used(tx: &mut TenantTx<'_>, id: ApiKeyId, now: Timestamp) -> Result<(), StoreError> {
    tx.exec("UPDATE api_key SET last_used_at_us = $3 WHERE tenant_id = $1 AND id = $2", args![id, now]).await
}

/// The scopes that words mean. A word of a later version means nothing here.
#[must_use]
pub fn meant(words: &[String]) -> Vec<Scope> {
    if words.iter().any(|word| word == ALL_SCOPES) {
        return Scope::ALL.to_vec();
    }
    words.iter().filter_map(|word| Scope::parse(word)).collect()
}

fn words(row: &Row, column: usize) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(&row.get::<String>(column)?).map_err(StoreError::fault)
}

fn from_row(row: &Row) -> Result<ApiKey, StoreError> {
    Ok(ApiKey {
        id: row.get(0)?,
        name: row.get(1)?,
        prefix: row.get(2)?,
        scopes: words(row, 3)?,
        created_at: row.get(4)?,
        last_used_at: row.get(5)?,
        revoked_at: row.get(6)?,
    })
}
