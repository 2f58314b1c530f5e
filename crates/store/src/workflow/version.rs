//! What was published of workflows: versions, which never change.

use std::collections::HashMap;

use domain::id::{UserId, WorkflowId};
use domain::workflow::{Document, Standing};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Begins, go_on, standing};
use crate::enrolment::goal;
use crate::event::Line;
use crate::scene::json;
use crate::{Row, StoreError, TenantTx, args, list, row};

/// Something that was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = WorkflowVersion)]
pub struct Version {
    /// Its number, from 1.
    pub version: i64,
    /// What whoever published it says of it; `null`: nothing.
    #[schema(required = true)]
    pub note: Option<String>,
    /// People enter this one.
    pub is_live: bool,
    /// The member who published it; `null`: a program.
    #[schema(required = true, value_type = Option<String>)]
    pub published_by: Option<UserId>,
    /// When it was published.
    #[schema(value_type = String, format = DateTime)]
    pub published_at: Timestamp,
}

/// What whoever runs a version needs of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// How it stands with its workflow.
    pub standing: Standing,
    /// Since when that is paused.
    pub paused_at: Option<Timestamp>,
    /// What is done.
    pub document: Document,
}

macro_rules! version {
    ($more:literal) => {
        concat!(
            "SELECT v.version, v.note, v.version = w.live_version, v.published_by, v.published_at_us",
            $more,
            " FROM workflow_version v JOIN workflow w ON w.tenant_id = v.tenant_id AND w.id = v.workflow_id
             WHERE v.tenant_id = $1 AND v.workflow_id = $2"
        )
    };
}

/// Makes this the version that people enter. What is as the one before makes no new one. Answers its number.
///
/// # Errors
/// When the database fails.
pub async fn publish(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    id: WorkflowId,
    to: Standing,
    document: &Document,
    (note, by): (Option<&str>, Option<UserId>),
) -> Result<(i64, Line), StoreError> {
    let newest = tx
        .opt(
            "SELECT version, document FROM workflow_version WHERE tenant_id = $1 AND workflow_id = $2
             ORDER BY version DESC LIMIT 1",
            args![id],
        )
        .await?;
    let text = document.to_text();
    let version = match newest {
        Some(row) if row.text(1)? == text => row.get(0)?,
        newest => {
            let version = 1 + newest.map_or(Ok(0), |row| row.get::<i64>(0))?;
            tx.exec(
                "INSERT INTO workflow_version (tenant_id, workflow_id, version, document, note, published_by, published_at_us)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
                args![id, version, &text, note, by, now],
            )
            .await?;
            goal::publish(tx, id, version, document).await?;
            let media = document.media().into_iter().map(|media| row![media, id, version]);
            tx.push_many("INSERT INTO workflow_media (tenant_id, media_id, workflow_id, version)", media).await?;
            version
        }
    };
    let begins = document.triggers.iter();
    let begins = begins.map(|trigger| Begins { kind: trigger.kind().to_owned(), about: trigger.about() });
    let begins = serde_json::to_string(&begins.collect::<Vec<_>>()).map_err(StoreError::fault)?;
    let sql = "UPDATE workflow SET live_version = $3, begins = $4 WHERE tenant_id = $1 AND id = $2";
    tx.exec(sql, args![id, version, begins]).await?;
    Ok((version, go_on(tx, now, id, to).await?))
}

/// A page of its versions, the newest first, before `before`.
///
/// # Errors
/// When the database fails.
pub async fn page(
    tx: &mut TenantTx<'_>,
    id: WorkflowId,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<Version>, StoreError> {
    let sql = concat!(version!(""), " AND v.version < $3 ORDER BY v.version DESC LIMIT $4");
    tx.rows(sql, args![id, before.unwrap_or(i64::MAX), limit]).await?.iter().map(version).collect()
}

/// One of them, with what it says.
///
/// # Errors
/// When the database fails.
pub async fn find(
    tx: &mut TenantTx<'_>,
    id: WorkflowId,
    number: i64,
) -> Result<Option<(Version, Document)>, StoreError> {
    let row = tx.opt(concat!(version!(", v.document"), " AND v.version = $3"), args![id, number]).await?;
    row.map(|row| Ok((version(&row)?, json(row.text(5)?)?))).transpose()
}

/// What whoever runs these versions needs of them, of those that there are: one query for all.
///
/// # Errors
/// When the database fails.
pub async fn versions_of(
    tx: &mut TenantTx<'_>,
    wanted: &[(WorkflowId, i64)],
) -> Result<HashMap<(WorkflowId, i64), Run>, StoreError> {
    let mut found = HashMap::new();
    if wanted.is_empty() {
        return Ok(found);
    }
    let sql = "SELECT v.workflow_id, v.version, w.state, w.paused_at_us, v.document
               FROM workflow_version v JOIN workflow w ON w.tenant_id = v.tenant_id AND w.id = v.workflow_id
               WHERE v.tenant_id = $1 AND v.workflow_id {among $2} AND v.version {among $3}";
    let (ids, versions) = (wanted.iter().map(|(id, _)| *id), wanted.iter().map(|(_, version)| *version));
    for row in tx.rows(sql, args![list(ids), list(versions)]).await? {
        let key = (row.get(0)?, row.get(1)?);
        if wanted.contains(&key) {
            let standing = standing(row.text(2)?)?;
            found.insert(key, Run { standing, paused_at: row.get(3)?, document: json(row.text(4)?)? });
        }
    }
    Ok(found)
}

fn version(row: &Row) -> Result<Version, StoreError> {
    Ok(Version {
        version: row.get(0)?,
        note: row.get(1)?,
        is_live: row.get(2)?,
        published_by: row.get(3)?,
        published_at: row.get(4)?,
    })
}
