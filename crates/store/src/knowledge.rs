//! What assistants may answer from, as the API shows it.

use std::fmt;

use domain::id::{AssistantId, KnowledgeId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Row, StoreError, TenantTx, args};

/// A text that an assistant may answer from.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Knowledge {
    /// Which one.
    #[schema(value_type = String, example = "kno_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub id: KnowledgeId,
    /// What it is about; shown as the source of answers.
    pub title: String,
    /// Plain text or Markdown.
    pub text: String,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

impl fmt::Debug for Knowledge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Knowledge").field("id", &self.id).finish_non_exhaustive()
    }
}

macro_rules! knowledge {
    () => {
        "SELECT id, title, body, created_at_us, updated_at_us FROM knowledge WHERE tenant_id = $1 AND assistant_id = $2"
    };
}

/// A page of what an assistant may answer from, the newest first, after `after`.
///
/// # Errors
/// When the database fails.
pub async fn page(
    tx: &mut TenantTx<'_>,
    assistant: AssistantId,
    after: Option<KnowledgeId>,
    limit: u32,
) -> Result<Vec<Knowledge>, StoreError> {
    let after = after.unwrap_or(KnowledgeId(Uuid::max()));
    let rows = tx
        .rows(concat!(knowledge!(), " AND id < $3 ORDER BY id DESC LIMIT $4"), args![assistant, after, limit])
        .await?;
    rows.iter().map(knowledge).collect()
}

/// One text of an assistant's.
///
/// # Errors
/// When the database fails.
pub async fn find(
    tx: &mut TenantTx<'_>,
    assistant: AssistantId,
    id: KnowledgeId,
) -> Result<Option<Knowledge>, StoreError> {
    let row = tx.opt(concat!(knowledge!(), " AND id = $3"), args![assistant, id]).await?;
    row.as_ref().map(knowledge).transpose()
}

/// How many texts an assistant has.
///
/// # Errors
/// When the database fails.
pub async fn count(tx: &mut TenantTx<'_>, assistant: AssistantId) -> Result<i64, StoreError> {
    tx.one("SELECT count(*) FROM knowledge WHERE tenant_id = $1 AND assistant_id = $2", args![assistant]).await?.get(0)
}

/// Adds a text.
///
/// # Errors
/// When the database fails, or there is no such assistant.
pub async fn create(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    assistant: AssistantId,
    id: KnowledgeId,
    title: &str,
    text: &str,
) -> Result<Knowledge, StoreError> {
    tx.exec(
        "INSERT INTO knowledge (tenant_id, id, assistant_id, title, body, created_at_us, updated_at_us)
         VALUES ($1, $2, $3, $4, $5, $6, $6)",
        args![id, assistant, title, text, now],
    )
    .await?;
    Ok(Knowledge { id, title: title.to_owned(), text: text.to_owned(), created_at: now, updated_at: now })
}

/// Changes what is given of a text; `None`: there is no such text.
///
/// # Errors
/// When the database fails.
pub async fn change(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    assistant: AssistantId,
    id: KnowledgeId,
    title: Option<&str>,
    text: Option<&str>,
) -> Result<Option<Knowledge>, StoreError> {
    let row = tx
        .opt(
            "UPDATE knowledge SET title = COALESCE($4, title), body = COALESCE($5, body), updated_at_us = $6
             WHERE tenant_id = $1 AND assistant_id = $2 AND id = $3
             RETURNING id, title, body, created_at_us, updated_at_us",
            args![assistant, id, title, text, now],
        )
        .await?;
    row.as_ref().map(knowledge).transpose()
}

/// Removes a text. False: there is no such text.
///
/// # Errors
/// When the database fails.
pub async fn remove(tx: &mut TenantTx<'_>, assistant: AssistantId, id: KnowledgeId) -> Result<bool, StoreError> {
    let removed = tx
        .exec_returning_count(
            "DELETE FROM knowledge WHERE tenant_id = $1 AND assistant_id = $2 AND id = $3",
            args![assistant, id],
        )
        .await?;
    Ok(removed > 0)
}

fn knowledge(row: &Row) -> Result<Knowledge, StoreError> {
    Ok(Knowledge {
        id: row.get(0)?,
        title: row.get(1)?,
        text: row.get(2)?,
        created_at: row.get(3)?,
        updated_at: row.get(4)?,
    })
}
