//! Who works in a tenant, and as what.

use std::collections::HashSet;

use domain::{
    access::Role,
    event::Kind,
    id::{ConversationId, TenantId, UserId},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Row, StoreError, SystemTx, TenantTx, args, event::Line, schema::RoleWord, team, view};

/// The constraint that says: nobody is a member twice.
pub const ALREADY_MEMBER: &str = "member_pkey";

/// A person of the tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Member {
    /// Who.
    #[schema(value_type = String)]
    pub user_id: UserId,
    /// What people call them.
    pub name: String,
    /// Where they sign in.
    pub email: String,
    /// What they are here.
    #[schema(value_type = RoleWord)]
    pub role: Role,
    /// Since when they are in.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// A tenant that a person is a member of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Membership {
    /// Which.
    #[schema(value_type = String)]
    pub id: TenantId,
    /// What people call it.
    pub name: String,
    /// What the person is there.
    #[schema(value_type = RoleWord)]
    pub role: Role,
}

/// A page of the members, by id.
///
/// # Errors
/// When the database fails.
pub async fn list(tx: &mut TenantTx<'_>, after: Option<UserId>, limit: u32) -> Result<Vec<Member>, StoreError> {
    let after = after.unwrap_or(UserId(uuid::Uuid::nil()));
    tx.rows(
        "SELECT m.user_id, u.name, u.email, m.role, m.created_at_us
         FROM member m JOIN user_account u ON u.id = m.user_id
         WHERE m.tenant_id = $1 AND m.user_id > $2 ORDER BY m.user_id LIMIT $3",
        args![after, limit],
    )
    .await?
    .iter()
    .map(from_row)
    .collect()
}

/// One member.
///
/// # Errors
/// When the database fails.
pub async fn read(tx: &mut TenantTx<'_>, user: UserId) -> Result<Option<Member>, StoreError> {
    tx.opt(
        "SELECT m.user_id, u.name, u.email, m.role, m.created_at_us
         FROM member m JOIN user_account u ON u.id = m.user_id
         WHERE m.tenant_id = $1 AND m.user_id = $2",
        args![user],
    )
    .await?
    .as_ref()
    .map(from_row)
    .transpose()
}

/// Who of these is a member.
///
/// # Errors
/// When the database fails.
pub async fn known(tx: &mut TenantTx<'_>, users: &[UserId]) -> Result<HashSet<UserId>, StoreError> {
    let sql = "SELECT user_id FROM member WHERE tenant_id = $1 AND user_id {among $2}";
    tx.rows(sql, args![crate::list(users)]).await?.iter().map(|row| row.get(0)).collect()
}

/// Lets a person in.
///
/// # Errors
/// `Unique` with [`ALREADY_MEMBER`]; `Foreign` if there is no such person; when the database fails.
pub async fn add(tx: &mut TenantTx<'_>, user: UserId, role: Role, now: Timestamp) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO member (tenant_id, user_id, role, created_at_us) VALUES ($1, $2, $3, $4)",
        args![user, role.as_str(), now],
    )
    .await
}

/// Who the owners are, locked until the transaction ends: two owners who remove each other at once cannot both succeed.
///
/// # Errors
/// When the database fails.
pub async fn owners(tx: &mut TenantTx<'_>) -> Result<Vec<UserId>, StoreError> {
    let sql = "SELECT user_id FROM member WHERE tenant_id = $1 AND role = $2 ORDER BY user_id {for_update}";
    tx.rows(sql, args![Role::Owner.as_str()]).await?.iter().map(|row| row.get(0)).collect()
}

/// Makes a member something else; `false` if the tenant would have no owner then.
///
/// # Errors
/// When the database fails.
pub async fn change(tx: &mut TenantTx<'_>, user: UserId, role: Role) -> Result<bool, StoreError> {
    if role != Role::Owner && owners(tx).await? == [user] {
        return Ok(false);
    }
    tx.exec("UPDATE member SET role = $3 WHERE tenant_id = $1 AND user_id = $2", args![user, role.as_str()]).await?;
    Ok(true)
}

/// Shows a member the door: their sessions here end, they leave their teams, their views go, and nothing is left in their hands. Answers the
/// lines for the log, one for each such team and one for each conversation that they looked after; `None` if the tenant would
/// have no owner then.
///
/// # Errors
/// When the database fails.
pub async fn remove(tx: &mut TenantTx<'_>, user: UserId) -> Result<Option<Vec<Line>>, StoreError> {
    if owners(tx).await? == [user] {
        return Ok(None);
    }
    tx.exec("DELETE FROM session WHERE tenant_id = $1 AND user_id = $2", args![user]).await?;
    view::remove_all(tx, user).await?;
    let mut lines = team::leave_all(tx, user).await?;
    tx.exec("DELETE FROM member WHERE tenant_id = $1 AND user_id = $2", args![user]).await?;
    let sql = "UPDATE conversation SET assignee_id = NULL WHERE tenant_id = $1 AND assignee_id = $2 RETURNING id";
    let orphans = tx.rows(sql, args![user]).await?;
    for row in &orphans {
        let id: ConversationId = row.get(0)?;
        lines.push(Line { kind: Kind::ConversationUpdated, subject: id.0, conversation: Some(id) });
    }
    Ok(Some(lines))
}

/// Where a person is a member, by the tenants' names.
///
/// # Errors
/// When the database fails.
pub async fn tenants_of(tx: &mut SystemTx<'_>, user: UserId) -> Result<Vec<Membership>, StoreError> {
    tx.rows(
        "SELECT t.tenant_id, t.name, m.role FROM member m JOIN tenant t ON t.tenant_id = m.tenant_id
         WHERE m.user_id = $1 ORDER BY t.name, t.tenant_id",
        args![user],
    )
    .await?
    .iter()
    .map(|row| Ok(Membership { id: row.get(0)?, name: row.get(1)?, role: role(row, 2)? }))
    .collect()
}

/// A stored role.
pub(crate) fn role(row: &Row, column: usize) -> Result<Role, StoreError> {
    let word: String = row.get(column)?;
    Role::parse(&word).ok_or_else(|| StoreError::fault(format!("unknown role {word}")))
}

fn from_row(row: &Row) -> Result<Member, StoreError> {
    Ok(Member {
        user_id: row.get(0)?,
        name: row.get(1)?,
        email: row.get(2)?,
        role: role(row, 3)?,
        created_at: row.get(4)?,
    })
}
