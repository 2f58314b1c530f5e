//! Members who look after some conversations together.

use std::collections::HashMap;

use domain::assistant::{HandOver, Settings};
use domain::event::Kind;
use domain::id::{AssistantId, ConversationId, TeamId, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::event::Line;
use crate::{Row, StoreError, TenantTx, args, list};

/// The constraint that says: no two teams of a tenant have the same name, whatever its case.
pub const NAME_TAKEN: &str = "team_name";

/// Members who look after some conversations together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Team {
    /// Which one.
    #[schema(value_type = String, example = "tea_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub id: TeamId,
    /// What people call it.
    pub name: String,
    /// Who is in it, sorted.
    #[schema(value_type = Vec<String>)]
    pub member_ids: Vec<UserId>,
    /// Since when there is one.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// A place in an assistant's settings that names a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Whose settings.
    pub assistant: AssistantId,
    /// What people call it.
    pub assistant_name: String,
    /// Which of them, as the API calls it.
    pub setting: &'static str,
}

macro_rules! team {
    () => {
        "SELECT id, name, created_at_us FROM team WHERE tenant_id = $1"
    };
}

/// A page of the teams, by id.
///
/// # Errors
/// When the database fails.
pub async fn page(tx: &mut TenantTx<'_>, after: Option<TeamId>, limit: u32) -> Result<Vec<Team>, StoreError> {
    let after = after.unwrap_or(TeamId(Uuid::nil()));
    let rows = tx.rows(concat!(team!(), " AND id > $2 ORDER BY id LIMIT $3"), args![after, limit]).await?;
    with_members(tx, &rows).await
}

/// All of these that there are.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(tx: &mut TenantTx<'_>, ids: &[TeamId]) -> Result<HashMap<TeamId, Team>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = tx.rows(concat!(team!(), " AND id {among $2}"), args![list(ids)]).await?;
    Ok(with_members(tx, &rows).await?.into_iter().map(|team| (team.id, team)).collect())
}

/// One of them.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut TenantTx<'_>, id: TeamId) -> Result<Option<Team>, StoreError> {
    Ok(by_ids(tx, &[id]).await?.remove(&id))
}

/// Whether there is such a team. Nobody changes or removes it until the transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn hold(tx: &mut TenantTx<'_>, id: TeamId) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM team WHERE tenant_id = $1 AND id = $2 {for_update}";
    Ok(tx.opt(sql, args![id]).await?.is_some())
}

/// How many there are.
///
/// # Errors
/// When the database fails.
pub async fn count(tx: &mut TenantTx<'_>) -> Result<i64, StoreError> {
    tx.one("SELECT count(*) FROM team WHERE tenant_id = $1", args![]).await?.get(0)
}

/// Whether this member is in it.
///
/// # Errors
/// When the database fails.
pub async fn has(tx: &mut TenantTx<'_>, id: TeamId, member: UserId) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM team_member WHERE tenant_id = $1 AND team_id = $2 AND user_id = $3";
    Ok(tx.opt(sql, args![id, member]).await?.is_some())
}

/// Makes one. Whoever of `members` is no member of the tenant is left out.
///
/// # Errors
/// `Unique` with [`NAME_TAKEN`]; when the database fails.
pub async fn create(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    id: TeamId,
    name: &str,
    members: &[UserId],
) -> Result<Line, StoreError> {
    tx.exec(
        "INSERT INTO team (tenant_id, id, name, folded, created_at_us) VALUES ($1, $2, $3, $4, $5)",
        args![id, name, folded(name), now],
    )
    .await?;
    fill(tx, id, members).await?;
    Ok(updated(id))
}

/// Gives one another name or other members: all of them, without those who are no members of the tenant.
///
/// # Errors
/// `Unique` with [`NAME_TAKEN`]; when the database fails.
pub async fn change(
    tx: &mut TenantTx<'_>,
    id: TeamId,
    name: Option<&str>,
    members: Option<&[UserId]>,
) -> Result<Line, StoreError> {
    if let Some(name) = name {
        tx.exec(
            "UPDATE team SET name = $3, folded = $4 WHERE tenant_id = $1 AND id = $2",
            args![id, name, folded(name)],
        )
        .await?;
    }
    if let Some(members) = members {
        tx.exec("DELETE FROM team_member WHERE tenant_id = $1 AND team_id = $2", args![id]).await?;
        fill(tx, id, members).await?;
    }
    Ok(updated(id))
}

/// Where assistants in use name it.
///
/// # Errors
/// When the database fails.
pub async fn mentions(tx: &mut TenantTx<'_>, id: TeamId) -> Result<Vec<Mention>, StoreError> {
    let sql = "SELECT id, name, settings FROM assistant WHERE tenant_id = $1 AND deleted_at_us IS NULL ORDER BY id";
    let mut found = Vec::new();
    for row in tx.rows(sql, args![]).await? {
        let settings: Settings = serde_json::from_str(row.text(2)?).map_err(StoreError::fault)?;
        let HandOver { team, escalate_to_team, .. } = settings.hand_over;
        for (setting, named) in [("hand_over.team", team), ("hand_over.escalate_to_team", escalate_to_team)] {
            if named == Some(id) {
                found.push(Mention { assistant: row.get(0)?, assistant_name: row.get(1)?, setting });
            }
        }
    }
    Ok(found)
}

/// Takes one away: everybody looks after its conversations then, or whoever of it had them. Answers the lines for the
/// log.
///
/// # Errors
/// When the database fails.
pub async fn remove(tx: &mut TenantTx<'_>, id: TeamId) -> Result<Vec<Line>, StoreError> {
    tx.exec("DELETE FROM team_member WHERE tenant_id = $1 AND team_id = $2", args![id]).await?;
    let sql = "UPDATE conversation SET team_id = NULL WHERE tenant_id = $1 AND team_id = $2 RETURNING id";
    let orphans = tx.rows(sql, args![id]).await?;
    // A turn that has read the conversation before may still write the team: what is not there is read as none.
    tx.exec("DELETE FROM team WHERE tenant_id = $1 AND id = $2", args![id]).await?;
    let mut lines = vec![updated(id)];
    for row in &orphans {
        let id: ConversationId = row.get(0)?;
        lines.push(Line { kind: Kind::ConversationUpdated, subject: id.0, conversation: Some(id) });
    }
    Ok(lines)
}

/// Takes a member out of all teams. Answers the lines for the log.
pub(crate) async fn leave_all(tx: &mut TenantTx<'_>, member: UserId) -> Result<Vec<Line>, StoreError> {
    let sql = "DELETE FROM team_member WHERE tenant_id = $1 AND user_id = $2 RETURNING team_id";
    tx.rows(sql, args![member]).await?.iter().map(|row| row.get(0).map(updated)).collect()
}

async fn fill(tx: &mut TenantTx<'_>, id: TeamId, members: &[UserId]) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO team_member (tenant_id, team_id, user_id)
         SELECT m.tenant_id, t.id, m.user_id FROM member m
         JOIN team t ON t.tenant_id = m.tenant_id AND t.id = $2
         WHERE m.tenant_id = $1 AND m.user_id {among $3}",
        args![id, list(members)],
    )
    .await
}

async fn with_members(tx: &mut TenantTx<'_>, rows: &[Row]) -> Result<Vec<Team>, StoreError> {
    let mut teams = Vec::with_capacity(rows.len());
    for row in rows {
        teams.push(Team { id: row.get(0)?, name: row.get(1)?, member_ids: Vec::new(), created_at: row.get(2)? });
    }
    let ids: Vec<TeamId> = teams.iter().map(|team| team.id).collect();
    let mut members: HashMap<TeamId, Vec<UserId>> = HashMap::new();
    let sql = "SELECT team_id, user_id FROM team_member WHERE tenant_id = $1 AND team_id {among $2}
               ORDER BY team_id, user_id";
    for row in tx.rows(sql, args![list(&ids)]).await? {
        members.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    for team in &mut teams {
        team.member_ids = members.remove(&team.id).unwrap_or_default();
    }
    Ok(teams)
}

/// A name as it is compared: not every database knows the small letters of every script.
fn folded(name: &str) -> String {
    name.to_lowercase()
}

const fn updated(id: TeamId) -> Line {
    Line { kind: Kind::TeamUpdated, subject: id.0, conversation: None }
}
