//! Lists of contacts that somebody keeps.

use std::collections::HashMap;

use domain::condition::fold;
use domain::event::Kind;
use domain::id::{ContactId, ListId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::contact::{self, Contact};
use crate::event::Line;
use crate::{Row, StoreError, TenantTx, args, list, row};

/// The constraint that says: no two lists of a tenant have the same name, whatever its case.
pub const NAME_TAKEN: &str = "contact_list_name";

/// A list of contacts that somebody keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ContactList)]
pub struct List {
    /// Which one.
    #[schema(value_type = String, example = "lst_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub id: ListId,
    /// What people call it.
    pub name: String,
    /// How many contacts are on it.
    pub contacts: i64,
    /// Since when there is one.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

macro_rules! list_with_count {
    () => {
        "SELECT l.id, l.name, l.created_at_us,
                (SELECT count(*) FROM contact_list_member m WHERE m.tenant_id = l.tenant_id AND m.list_id = l.id)
         FROM contact_list l WHERE l.tenant_id = $1"
    };
}

/// A page of the lists, by id.
///
/// # Errors
/// When the database fails.
pub async fn page(tx: &mut TenantTx<'_>, after: Option<ListId>, limit: u32) -> Result<Vec<List>, StoreError> {
    let after = after.unwrap_or(ListId(Uuid::nil()));
    let sql = concat!(list_with_count!(), " AND l.id > $2 ORDER BY l.id LIMIT $3");
    tx.rows(sql, args![after, limit]).await?.iter().map(shown).collect()
}

/// All of these that there are.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(tx: &mut TenantTx<'_>, ids: &[ListId]) -> Result<HashMap<ListId, List>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = tx.rows(concat!(list_with_count!(), " AND l.id {among $2}"), args![list(ids)]).await?;
    rows.iter().map(|row| shown(row).map(|list| (list.id, list))).collect()
}

/// One of them.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut TenantTx<'_>, id: ListId) -> Result<Option<List>, StoreError> {
    Ok(by_ids(tx, &[id]).await?.remove(&id))
}

/// Whether there is such a list. Nobody changes or removes it until the transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn hold(tx: &mut TenantTx<'_>, id: ListId) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM contact_list WHERE tenant_id = $1 AND id = $2 {for_update}";
    Ok(tx.opt(sql, args![id]).await?.is_some())
}

/// Those of these lists that there are. Nobody changes or removes them until the transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn hold_all(tx: &mut TenantTx<'_>, ids: &[ListId]) -> Result<Vec<ListId>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "SELECT id FROM contact_list WHERE tenant_id = $1 AND id {among $2} ORDER BY id {for_update}";
    tx.rows(sql, args![list(ids)]).await?.iter().map(|row| row.get(0)).collect()
}

/// What all of them are called.
///
/// # Errors
/// When the database fails.
pub async fn names(tx: &mut TenantTx<'_>) -> Result<Vec<(ListId, String)>, StoreError> {
    let rows = tx.rows("SELECT id, name FROM contact_list WHERE tenant_id = $1 ORDER BY id", args![]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// How many there are.
///
/// # Errors
/// When the database fails.
pub async fn count(tx: &mut TenantTx<'_>) -> Result<i64, StoreError> {
    tx.one("SELECT count(*) FROM contact_list WHERE tenant_id = $1", args![]).await?.get(0)
}

/// Makes one, with nobody on it.
///
/// # Errors
/// `Unique` with [`NAME_TAKEN`]; when the database fails.
pub async fn create(tx: &mut TenantTx<'_>, now: Timestamp, id: ListId, name: &str) -> Result<Line, StoreError> {
    let sql = "INSERT INTO contact_list (tenant_id, id, name, folded, created_at_us) VALUES ($1, $2, $3, $4, $5)";
    tx.exec(sql, args![id, name, fold(name), now]).await?;
    Ok(updated(id))
}

/// Gives one another name.
///
/// # Errors
/// `Unique` with [`NAME_TAKEN`]; when the database fails.
pub async fn rename(tx: &mut TenantTx<'_>, id: ListId, name: &str) -> Result<Line, StoreError> {
    let sql = "UPDATE contact_list SET name = $3, folded = $4 WHERE tenant_id = $1 AND id = $2";
    tx.exec(sql, args![id, name, fold(name)]).await?;
    Ok(updated(id))
}

/// Takes one away; its contacts stay.
///
/// # Errors
/// When the database fails.
pub async fn remove(tx: &mut TenantTx<'_>, id: ListId) -> Result<Line, StoreError> {
    tx.exec("DELETE FROM contact_list_member WHERE tenant_id = $1 AND list_id = $2", args![id]).await?;
    tx.exec("DELETE FROM contact_list WHERE tenant_id = $1 AND id = $2", args![id]).await?;
    Ok(updated(id))
}

/// A page of the contacts on a list, the newest first, after `after`.
///
/// # Errors
/// When the database fails.
pub async fn contacts(
    tx: &mut TenantTx<'_>,
    id: ListId,
    after: Option<ContactId>,
    limit: u32,
) -> Result<Vec<Contact>, StoreError> {
    let after = after.map_or(Uuid::max(), Uuid::from);
    let sql = "SELECT contact_id FROM contact_list_member WHERE tenant_id = $1 AND list_id = $2 AND contact_id < $3
               ORDER BY contact_id DESC LIMIT $4";
    let rows = tx.rows(sql, args![id, after, limit]).await?;
    let ids = rows.iter().map(|row| row.get(0)).collect::<Result<Vec<ContactId>, _>>()?;
    in_order(tx, &ids).await
}

/// Puts these contacts on it; who is none, or is on it already, is passed over. Answers how many are new on it.
///
/// # Errors
/// When the database fails.
pub async fn add(tx: &mut TenantTx<'_>, now: Timestamp, id: ListId, contacts: &[ContactId]) -> Result<u64, StoreError> {
    tx.insert_many(
        "INSERT INTO contact_list_member (tenant_id, list_id, contact_id, added_at_us)
         VALUES {rows} ON CONFLICT DO NOTHING",
        contacts.iter().map(|contact| row![id, *contact, now]),
    )
    .await
}

/// Takes these contacts off it. Answers how many were on it.
///
/// # Errors
/// When the database fails.
pub async fn take_off(tx: &mut TenantTx<'_>, id: ListId, contacts: &[ContactId]) -> Result<u64, StoreError> {
    let sql = "DELETE FROM contact_list_member WHERE tenant_id = $1 AND list_id = $2 AND contact_id {among $3}";
    tx.exec_returning_count(sql, args![id, list(contacts)]).await
}

/// Those of these contacts that there are.
///
/// # Errors
/// When the database fails.
pub async fn known(tx: &mut TenantTx<'_>, contacts: &[ContactId]) -> Result<Vec<ContactId>, StoreError> {
    let sql = "SELECT id FROM contact WHERE tenant_id = $1 AND id {among $2} AND gone_at_us IS NULL ORDER BY id";
    tx.rows(sql, args![list(contacts)]).await?.iter().map(|row| row.get(0)).collect()
}

/// Whose these numbers are (E.164), for those that are somebody's.
///
/// # Errors
/// When the database fails.
pub async fn by_phones(tx: &mut TenantTx<'_>, phones: &[String]) -> Result<HashMap<String, ContactId>, StoreError> {
    let sql = "SELECT address, contact_id FROM contact_address
               WHERE tenant_id = $1 AND kind = 'phone' AND address {among $2}";
    let rows = tx.rows(sql, args![list(phones.iter().map(String::as_str))]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Puts one contact on lists that there are.
///
/// # Errors
/// When the database fails.
pub async fn add_to_all(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    lists: &[ListId],
    contact: ContactId,
) -> Result<(), StoreError> {
    tx.push_many(
        "INSERT INTO contact_list_member (tenant_id, list_id, contact_id, added_at_us)
         VALUES {rows} ON CONFLICT DO NOTHING",
        lists.iter().map(|id| row![*id, contact, now]),
    )
    .await
}

/// These contacts, in this order.
pub(crate) async fn in_order(tx: &mut TenantTx<'_>, ids: &[ContactId]) -> Result<Vec<Contact>, StoreError> {
    let mut known = contact::by_ids(tx, ids).await?;
    Ok(ids.iter().filter_map(|id| known.remove(id)).collect())
}

/// A line of the log for one that is new, changed or gone.
#[must_use]
pub fn updated(id: ListId) -> Line {
    Line { kind: Kind::ListUpdated, subject: id.into(), conversation: None }
}

fn shown(row: &Row) -> Result<List, StoreError> {
    Ok(List { id: row.get(0)?, name: row.get(1)?, created_at: row.get(2)?, contacts: row.get(3)? })
}
