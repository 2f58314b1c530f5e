//! Reading sources: what is to be read, and what becomes of it.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{Ids, KnowledgeId, WorkId};
use domain::knowledge::Chunk;
use domain::source::{Kind, Status};
use jiff::Timestamp;

use super::settings::bump;
use super::write::remove_all;
use super::{Body, CHUNKS_MAX, Fault, kind};
use crate::queue::{Errand, add_errand};
use crate::{StoreError, TenantTx, args, row};

/// What was read of a source.
#[derive(Clone)]
pub struct Reading {
    /// What it calls itself.
    pub title: Option<String>,
    /// What it turned out to be, such as `pdf`.
    pub format: Option<&'static str>,
    /// In which language most of it is (ISO 639-1).
    pub language: Option<String>,
    /// What it says.
    pub body: Body,
    /// How much it weighed as it came.
    pub bytes: usize,
    /// Tells what it says apart from what it said before.
    pub digest: [u8; 32],
    /// The same, as it is searched.
    pub chunks: Vec<Chunk>,
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reading")
            .field("bytes", &self.bytes)
            .field("chunks", &self.chunks.len())
            .finish_non_exhaustive()
    }
}

impl Reading {
    /// Whether it is questions with their answers.
    #[must_use]
    pub fn is_pairs(&self) -> bool {
        matches!(self.body, Body::Pairs(_))
    }
}

/// Whether what was read could be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It can be found now.
    Yes,
    /// The tenant would have more chunks than it may; nothing of it was written.
    TooMany,
}

/// What is to be read.
#[derive(Debug, Clone)]
pub struct Task {
    /// Where it comes from.
    pub kind: Kind,
    /// Whether it is a page of a sitemap.
    pub is_under: bool,
    /// Where it lies on the web.
    pub url: Option<String>,
    /// What the uploaded file was called.
    pub file_name: Option<String>,
    /// What its server said of the version that was read last.
    pub etag: Option<String>,
    /// The same, as a date.
    pub last_modified: Option<String>,
    /// Of what was read last.
    pub digest: Option<[u8; 32]>,
    /// Whether the last reading went well.
    pub is_ready: bool,
    /// How often it failed on end.
    pub failures: u32,
    /// Which reading is wanted: an errand for an earlier one is out of date.
    pub revision: i64,
    /// How often it is fetched again.
    pub refetch_hours: Option<u32>,
}

/// What is kept beside what was read.
#[derive(Debug, Clone, Default)]
pub struct Update {
    /// When it is fetched next.
    pub next_fetch: Option<Timestamp>,
    /// Whether it came from the web, just now.
    pub fetched: bool,
    /// What its server calls this version.
    pub etag: Option<String>,
    /// The same, as a date.
    pub last_modified: Option<String>,
}

/// What is to be read of a source; `None`: there is no such source.
///
/// # Errors
/// When the database fails.
pub async fn task(tx: &mut TenantTx<'_>, id: KnowledgeId) -> Result<Option<Task>, StoreError> {
    let row = tx
        .opt(
            "SELECT kind, parent_id IS NOT NULL, url, file_name, etag, last_modified, digest, status = 'ready', failures,
                    revision, refetch_hours
             FROM knowledge WHERE tenant_id = $1 AND id = $2",
            args![id],
        )
        .await?;
    row.map(|row| {
        Ok(Task {
            kind: kind(row.text(0)?)?,
            is_under: row.get(1)?,
            url: row.get(2)?,
            file_name: row.get(3)?,
            etag: row.get(4)?,
            last_modified: row.get(5)?,
            digest: row.get(6)?,
            is_ready: row.get(7)?,
            failures: row.get(8)?,
            revision: row.get(9)?,
            refetch_hours: row.get(10)?,
        })
    })
    .transpose()
}

/// The bytes of an upload that waits to be read.
///
/// # Errors
/// When the database fails.
pub async fn file_content(tx: &mut TenantTx<'_>, id: KnowledgeId) -> Result<Option<Vec<u8>>, StoreError> {
    let row =
        tx.opt("SELECT content FROM knowledge_file WHERE tenant_id = $1 AND knowledge_id = $2", args![id]).await?;
    row.map(|row| row.get(0)).transpose()
}

/// Somebody is at it.
///
/// # Errors
/// When the database fails.
pub async fn begun(tx: &mut TenantTx<'_>, id: KnowledgeId, status: Status) -> Result<(), StoreError> {
    tx.push("UPDATE knowledge SET status = $3 WHERE tenant_id = $1 AND id = $2", args![id, status.as_str()]).await
}

/// Keeps what was read, in the place of what was read before. The caller bumps nothing: what may be found is another.
///
/// # Errors
/// When the database fails.
pub async fn read(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    id: KnowledgeId,
    reading: &Reading,
    update: &Update,
) -> Result<Kept, StoreError> {
    bump(tx).await?;
    write_reading(tx, now, ids, id, reading, update).await
}

pub(super) async fn write_reading(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    id: KnowledgeId,
    reading: &Reading,
    update: &Update,
) -> Result<Kept, StoreError> {
    let others: i64 = tx
        .one(
            "SELECT CAST(COALESCE(SUM(chunks), 0) AS BIGINT) FROM knowledge
             WHERE tenant_id = $1 AND kind <> 'sitemap' AND id <> $2",
            args![id],
        )
        .await?
        .get(0)?;
    let count = i64::try_from(reading.chunks.len()).map_err(StoreError::fault)?;
    if others + count > CHUNKS_MAX {
        return Ok(Kept::TooMany);
    }
    tx.exec("DELETE FROM knowledge_chunk WHERE tenant_id = $1 AND knowledge_id = $2", args![id]).await?;
    let rows =
        (0_i64..).zip(&reading.chunks).map(|(nth, chunk)| row![id, nth, &chunk.heading, &chunk.question, &chunk.text]);
    tx.insert_many("INSERT INTO knowledge_chunk (tenant_id, knowledge_id, nth, heading, question, body)", rows).await?;
    let (body, is_pairs) = reading.body.stored()?;
    let characters = i64::try_from(reading.body.characters()).map_err(StoreError::fault)?;
    let bytes = i64::try_from(reading.bytes).map_err(StoreError::fault)?;
    tx.exec(
        "UPDATE knowledge SET status = 'ready', fault = NULL, failures = 0,
             title = CASE WHEN is_titled THEN title ELSE COALESCE($3, title) END, format = $4, language = $5, body = $6,
             is_pairs = $7, bytes = $8, characters = $9, chunks = $10, digest = $11, updated_at_us = $12
         WHERE tenant_id = $1 AND id = $2",
        args![
            id,
            &reading.title,
            reading.format,
            &reading.language,
            body,
            is_pairs,
            bytes,
            characters,
            count,
            reading.digest,
            now,
        ],
    )
    .await?;
    came(tx, now, id, update).await?;
    tx.exec("DELETE FROM knowledge_file WHERE tenant_id = $1 AND knowledge_id = $2", args![id]).await?;
    if count > 0 {
        want_vectors(tx, now, ids).await?;
    }
    Ok(Kept::Yes)
}

/// It says what it said before.
///
/// # Errors
/// When the database fails.
pub async fn kept(tx: &mut TenantTx<'_>, now: Timestamp, id: KnowledgeId, update: &Update) -> Result<(), StoreError> {
    tx.exec(
        "UPDATE knowledge SET status = 'ready', fault = NULL, failures = 0 WHERE tenant_id = $1 AND id = $2",
        args![id],
    )
    .await?;
    came(tx, now, id, update).await
}

async fn came(tx: &mut TenantTx<'_>, now: Timestamp, id: KnowledgeId, update: &Update) -> Result<(), StoreError> {
    if !update.fetched {
        return Ok(());
    }
    tx.exec(
        "UPDATE knowledge SET fetched_at_us = $3, next_fetch_at_us = $4, etag = $5, last_modified = $6
         WHERE tenant_id = $1 AND id = $2",
        args![id, now, update.next_fetch, &update.etag, &update.last_modified],
    )
    .await
}

/// It could not be read. What was read before stays; a file that cannot be read is not kept.
///
/// # Errors
/// When the database fails.
pub async fn failed(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    id: KnowledgeId,
    fault: &Fault,
    next_fetch: Option<Timestamp>,
) -> Result<(), StoreError> {
    let fault = serde_json::to_string(fault).map_err(StoreError::fault)?;
    tx.exec(
        "UPDATE knowledge SET status = 'failed', fault = $3, failures = failures + 1, next_fetch_at_us = $4, updated_at_us = $5
         WHERE tenant_id = $1 AND id = $2",
        args![id, fault, next_fetch, now],
    )
    .await?;
    tx.exec("DELETE FROM knowledge_file WHERE tenant_id = $1 AND knowledge_id = $2", args![id]).await
}

/// Has vectors made of the chunks that have none, unless somebody is to do so already.
///
/// # Errors
/// When the database fails.
pub async fn want_vectors(tx: &mut TenantTx<'_>, now: Timestamp, ids: &mut Ids) -> Result<(), StoreError> {
    add_errand(tx, ids.next::<WorkId>(), now, &Errand::EmbedKnowledge { failures: 0 }).await
}

/// It is read again at `at`.
///
/// # Errors
/// When the database fails.
pub async fn schedule(
    tx: &mut TenantTx<'_>,
    ids: &mut Ids,
    at: Timestamp,
    source: KnowledgeId,
    revision: i64,
) -> Result<(), StoreError> {
    learn(tx, ids.next::<WorkId>(), at, source, revision).await
}

pub(super) async fn learn(
    tx: &mut TenantTx<'_>,
    id: WorkId,
    at: Timestamp,
    source: KnowledgeId,
    revision: i64,
) -> Result<(), StoreError> {
    add_errand(tx, id, at, &Errand::LearnKnowledge { source, revision }).await
}

/// Gives a sitemap exactly these pages: new ones are to be fetched, those that it names no more are removed. A fault says what
/// is not whole about it.
///
/// # Errors
/// When the database fails.
pub async fn set_pages(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    sitemap: KnowledgeId,
    urls: &BTreeSet<String>,
    fault: Option<&Fault>,
    update: &Update,
) -> Result<(), StoreError> {
    bump(tx).await?;
    let rows = tx.rows("SELECT id, url FROM knowledge WHERE tenant_id = $1 AND parent_id = $2", args![sitemap]).await?;
    let mut gone = BTreeMap::new();
    for row in rows {
        gone.insert(row.get::<String>(1)?, row.get::<KnowledgeId>(0)?);
    }
    let new: Vec<&String> = urls.iter().filter(|url| gone.remove(*url).is_none()).collect();
    remove_all(tx, &gone.into_values().collect::<Vec<_>>()).await?;
    let hours: Option<u32> =
        tx.one("SELECT refetch_hours FROM knowledge WHERE tenant_id = $1 AND id = $2", args![sitemap]).await?.get(0)?;
    let mut made: Vec<(KnowledgeId, &String)> = Vec::with_capacity(new.len());
    for url in new {
        made.push((ids.next(), url));
    }
    let pages = made.iter().map(|(id, url)| {
        row![
            *id, "page", sitemap, sitemap, *url, false, *url, true, true, "waiting", 0_i64, 0_i64, 0_i64, hours, 0_i64,
            1_i64, now, now, now, false
        ]
    });
    tx.insert_many(
        "INSERT INTO knowledge (tenant_id, id, kind, parent_id, root_id, title, is_titled, url, enabled, for_all, status, bytes,
             characters, chunks, refetch_hours, failures, revision, next_fetch_at_us, created_at_us, updated_at_us, is_pairs)",
        pages,
    )
    .await?;
    for (id, _) in &made {
        learn(tx, ids.next::<WorkId>(), now, *id, 1).await?;
    }
    let count = i64::try_from(urls.len()).map_err(StoreError::fault)?;
    let fault = fault.map(serde_json::to_string).transpose().map_err(StoreError::fault)?;
    tx.exec(
        "UPDATE knowledge SET status = 'ready', fault = $5, failures = 0, chunks = $3, format = 'sitemap', updated_at_us = $4
         WHERE tenant_id = $1 AND id = $2",
        args![sitemap, count, now, fault],
    )
    .await?;
    came(tx, now, sitemap, update).await
}
