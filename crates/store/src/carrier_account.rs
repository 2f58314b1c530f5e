//! Credentials at a carrier: a tenant's own, or the operator's, granted to tenants.

use domain::id::{CarrierAccountId, TenantId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Row, StoreError, SystemTx, TenantTx, args, schema::CarrierKindWord};

/// An account, without its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CarrierAccount {
    /// Which one.
    #[schema(value_type = String)]
    pub id: CarrierAccountId,
    /// What people call it.
    pub name: String,
    /// Which carrier.
    #[schema(value_type = CarrierKindWord)]
    pub kind: String,
    /// Where its API is.
    pub base_url: String,
    /// Both ends of its API key, so that people can tell keys apart.
    pub api_key_hint: String,
    /// What its webhooks are signed with, base64, newest first.
    pub public_keys: Vec<String>,
    /// The operator's: this tenant may use it and not change it.
    pub shared: bool,
    /// The messaging profile that this tenant has there.
    pub messaging_profile_id: Option<String>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// An account to be made. `Debug` leaves the key out.
#[derive(Clone)]
pub struct NewAccount {
    /// Which one.
    pub id: CarrierAccountId,
    /// What people call it.
    pub name: String,
    /// `telnyx` or `sandbox`.
    pub kind: String,
    /// Where its API is.
    pub base_url: String,
    /// The API key, sealed.
    pub api_key: Vec<u8>,
    /// What is shown of it.
    pub api_key_hint: String,
    /// What its webhooks are signed with.
    pub public_keys: Vec<String>,
    /// Since when.
    pub created_at: Timestamp,
}

/// What of an account changes; `None` stays.
#[derive(Clone, Default)]
pub struct AccountChange {
    /// What people call it.
    pub name: Option<String>,
    /// Where its API is.
    pub base_url: Option<String>,
    /// The API key, sealed, and what is shown of it.
    pub api_key: Option<(Vec<u8>, String)>,
    /// What its webhooks are signed with.
    pub public_keys: Option<Vec<String>>,
}

impl std::fmt::Debug for NewAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewAccount").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for AccountChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccountChange").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Makes an account of this tenant's own.
///
/// # Errors
/// When the database fails.
pub async fn create(tx: &mut TenantTx<'_>, new: &NewAccount) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO carrier_account (owner, id, name, kind, base_url, api_key, api_key_hint, public_keys, created_at_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            new.id,
            &new.name,
            &new.kind,
            &new.base_url,
            &new.api_key,
            &new.api_key_hint,
            keys_to_json(&new.public_keys)?,
            new.created_at
        ],
    )
    .await?;
    tx.exec("INSERT INTO carrier_grant (tenant_id, carrier_account_id) VALUES ($1, $2)", args![new.id]).await
}

/// Makes an account of the operator's; nobody may use it before it is granted.
///
/// # Errors
/// When the database fails.
pub async fn create_shared(tx: &mut SystemTx<'_>, new: &NewAccount) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO carrier_account (id, name, kind, base_url, api_key, api_key_hint, public_keys, created_at_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            new.id,
            &new.name,
            &new.kind,
            &new.base_url,
            &new.api_key,
            &new.api_key_hint,
            keys_to_json(&new.public_keys)?,
            new.created_at
        ],
    )
    .await
}

/// Lets a tenant use a shared account; `false` if there is no such account, or it is a tenant's own. Granted twice is granted
/// once.
///
/// # Errors
/// `Foreign` if there is no such tenant; when the database fails.
pub async fn grant(tx: &mut SystemTx<'_>, account: CarrierAccountId, tenant: TenantId) -> Result<bool, StoreError> {
    let shared =
        tx.opt("SELECT 1 FROM carrier_account WHERE id = $1 AND owner IS NULL", args![account]).await?.is_some();
    if shared {
        tx.exec(
            "INSERT INTO carrier_grant (tenant_id, carrier_account_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            args![tenant, account],
        )
        .await?;
    }
    Ok(shared)
}

/// A page of the accounts that this tenant may use, by id.
///
/// # Errors
/// When the database fails.
pub async fn list(
    tx: &mut TenantTx<'_>,
    after: Option<CarrierAccountId>,
    limit: u32,
) -> Result<Vec<CarrierAccount>, StoreError> {
    let after = after.unwrap_or(CarrierAccountId(uuid::Uuid::nil()));
    tx.rows(
        "SELECT a.id, a.name, a.kind, a.base_url, a.api_key_hint, a.public_keys, a.owner IS NULL, g.messaging_profile_id,
                a.created_at_us
         FROM carrier_grant g JOIN carrier_account a ON a.id = g.carrier_account_id
         WHERE g.tenant_id = $1 AND a.id > $2 ORDER BY a.id LIMIT $3",
        args![after, limit],
    )
    .await?
    .iter()
    .map(from_row)
    .collect()
}

/// One of them.
///
/// # Errors
/// When the database fails.
pub async fn read(tx: &mut TenantTx<'_>, id: CarrierAccountId) -> Result<Option<CarrierAccount>, StoreError> {
    tx.opt(
        "SELECT a.id, a.name, a.kind, a.base_url, a.api_key_hint, a.public_keys, a.owner IS NULL, g.messaging_profile_id,
                a.created_at_us
         FROM carrier_grant g JOIN carrier_account a ON a.id = g.carrier_account_id
         WHERE g.tenant_id = $1 AND a.id = $2",
        args![id],
    )
    .await?
    .as_ref()
    .map(from_row)
    .transpose()
}

/// Whether another tenant has this messaging profile.
///
/// # Errors
/// When the database fails.
pub async fn is_anothers_profile(tx: &mut SystemTx<'_>, tenant: TenantId, profile: &str) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM carrier_grant WHERE messaging_profile_id = $2 AND tenant_id <> $1";
    Ok(tx.opt(sql, args![tenant, profile]).await?.is_some())
}

/// Notes which messaging profile the tenant has at an account that it may use.
///
/// # Errors
/// When the database fails.
pub async fn set_profile(tx: &mut TenantTx<'_>, id: CarrierAccountId, profile: &str) -> Result<(), StoreError> {
    let sql = "UPDATE carrier_grant SET messaging_profile_id = $3 WHERE tenant_id = $1 AND carrier_account_id = $2";
    tx.exec(sql, args![id, profile]).await
}

/// Changes one of the tenant's own; `false` if it is not.
///
/// # Errors
/// When the database fails.
pub async fn change(tx: &mut TenantTx<'_>, id: CarrierAccountId, change: &AccountChange) -> Result<bool, StoreError> {
    let (key, hint) = change.api_key.as_ref().map(|(key, hint)| (key, hint)).unzip();
    let public_keys = change.public_keys.as_deref().map(keys_to_json).transpose()?;
    let changed = tx
        .exec_returning_count(
            "UPDATE carrier_account
             SET name = COALESCE($3, name), base_url = COALESCE($4, base_url), api_key = COALESCE($5, api_key),
                 api_key_hint = COALESCE($6, api_key_hint), public_keys = COALESCE($7, public_keys)
             WHERE owner = $1 AND id = $2",
            args![id, &change.name, &change.base_url, key, hint, public_keys],
        )
        .await?;
    Ok(changed == 1)
}

/// Changes any account of the installation, for the operator; `false` if there is no such one.
///
/// # Errors
/// When the database fails.
pub async fn change_any(
    tx: &mut SystemTx<'_>,
    id: CarrierAccountId,
    change: &AccountChange,
) -> Result<bool, StoreError> {
    let (key, hint) = change.api_key.as_ref().map(|(key, hint)| (key, hint)).unzip();
    let public_keys = change.public_keys.as_deref().map(keys_to_json).transpose()?;
    let changed = tx
        .exec_returning_count(
            "UPDATE carrier_account
             SET name = COALESCE($2, name), base_url = COALESCE($3, base_url), api_key = COALESCE($4, api_key),
                 api_key_hint = COALESCE($5, api_key_hint), public_keys = COALESCE($6, public_keys)
             WHERE id = $1",
            args![id, &change.name, &change.base_url, key, hint, public_keys],
        )
        .await?;
    Ok(changed == 1)
}

/// Removes one of the tenant's own; `false` if it is not.
///
/// # Errors
/// `Foreign` while numbers send through it; when the database fails.
pub async fn remove(tx: &mut TenantTx<'_>, id: CarrierAccountId) -> Result<bool, StoreError> {
    let own = tx.opt("SELECT 1 FROM carrier_account WHERE owner = $1 AND id = $2", args![id]).await?.is_some();
    if own {
        tx.exec("DELETE FROM carrier_grant WHERE tenant_id = $1 AND carrier_account_id = $2", args![id]).await?;
        tx.exec("DELETE FROM carrier_account WHERE owner = $1 AND id = $2", args![id]).await?;
    }
    Ok(own)
}

/// Every account of the installation, by id: for the operator.
///
/// # Errors
/// When the database fails.
pub async fn list_all(tx: &mut SystemTx<'_>) -> Result<Vec<(CarrierAccount, Option<TenantId>)>, StoreError> {
    tx.rows(
        "SELECT id, name, kind, base_url, api_key_hint, public_keys, owner IS NULL, CAST(NULL AS TEXT), created_at_us, owner
         FROM carrier_account ORDER BY id",
        args![],
    )
    .await?
    .iter()
    .map(|row| Ok((from_row(row)?, row.get(9)?)))
    .collect()
}

/// The sealed API key of an account.
///
/// # Errors
/// `NoRow` if there is no such account; when the database fails.
pub async fn sealed_key(tx: &mut SystemTx<'_>, id: CarrierAccountId) -> Result<Vec<u8>, StoreError> {
    tx.one("SELECT api_key FROM carrier_account WHERE id = $1", args![id]).await?.get(0)
}

/// Points an account to another address and other public keys: the sandbox's change with each start.
///
/// # Errors
/// When the database fails.
pub async fn move_to(
    tx: &mut SystemTx<'_>,
    id: CarrierAccountId,
    base_url: &str,
    public_keys: &[String],
) -> Result<(), StoreError> {
    let sql = "UPDATE carrier_account SET base_url = $2, public_keys = $3 WHERE id = $1";
    tx.exec(sql, args![id, base_url, keys_to_json(public_keys)?]).await
}

fn from_row(row: &Row) -> Result<CarrierAccount, StoreError> {
    let keys: String = row.get(5)?;
    Ok(CarrierAccount {
        id: row.get(0)?,
        name: row.get(1)?,
        kind: row.get(2)?,
        base_url: row.get(3)?,
        api_key_hint: row.get(4)?,
        public_keys: serde_json::from_str(&keys).map_err(StoreError::fault)?,
        shared: row.get(6)?,
        messaging_profile_id: row.get(7)?,
        created_at: row.get(8)?,
    })
}

fn keys_to_json(keys: &[String]) -> Result<String, StoreError> {
    serde_json::to_string(keys).map_err(StoreError::fault)
}
