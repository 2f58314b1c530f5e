//! What people and numbers of a campaign are called, for tables of them.

use std::collections::HashMap;

use domain::id::{ContactId, NumberId};

use crate::{StoreError, TenantTx, args, list};

/// What these people are called: name and company, empty where not known.
///
/// # Errors
/// When the database fails.
pub async fn called(
    tx: &mut TenantTx<'_>,
    contacts: &[ContactId],
) -> Result<HashMap<ContactId, (String, String)>, StoreError> {
    let sql = "SELECT id, name, company FROM contact WHERE tenant_id = $1 AND id {among $2}";
    let rows = tx.rows(sql, args![list(contacts)]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?)))).collect()
}

/// The addresses of all of the tenant's numbers.
///
/// # Errors
/// When the database fails.
pub async fn addresses(tx: &mut TenantTx<'_>) -> Result<HashMap<NumberId, String>, StoreError> {
    let rows = tx.rows("SELECT id, address FROM number WHERE tenant_id = $1", args![]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}
