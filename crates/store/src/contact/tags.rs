//! The labels that contacts have.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{StoreError, TenantTx, args};

/// A label, and how many have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContactTag {
    /// As it is written.
    pub tag: String,
    /// How many contacts have it.
    pub contacts: i64,
}

/// A page of the labels in the order of their letters, after `after` (empty: from the first).
///
/// # Errors
/// When the database fails.
pub async fn page(tx: &mut TenantTx<'_>, after: &str, limit: u32) -> Result<Vec<ContactTag>, StoreError> {
    // Whoever was made one with another keeps theirs for the day when they are two again.
    let sql = "SELECT tag, count(*) FROM contact_tag
               WHERE tenant_id = $1 AND tag > $2
                 AND contact_id NOT IN (SELECT gone FROM contact_merge WHERE tenant_id = $1 AND undone_at_us IS NULL)
               GROUP BY tag ORDER BY tag LIMIT $3";
    let rows = tx.rows(sql, args![after, limit]).await?;
    rows.iter().map(|row| Ok(ContactTag { tag: row.get(0)?, contacts: row.get(1)? })).collect()
}
