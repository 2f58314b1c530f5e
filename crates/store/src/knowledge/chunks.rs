//! What is searched: chunks, and their vectors.

use domain::id::{AssistantId, KnowledgeId};
use domain::knowledge::{self, Indexed, Vector};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Fault;
use super::settings::bump;
use crate::{StoreError, TenantTx, args, row};

/// A tenant has at most so many chunks: an index of them is held in memory.
pub const CHUNKS_MAX: i64 = 10_000;

/// A piece of a source, as it is searched and quoted.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = KnowledgeChunk)]
pub struct Chunk {
    /// Its place in the source, from 0.
    pub nth: u32,
    /// The headings that it stands under.
    pub heading: String,
    /// What it answers, if it is the answer of a pair.
    #[schema(required = true)]
    pub question: Option<String>,
    /// What it says.
    pub text: String,
    /// Whether it is found by its meaning, too.
    pub has_vector: bool,
}

impl std::fmt::Debug for Chunk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chunk").field("nth", &self.nth).finish_non_exhaustive()
    }
}

/// Where a chunk stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// In which source.
    pub source: KnowledgeId,
    /// Where in it, from 0.
    pub nth: i64,
}

/// A chunk that a model has looked at.
#[derive(Debug, Clone)]
pub struct Embedded {
    /// Which.
    pub place: Place,
    /// What it said then: another text there is another chunk.
    pub text: String,
    /// `None`: the model has nothing to say of it, as of another language.
    pub vector: Option<Vector>,
}

/// Everything an index is built from.
#[derive(Debug, Clone)]
pub struct Searchable {
    /// Which version of what may be found this is.
    pub version: i64,
    /// The chunks.
    pub chunks: Vec<Indexed>,
    /// Words of the tenant's that mean the same, in lines.
    pub synonyms: String,
    /// Whether there are chunks that the model has not seen.
    pub is_lacking: bool,
}

/// A page of a source's chunks, in their order, after the one at `after`.
///
/// # Errors
/// When the database fails.
pub async fn chunks(
    tx: &mut TenantTx<'_>,
    source: KnowledgeId,
    after: Option<u32>,
    limit: u32,
) -> Result<Vec<Chunk>, StoreError> {
    let after = after.map_or(-1, i64::from);
    let rows = tx
        .rows(
            "SELECT nth, heading, question, body, vector IS NOT NULL FROM knowledge_chunk
             WHERE tenant_id = $1 AND knowledge_id = $2 AND nth > $3 ORDER BY nth LIMIT $4",
            args![source, after, limit],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Chunk {
                nth: row.get(0)?,
                heading: row.get(1)?,
                question: row.get(2)?,
                text: row.get(3)?,
                has_vector: row.get(4)?,
            })
        })
        .collect()
}

/// What an assistant may find, or, without one, anybody: the chunks of enabled sources, with the vectors of `model`.
///
/// # Errors
/// When the database fails.
pub async fn searchable(
    tx: &mut TenantTx<'_>,
    assistant: Option<AssistantId>,
    model: Option<&str>,
) -> Result<Searchable, StoreError> {
    let settings = super::settings(tx).await?;
    let rows = tx
        .rows(
            "SELECT c.knowledge_id, k.title, c.heading, c.question, c.body, CASE WHEN c.embedded_by = $2 THEN c.vector END,
                    c.embedded_by IS NULL OR c.embedded_by <> $2
             FROM knowledge k
             JOIN knowledge r ON r.tenant_id = k.tenant_id AND r.id = k.root_id
             JOIN knowledge_chunk c ON c.tenant_id = k.tenant_id AND c.knowledge_id = k.id
             WHERE k.tenant_id = $1 AND k.enabled AND r.enabled
               AND ($4 OR r.for_all OR EXISTS (SELECT 1 FROM knowledge_assistant a
                    WHERE a.tenant_id = r.tenant_id AND a.knowledge_id = r.id AND a.assistant_id = $3))
             ORDER BY c.knowledge_id, c.nth",
            args![model, assistant, assistant.is_none()],
        )
        .await?;
    let mut chunks = Vec::with_capacity(rows.len());
    let mut is_lacking = false;
    for row in rows {
        is_lacking |= model.is_some() && row.get::<Option<bool>>(6)?.unwrap_or(true);
        let vector: Option<Vec<u8>> = row.get(5)?;
        chunks.push(Indexed {
            source: row.get::<KnowledgeId>(0)?.to_string(),
            title: row.get(1)?,
            chunk: knowledge::Chunk { heading: row.get(2)?, question: row.get(3)?, text: row.get(4)? },
            // One that does not read back is made anew some day; the words are there.
            vector: vector.and_then(|bytes| Vector::from_bytes(&bytes)),
        });
    }
    Ok(Searchable { version: settings.version, chunks, synonyms: settings.synonyms, is_lacking })
}

/// The next chunks after `after` that `model` has not seen.
///
/// # Errors
/// When the database fails.
pub async fn to_embed(
    tx: &mut TenantTx<'_>,
    model: &str,
    after: Option<Place>,
    limit: u32,
) -> Result<Vec<(Place, Indexed)>, StoreError> {
    let after = after.unwrap_or(Place { source: KnowledgeId(uuid::Uuid::nil()), nth: -1 });
    let rows = tx
        .rows(
            "SELECT c.knowledge_id, c.nth, k.title, c.heading, c.question, c.body
             FROM knowledge_chunk c JOIN knowledge k ON k.tenant_id = c.tenant_id AND k.id = c.knowledge_id
             WHERE c.tenant_id = $1 AND (c.knowledge_id, c.nth) > ($3, $4)
               AND (c.embedded_by IS NULL OR c.embedded_by <> $2)
             ORDER BY c.knowledge_id, c.nth LIMIT $5",
            args![model, after.source, after.nth, limit],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let place = Place { source: row.get(0)?, nth: row.get(1)? };
            let chunk = knowledge::Chunk { heading: row.get(3)?, question: row.get(4)?, text: row.get(5)? };
            Ok((place, Indexed { source: place.source.to_string(), title: row.get(2)?, chunk, vector: None }))
        })
        .collect()
}

/// Keeps what a model said of these chunks; those that say something else by now are left to it for another time.
///
/// # Errors
/// When the database fails.
pub async fn set_vectors(tx: &mut TenantTx<'_>, model: &str, embedded: &[Embedded]) -> Result<(), StoreError> {
    bump(tx).await?;
    tx.push_each(
        "UPDATE knowledge_chunk SET embedded_by = $2, vector = $3
         WHERE tenant_id = $1 AND knowledge_id = $4 AND nth = $5 AND body = $6",
        embedded.iter().map(|one| {
            row![model, one.vector.as_ref().map(Vector::to_bytes), one.place.source, one.place.nth, &one.text]
        }),
    )
    .await
}

/// How far the vectors are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vectors {
    /// The chunks that there are.
    pub chunks: u64,
    /// Those that `model` has seen.
    pub seen: u64,
    /// Why it does not see the rest; `None`: nothing is in the way.
    pub fault: Option<Fault>,
}

/// How far `model` is with the tenant's chunks; without one, it has seen none.
///
/// # Errors
/// When the database fails.
pub async fn vectors(tx: &mut TenantTx<'_>, model: Option<&str>) -> Result<Vectors, StoreError> {
    let row = tx
        .one(
            "SELECT count(*), CAST(COALESCE(sum(CASE WHEN embedded_by = $2 THEN 1 ELSE 0 END), 0) AS BIGINT)
             FROM knowledge_chunk WHERE tenant_id = $1",
            args![model.unwrap_or_default()],
        )
        .await?;
    let whole = |count: i64| u64::try_from(count).unwrap_or(0);
    let (chunks, seen) = (whole(row.get(0)?), whole(row.get(1)?));
    let row = tx
        .opt(
            "SELECT fault FROM knowledge WHERE tenant_id = $1 AND status = 'ready' AND fault LIKE '{\"code\":\"embedding%'
             ORDER BY updated_at_us DESC LIMIT 1",
            args![],
        )
        .await?;
    let fault = row.as_ref().map(|row| serde_json::from_str(row.text(0)?).map_err(StoreError::fault)).transpose()?;
    Ok(Vectors { chunks, seen, fault })
}

/// Says on every source with chunks that `model` has not seen why it has not; without a fault, that nothing is in the way any
/// more. Which sources say something else now.
///
/// # Errors
/// When the database fails.
pub async fn mark_unembedded(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    model: &str,
    fault: Option<&Fault>,
) -> Result<Vec<KnowledgeId>, StoreError> {
    let rows = match fault {
        Some(fault) => {
            let fault = serde_json::to_string(fault).map_err(StoreError::fault)?;
            tx.rows(
                "UPDATE knowledge SET fault = $3, updated_at_us = $4
                 WHERE tenant_id = $1 AND status = 'ready' AND kind <> 'sitemap' AND (fault IS NULL OR fault <> $3)
                   AND EXISTS (SELECT 1 FROM knowledge_chunk c WHERE c.tenant_id = knowledge.tenant_id
                       AND c.knowledge_id = knowledge.id AND (c.embedded_by IS NULL OR c.embedded_by <> $2))
                 RETURNING id",
                args![model, fault, now],
            )
            .await?
        }
        None => {
            tx.rows(
                "UPDATE knowledge SET fault = NULL, updated_at_us = $2
                 WHERE tenant_id = $1 AND status = 'ready' AND fault LIKE '{\"code\":\"embedding%' RETURNING id",
                args![now],
            )
            .await?
        }
    };
    rows.iter().map(|row| row.get(0)).collect()
}
