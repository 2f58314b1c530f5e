//! Organisations and what they have set.

use domain::{id::TenantId, tenant::Settings};
use jiff::Timestamp;

use crate::{Row, StoreError, SystemTx, TenantTx, args};

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Which one.
    pub id: TenantId,
    /// What people call it.
    pub name: String,
    /// What it has set.
    pub settings: Settings,
    /// Since when.
    pub created_at: Timestamp,
}

/// Makes an organisation; nobody is in it yet.
///
/// # Errors
/// When the database fails.
pub async fn create(
    tx: &mut SystemTx<'_>,
    id: TenantId,
    name: &str,
    settings: &Settings,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO tenant (tenant_id, name, settings, created_at_us) VALUES ($1, $2, $3, $4)",
        args![id, name, to_json(settings)?, now],
    )
    .await
}

/// The tenant of this transaction.
///
/// # Errors
/// `NoRow` if it is gone; when the database fails.
pub async fn read(tx: &mut TenantTx<'_>) -> Result<Tenant, StoreError> {
    let sql = "SELECT tenant_id, name, settings, created_at_us FROM tenant WHERE tenant_id = $1";
    from_row(&tx.one(sql, args![]).await?)
}

/// Only what it has set.
///
/// # Errors
/// `NoRow` if it is gone; when the database fails.
pub async fn settings(tx: &mut TenantTx<'_>) -> Result<Settings, StoreError> {
    let row = tx.one("SELECT settings FROM tenant WHERE tenant_id = $1", args![]).await?;
    from_json(&row.get::<String>(0)?)
}

/// The same, locked until the transaction ends, for a change of a part of it.
///
/// # Errors
/// `NoRow` if it is gone; when the database fails.
pub async fn read_to_change(tx: &mut TenantTx<'_>) -> Result<Tenant, StoreError> {
    let sql = "SELECT tenant_id, name, settings, created_at_us FROM tenant WHERE tenant_id = $1 {for_update}";
    from_row(&tx.one(sql, args![]).await?)
}

/// Writes name and settings.
///
/// # Errors
/// When the database fails.
pub async fn change(tx: &mut TenantTx<'_>, name: &str, settings: &Settings) -> Result<(), StoreError> {
    tx.exec("UPDATE tenant SET name = $2, settings = $3 WHERE tenant_id = $1", args![name, to_json(settings)?]).await
}

/// A page of all organisations, by id.
///
/// # Errors
/// When the database fails.
pub async fn list(tx: &mut SystemTx<'_>, after: Option<TenantId>, limit: u32) -> Result<Vec<Tenant>, StoreError> {
    let after = after.unwrap_or(TenantId(uuid::Uuid::nil()));
    tx.rows(
        "SELECT tenant_id, name, settings, created_at_us FROM tenant WHERE tenant_id > $1 ORDER BY tenant_id LIMIT $2",
        args![after, limit],
    )
    .await?
    .iter()
    .map(from_row)
    .collect()
}

/// Whether there is an organisation at all.
///
/// # Errors
/// When the database fails.
pub async fn any(tx: &mut SystemTx<'_>) -> Result<bool, StoreError> {
    Ok(tx.opt("SELECT tenant_id FROM tenant LIMIT 1", args![]).await?.is_some())
}

fn from_row(row: &Row) -> Result<Tenant, StoreError> {
    Ok(Tenant {
        id: row.get(0)?,
        name: row.get(1)?,
        settings: from_json(&row.get::<String>(2)?)?,
        created_at: row.get(3)?,
    })
}

fn to_json(settings: &Settings) -> Result<String, StoreError> {
    serde_json::to_string(settings).map_err(StoreError::fault)
}

fn from_json(text: &str) -> Result<Settings, StoreError> {
    serde_json::from_str(text).map_err(StoreError::fault)
}
