//! The lists that contacts are on.

use std::collections::HashMap;

use domain::id::{ContactId, ListId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{StoreError, TenantTx, args, list};

/// A list that somebody is on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OnList {
    /// Which one.
    #[schema(value_type = String)]
    pub id: ListId,
    /// What people call it.
    pub name: String,
}

/// The lists that these contacts are on, by name.
pub(super) async fn of(
    tx: &mut TenantTx<'_>,
    ids: &[ContactId],
) -> Result<HashMap<ContactId, Vec<OnList>>, StoreError> {
    let sql = "SELECT m.contact_id, l.id, l.name FROM contact_list_member m
               JOIN contact_list l ON l.tenant_id = m.tenant_id AND l.id = m.list_id
               WHERE m.tenant_id = $1 AND m.contact_id {among $2} ORDER BY m.contact_id, l.folded";
    let mut found: HashMap<ContactId, Vec<OnList>> = HashMap::new();
    for row in tx.rows(sql, args![list(ids)]).await? {
        found.entry(row.get(0)?).or_default().push(OnList { id: row.get(1)?, name: row.get(2)? });
    }
    Ok(found)
}
