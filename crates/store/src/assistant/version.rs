//! What an assistant was, version by version.

use domain::assistant::Settings;
use domain::id::AssistantId;
use domain::message::Author;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Set, updated};
use crate::event::Line;
use crate::{Row, StoreError, TenantTx, args};

/// A version of an assistant. What is set in it never changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = AssistantVersion)]
pub struct Version {
    /// Its number; each is greater than the one before.
    pub version: u32,
    /// What the assistant is called in it.
    pub name: String,
    /// What is set in it.
    pub settings: Set,
    /// Who made it: `member`, `api` or `system`.
    pub author_kind: String,
    /// What they are called, if known.
    #[schema(required = true)]
    pub author_name: Option<String>,
    /// It is in force.
    pub current: bool,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last put in force; `null`: never.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub published_at: Option<Timestamp>,
}

macro_rules! version {
    () => {
        "SELECT v.version, v.name, v.settings, v.author, u.name, a.version = v.version, v.created_at_us, v.published_at_us
         FROM assistant_version v
         JOIN assistant a ON a.tenant_id = v.tenant_id AND a.id = v.assistant_id AND a.deleted_at_us IS NULL
         LEFT JOIN user_account u ON v.author = 'member' AND u.id = v.author_id
         WHERE v.tenant_id = $1 AND v.assistant_id = $2"
    };
}

/// A page of its versions, the newest first, before `before`.
///
/// # Errors
/// When the database fails.
pub async fn page(
    tx: &mut TenantTx<'_>,
    id: AssistantId,
    before: Option<u32>,
    limit: u32,
) -> Result<Vec<Version>, StoreError> {
    let before = before.map_or(i64::MAX, i64::from);
    let rows = tx
        .rows(concat!(version!(), " AND v.version < $3 ORDER BY v.version DESC LIMIT $4"), args![id, before, limit])
        .await?;
    rows.iter().map(version).collect()
}

/// One version; `None`: there is none of that number.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut TenantTx<'_>, id: AssistantId, number: u32) -> Result<Option<Version>, StoreError> {
    let row = tx.opt(concat!(version!(), " AND v.version = $3"), args![id, number]).await?;
    row.as_ref().map(version).transpose()
}

/// What is set in a version, and what the assistant is called in it.
///
/// # Errors
/// When the database fails.
pub async fn settings(
    tx: &mut TenantTx<'_>,
    id: AssistantId,
    number: u32,
) -> Result<Option<(String, Settings)>, StoreError> {
    let row = tx
        .opt(
            "SELECT name, settings FROM assistant_version WHERE tenant_id = $1 AND assistant_id = $2 AND version = $3",
            args![id, number],
        )
        .await?;
    row.map(|row| Ok((row.get(0)?, serde_json::from_str(row.text(1)?).map_err(StoreError::fault)?))).transpose()
}

/// Puts a version in force, an older one too. `None`: there is none of that number.
///
/// # Errors
/// When the database fails.
pub async fn publish(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    id: AssistantId,
    number: u32,
) -> Result<Option<Line>, StoreError> {
    let changed = tx
        .exec_returning_count(
            "UPDATE assistant SET version = $3,
                 name = (SELECT v.name FROM assistant_version v
                         WHERE v.tenant_id = $1 AND v.assistant_id = $2 AND v.version = $3),
                 settings = (SELECT v.settings FROM assistant_version v
                             WHERE v.tenant_id = $1 AND v.assistant_id = $2 AND v.version = $3)
             WHERE tenant_id = $1 AND id = $2 AND deleted_at_us IS NULL
               AND EXISTS (SELECT 1 FROM assistant_version v
                           WHERE v.tenant_id = $1 AND v.assistant_id = $2 AND v.version = $3)",
            args![id, number],
        )
        .await?;
    if changed == 0 {
        return Ok(None);
    }
    tx.exec(
        "UPDATE assistant_version SET published_at_us = $4
         WHERE tenant_id = $1 AND assistant_id = $2 AND version = $3",
        args![id, number, now],
    )
    .await?;
    Ok(Some(updated(id)))
}

/// The number of the next version. Whoever asks holds the assistant's row.
pub(super) async fn next(tx: &mut TenantTx<'_>, id: AssistantId) -> Result<u32, StoreError> {
    let row = tx
        .one(
            "SELECT COALESCE(max(version), 0) + 1 FROM assistant_version WHERE tenant_id = $1 AND assistant_id = $2",
            args![id],
        )
        .await?;
    row.get(0)
}

#[expect(clippy::too_many_arguments, reason = "a row")]
pub(super) async fn add(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    id: AssistantId,
    number: u32,
    author: Author,
    name: &str,
    settings: &Settings,
    publish: bool,
) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO assistant_version (tenant_id, assistant_id, version, name, settings, author, author_id,
             created_at_us, published_at_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![id, number, name, super::text(settings)?, author.kind(), author.id(), now, publish.then_some(now)],
    )
    .await
}

fn version(row: &Row) -> Result<Version, StoreError> {
    let settings: Settings = serde_json::from_str(row.text(2)?).map_err(StoreError::fault)?;
    Ok(Version {
        version: row.get(0)?,
        name: row.get(1)?,
        settings: Set::from(settings),
        author_kind: row.get(3)?,
        author_name: row.get(4)?,
        current: row.get(5)?,
        created_at: row.get(6)?,
        published_at: row.get(7)?,
    })
}
