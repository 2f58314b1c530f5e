//! Texts that are written once and used again and again, each under a short name.

use domain::condition::fold;
use domain::id::SnippetId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Row, StoreError, TenantTx, args};

/// The constraint that says: no two snippets of a tenant have the same name, whatever its case.
pub const NAME_TAKEN: &str = "snippet_name";

/// A text that is used again and again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Snippet {
    /// Which one.
    #[schema(value_type = String, example = "snp_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub id: SnippetId,
    /// What one types to find it.
    pub name: String,
    /// The text, with places such as `{first_name|there}`.
    pub body: String,
    /// Since when there is one.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
}

impl std::fmt::Debug for Snippet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snippet").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

macro_rules! snippet {
    () => {
        "SELECT id, name, body, created_at_us, changed_at_us FROM snippet WHERE tenant_id = $1"
    };
}

/// A page of them, by id.
///
/// # Errors
/// When the database fails.
pub async fn page(tx: &mut TenantTx<'_>, after: Option<SnippetId>, limit: u32) -> Result<Vec<Snippet>, StoreError> {
    let after = after.unwrap_or(SnippetId(Uuid::nil()));
    let sql = concat!(snippet!(), " AND id > $2 ORDER BY id LIMIT $3");
    tx.rows(sql, args![after, limit]).await?.iter().map(shown).collect()
}

/// One of them.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut TenantTx<'_>, id: SnippetId) -> Result<Option<Snippet>, StoreError> {
    tx.opt(concat!(snippet!(), " AND id = $2"), args![id]).await?.as_ref().map(shown).transpose()
}

/// How many there are.
///
/// # Errors
/// When the database fails.
pub async fn count(tx: &mut TenantTx<'_>) -> Result<i64, StoreError> {
    tx.one("SELECT count(*) FROM snippet WHERE tenant_id = $1", args![]).await?.get(0)
}

/// Makes one.
///
/// # Errors
/// `Unique` with [`NAME_TAKEN`]; when the database fails.
pub async fn create(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    id: SnippetId,
    name: &str,
    body: &str,
) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO snippet (tenant_id, id, name, folded, body, created_at_us, changed_at_us)
         VALUES ($1, $2, $3, $4, $5, $6, $6)",
        args![id, name, fold(name), body, now],
    )
    .await
}

/// Gives one another name or text; what is `None` stays.
///
/// # Errors
/// `Unique` with [`NAME_TAKEN`]; when the database fails.
pub async fn change(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    id: SnippetId,
    name: Option<&str>,
    body: Option<&str>,
) -> Result<(), StoreError> {
    tx.exec(
        "UPDATE snippet SET name = COALESCE($3, name), folded = COALESCE($4, folded), body = COALESCE($5, body),
             changed_at_us = $6
         WHERE tenant_id = $1 AND id = $2",
        args![id, name, name.map(fold), body, now],
    )
    .await
}

/// Takes one away.
///
/// # Errors
/// When the database fails.
pub async fn remove(tx: &mut TenantTx<'_>, id: SnippetId) -> Result<(), StoreError> {
    tx.exec("DELETE FROM snippet WHERE tenant_id = $1 AND id = $2", args![id]).await
}

fn shown(row: &Row) -> Result<Snippet, StoreError> {
    Ok(Snippet {
        id: row.get(0)?,
        name: row.get(1)?,
        body: row.get(2)?,
        created_at: row.get(3)?,
        changed_at: row.get(4)?,
    })
}
