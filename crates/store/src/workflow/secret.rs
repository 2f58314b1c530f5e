//! Values that requests of workflows carry and nobody is shown: sealed, each for one host.

use std::collections::HashMap;
use std::fmt;

use domain::id::UserId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Row, StoreError, TenantTx, args, list};

/// A value, as the API tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = WorkflowSecret)]
pub struct Secret {
    /// By what documents name it.
    pub name: String,
    /// It is sent to this host, and to no other.
    pub host: String,
    /// The member who set it; `null`: a program.
    #[schema(required = true, value_type = Option<String>)]
    pub set_by: Option<UserId>,
    /// When it was set.
    #[schema(value_type = String, format = DateTime)]
    pub set_at: Timestamp,
}

/// A value, as whoever sends it needs it.
#[derive(Clone)]
pub struct Sealed {
    /// It is sent to this host, and to no other.
    pub host: String,
    /// Sealed for the name and the host.
    pub value: Vec<u8>,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealed").field("host", &self.host).finish_non_exhaustive()
    }
}

/// All of them, by name; there are few.
///
/// # Errors
/// When the database fails.
pub async fn all(tx: &mut TenantTx<'_>) -> Result<Vec<Secret>, StoreError> {
    let sql = "SELECT name, host, set_by, set_at_us FROM workflow_secret WHERE tenant_id = $1 ORDER BY name";
    let one = |row: &Row| Ok(Secret { name: row.get(0)?, host: row.get(1)?, set_by: row.get(2)?, set_at: row.get(3)? });
    tx.rows(sql, args![]).await?.iter().map(one).collect()
}

/// Sets one, or sets it anew.
///
/// # Errors
/// When the database fails.
pub async fn set(tx: &mut TenantTx<'_>, secret: &Secret, sealed: &[u8]) -> Result<(), StoreError> {
    let Secret { name, host, set_by, set_at } = secret;
    tx.push(
        "INSERT INTO workflow_secret (tenant_id, name, host, sealed, set_by, set_at_us) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (tenant_id, name) DO UPDATE SET host = excluded.host, sealed = excluded.sealed,
             set_by = excluded.set_by, set_at_us = excluded.set_at_us",
        args![name, host, sealed, *set_by, *set_at],
    )
    .await
}

/// Takes one away. Whether there was one.
///
/// # Errors
/// When the database fails.
pub async fn remove(tx: &mut TenantTx<'_>, name: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM workflow_secret WHERE tenant_id = $1 AND name = $2";
    Ok(tx.exec_returning_count(sql, args![name]).await? == 1)
}

/// Those of these that there are, by name.
///
/// # Errors
/// When the database fails.
pub async fn named(tx: &mut TenantTx<'_>, names: &[&str]) -> Result<HashMap<String, Sealed>, StoreError> {
    let sql = "SELECT name, host, sealed FROM workflow_secret WHERE tenant_id = $1 AND name {among $2}";
    let rows = tx.rows(sql, args![list(names.iter().copied())]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, Sealed { host: row.get(1)?, value: row.get(2)? }))).collect()
}
