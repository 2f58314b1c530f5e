//! Adding, changing and removing sources.

use domain::id::{AssistantId, Ids, KnowledgeId, WorkId};
use domain::source::{Kind, Status};
use jiff::Timestamp;
use uuid::Uuid;

use super::reading::{Kept, Reading, Update, learn, want_vectors, write_reading};
use super::settings::bump;
use crate::{StoreError, TenantTx, args, list, row};

/// A source to be added.
#[derive(Debug, Clone)]
pub struct New {
    /// Its id.
    pub id: KnowledgeId,
    /// What it is about.
    pub title: String,
    /// Whether a person says so: what a page calls itself does not count then.
    pub is_titled: bool,
    /// Where it comes from.
    pub origin: Origin,
    /// Who may answer from it; none: every assistant.
    pub assistants: Vec<AssistantId>,
    /// How often it is fetched again.
    pub refetch_hours: Option<u32>,
}

/// Where a source comes from.
#[derive(Clone)]
pub enum Origin {
    /// It was written here, and is read already: text, or questions with their answers.
    Written(Reading),
    /// It was uploaded, and is to be read.
    Uploaded {
        /// What it was called.
        file_name: Option<String>,
        /// Its bytes.
        content: bytes::Bytes,
    },
    /// It lies on the web.
    Page {
        /// Where.
        url: String,
    },
    /// It names pages of the web.
    Sitemap {
        /// Where.
        url: String,
    },
}

impl std::fmt::Debug for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind().as_str())
    }
}

impl Origin {
    /// Which kind of source this makes.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Written(reading) if reading.is_pairs() => Kind::QuestionAnswer,
            Self::Written(_) => Kind::Text,
            Self::Uploaded { .. } => Kind::File,
            Self::Page { .. } => Kind::Page,
            Self::Sitemap { .. } => Kind::Sitemap,
        }
    }
}

/// What of a source changes; `None` stays.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// What it is about, as a person says.
    pub title: Option<String>,
    /// Who may answer from it.
    pub assistants: Option<Vec<AssistantId>>,
    /// Whether anybody does.
    pub enabled: Option<bool>,
    /// How often it is fetched again; the inner `None`: never by itself.
    pub refetch_hours: Option<Option<u32>>,
    /// What it says, of a text or of questions with their answers.
    pub reading: Option<Reading>,
}

/// How many sources stand for themselves.
///
/// # Errors
/// When the database fails.
pub async fn count(tx: &mut TenantTx<'_>) -> Result<i64, StoreError> {
    tx.one("SELECT count(*) FROM knowledge WHERE tenant_id = $1 AND parent_id IS NULL", args![]).await?.get(0)
}

/// Whether the tenant has all of these assistants in use.
///
/// # Errors
/// When the database fails.
pub async fn has_assistants(tx: &mut TenantTx<'_>, ids: &[AssistantId]) -> Result<bool, StoreError> {
    const FOUND: &str =
        "SELECT count(*) FROM assistant WHERE tenant_id = $1 AND deleted_at_us IS NULL AND id {among $2}";
    let found: i64 = tx.one(FOUND, args![list(ids)]).await?.get(0)?;
    Ok(usize::try_from(found).is_ok_and(|found| found == ids.len()))
}

/// Adds a source. What is written can be found at once; the rest waits for whoever reads it. [`Kept::TooMany`] leaves
/// nothing to commit.
///
/// # Errors
/// When the database fails, or an assistant is not the tenant's.
pub async fn create(tx: &mut TenantTx<'_>, now: Timestamp, ids: &mut Ids, new: &New) -> Result<Kept, StoreError> {
    bump(tx).await?;
    let kind = new.origin.kind();
    let (url, file_name, bytes) = match &new.origin {
        Origin::Written(_) => (None, None, 0),
        Origin::Uploaded { file_name, content } => (None, file_name.as_deref(), content.len()),
        Origin::Page { url } | Origin::Sitemap { url } => (Some(url.as_str()), None, 0),
    };
    let bytes = i64::try_from(bytes).map_err(StoreError::fault)?;
    let due = kind.is_fetched().then_some(now);
    tx.exec(
        "INSERT INTO knowledge (tenant_id, id, kind, root_id, title, is_titled, url, file_name, enabled, for_all, status, bytes,
             characters, chunks, refetch_hours, failures, revision, next_fetch_at_us, created_at_us, updated_at_us, is_pairs)
         VALUES ($1, $2, $3, $2, $4, $5, $6, $7, TRUE, $8, 'waiting', $9, 0, 0, $10, 0, 1, $11, $12, $12, FALSE)",
        args![
            new.id,
            kind.as_str(),
            &new.title,
            new.is_titled,
            url,
            file_name,
            new.assistants.is_empty(),
            bytes,
            new.refetch_hours,
            due,
            now,
        ],
    )
    .await?;
    bind(tx, new.id, &new.assistants).await?;
    match &new.origin {
        Origin::Written(reading) => {
            let update = Update { next_fetch: None, ..Update::default() };
            write_reading(tx, now, ids, new.id, reading, &update).await
        }
        Origin::Uploaded { content, .. } => {
            tx.exec(
                "INSERT INTO knowledge_file (tenant_id, knowledge_id, content) VALUES ($1, $2, $3)",
                args![new.id, content.as_ref()],
            )
            .await?;
            learn(tx, ids.next::<WorkId>(), now, new.id, 1).await?;
            Ok(Kept::Yes)
        }
        Origin::Page { .. } | Origin::Sitemap { .. } => {
            learn(tx, ids.next::<WorkId>(), now, new.id, 1).await?;
            Ok(Kept::Yes)
        }
    }
}

/// Changes what is given of a source that is there.
///
/// # Errors
/// When the database fails, or an assistant is not the tenant's.
pub async fn change(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    id: KnowledgeId,
    change: &Change,
) -> Result<Kept, StoreError> {
    bump(tx).await?;
    let for_all = change.assistants.as_ref().map(Vec::is_empty);
    tx.exec(
        "UPDATE knowledge SET title = COALESCE($3, title), is_titled = is_titled OR $4, enabled = COALESCE($5, enabled),
             for_all = COALESCE($6, for_all), updated_at_us = $7
         WHERE tenant_id = $1 AND id = $2",
        args![id, &change.title, change.title.is_some(), change.enabled, for_all, now],
    )
    .await?;
    if change.title.is_some() {
        // What stands under no heading is embedded with the title.
        tx.exec(
            "UPDATE knowledge_chunk SET embedded_by = NULL WHERE tenant_id = $1 AND knowledge_id = $2 AND heading = ''",
            args![id],
        )
        .await?;
        want_vectors(tx, now, ids).await?;
    }
    if let Some(assistants) = &change.assistants {
        tx.exec("DELETE FROM knowledge_assistant WHERE tenant_id = $1 AND knowledge_id = $2", args![id]).await?;
        bind(tx, id, assistants).await?;
    }
    if let Some(hours) = change.refetch_hours {
        reschedule(tx, now, ids, id, hours).await?;
    }
    match &change.reading {
        None => Ok(Kept::Yes),
        Some(reading) => write_reading(tx, now, ids, id, reading, &Update::default()).await,
    }
}

/// It and its pages are fetched in another rhythm from now on, counted from when each came.
async fn reschedule(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    id: KnowledgeId,
    hours: Option<u32>,
) -> Result<(), StoreError> {
    let rows = tx
        .rows(
            "UPDATE knowledge SET refetch_hours = $3, revision = revision + 1
             WHERE tenant_id = $1 AND root_id = $2 AND kind IN ('page', 'sitemap')
             RETURNING id, revision, fetched_at_us, status",
            args![id, hours],
        )
        .await?;
    for row in rows {
        let (page, revision): (KnowledgeId, i64) = (row.get(0)?, row.get(1)?);
        let came: Option<Timestamp> = row.get(2)?;
        let pause = hours.map(|hours| jiff::SignedDuration::from_hours(i64::from(hours)));
        // What never came is tried at once.
        let next = match came {
            None => Some(now),
            Some(came) => pause.and_then(|pause| came.checked_add(pause).ok()).map(|at| at.max(now)),
        };
        tx.exec("UPDATE knowledge SET next_fetch_at_us = $3 WHERE tenant_id = $1 AND id = $2", args![page, next])
            .await?;
        if let Some(at) = next {
            learn(tx, ids.next::<WorkId>(), at, page, revision).await?;
        }
    }
    Ok(())
}

/// Has a page or a sitemap fetched again as soon as possible. False: there is no such source, or it is of another kind.
///
/// # Errors
/// When the database fails.
pub async fn reread(tx: &mut TenantTx<'_>, now: Timestamp, ids: &mut Ids, id: KnowledgeId) -> Result<bool, StoreError> {
    let row = tx
        .opt(
            "UPDATE knowledge SET revision = revision + 1, status = $3, failures = 0, next_fetch_at_us = $4, updated_at_us = $4
             WHERE tenant_id = $1 AND id = $2 AND kind IN ('page', 'sitemap')
             RETURNING revision",
            args![id, Status::Waiting.as_str(), now],
        )
        .await?;
    let Some(row) = row else { return Ok(false) };
    learn(tx, ids.next::<WorkId>(), now, id, row.get(0)?).await?;
    Ok(true)
}

/// Removes a source and all that belongs to it. False: there is no such source.
///
/// # Errors
/// When the database fails.
pub async fn remove(tx: &mut TenantTx<'_>, id: KnowledgeId) -> Result<bool, StoreError> {
    bump(tx).await?;
    let rows =
        tx.rows("SELECT id FROM knowledge WHERE tenant_id = $1 AND (id = $2 OR root_id = $2)", args![id]).await?;
    let all = rows.iter().map(|row| row.get(0)).collect::<Result<Vec<KnowledgeId>, _>>()?;
    remove_all(tx, &all).await?;
    Ok(!all.is_empty())
}

/// Removes these sources with their chunks; pages of theirs must be among them.
pub(super) async fn remove_all(tx: &mut TenantTx<'_>, ids: &[KnowledgeId]) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM knowledge_chunk WHERE tenant_id = $1 AND knowledge_id {among $2}",
        "DELETE FROM knowledge_file WHERE tenant_id = $1 AND knowledge_id {among $2}",
        "DELETE FROM knowledge_assistant WHERE tenant_id = $1 AND knowledge_id {among $2}",
        "DELETE FROM knowledge WHERE tenant_id = $1 AND id {among $2}",
    ] {
        tx.exec(sql, args![list(ids)]).await?;
    }
    Ok(())
}

async fn bind(tx: &mut TenantTx<'_>, id: KnowledgeId, assistants: &[AssistantId]) -> Result<(), StoreError> {
    let mut unique: Vec<Uuid> = assistants.iter().map(|assistant| assistant.0).collect();
    unique.sort_unstable();
    unique.dedup();
    let rows = unique.iter().map(|assistant| row![id, *assistant]);
    tx.insert_many("INSERT INTO knowledge_assistant (tenant_id, knowledge_id, assistant_id)", rows).await?;
    Ok(())
}
