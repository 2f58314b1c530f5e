//! What assistants may answer from: sources, as the API shows them.

use std::collections::HashMap;
use std::fmt;

use domain::event::Kind as Event;
use domain::id::{AssistantId, KnowledgeId};
use domain::source::{Kind, Status};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::event::Line;
use crate::scene::unknown;
use crate::{Row, StoreError, TenantTx, args, list, words};

mod chunks;
mod reading;
mod settings;
mod write;

pub use chunks::{
    CHUNKS_MAX, Chunk, Embedded, Place, Searchable, Vectors, chunks, mark_unembedded, searchable, set_vectors,
    to_embed, vectors,
};
pub use reading::{
    Kept, Reading, Task, Update, begun, failed, file_content, kept, read, schedule, set_pages, task, want_vectors,
};
pub use settings::{Embedder, Embedding, Settings, bump, for_embedding, serves, set_embedding, set_synonyms, settings};
pub use write::{Change, New, Origin, change, count, create, has_assistants, remove, reread};

/// A source that assistants may answer from.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = KnowledgeSource)]
pub struct Source {
    /// Which one.
    #[schema(value_type = String, example = "kno_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub id: KnowledgeId,
    /// Where it comes from.
    #[schema(value_type = words::SourceKind)]
    pub kind: Kind,
    /// The sitemap that names this page; `null`: it stands for itself.
    #[schema(value_type = Option<String>)]
    pub parent_id: Option<KnowledgeId>,
    /// What it is about; shown as the source of answers.
    pub title: String,
    /// Who may answer from it; none: every assistant. A page of a sitemap goes with its sitemap.
    #[schema(value_type = Vec<String>)]
    pub assistant_ids: Vec<AssistantId>,
    /// Whether anybody answers from it now.
    pub enabled: bool,
    /// How it stands.
    #[schema(value_type = words::SourceStatus)]
    pub status: Status,
    /// Why it could not be read, or not wholly; what was read before can still be found.
    #[schema(required = true)]
    pub error: Option<Fault>,
    /// Where it lies on the web.
    #[schema(required = true)]
    pub url: Option<String>,
    /// What the uploaded file was called.
    #[schema(required = true)]
    pub file_name: Option<String>,
    /// What it turned out to be, such as `pdf`.
    #[schema(required = true)]
    pub format: Option<String>,
    /// How much it weighed as it came.
    pub bytes: u64,
    /// How much text was read from it.
    pub characters: u64,
    /// How many chunks of it are searched; of a sitemap, how many pages it has.
    pub chunks: u32,
    /// In which language most of it is (ISO 639-1); `null`: unknown.
    #[schema(required = true)]
    pub language: Option<String>,
    /// How often it is fetched again, in hours; `null`: when somebody asks for it.
    #[schema(required = true)]
    pub refetch_hours: Option<u32>,
    /// When it came last.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    pub fetched_at: Option<Timestamp>,
    /// When it is fetched next.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    pub next_fetch_at: Option<Timestamp>,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last changed, by anybody or by what was fetched.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// Why a source could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = KnowledgeError)]
pub struct Fault {
    /// Stable, for programs.
    pub code: String,
    /// What went wrong, in plain words.
    pub explanation: String,
    /// What to do about it.
    pub mend: String,
}

/// A question with its answer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = QuestionAnswer)]
pub struct Pair {
    /// As people ask it.
    pub question: String,
    /// What to answer.
    pub answer: String,
}

/// What was read of a source.
#[derive(Clone, PartialEq, Eq)]
pub enum Body {
    /// Nothing yet, or nothing of its own.
    None,
    /// Plain text or Markdown.
    Text(String),
    /// Questions with their answers.
    Pairs(Vec<Pair>),
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, kind, status, .. } = self;
        f.debug_struct("Source").field("id", id).field("kind", kind).field("status", status).finish_non_exhaustive()
    }
}

impl fmt::Debug for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pair")
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Text(_) => "Text",
            Self::Pairs(_) => "Pairs",
        })
    }
}

macro_rules! source {
    () => {
        "SELECT id, kind, parent_id, title, enabled, status, fault, url, file_name, format, bytes, characters, chunks, language,
                refetch_hours, fetched_at_us, next_fetch_at_us, created_at_us, updated_at_us
         FROM knowledge WHERE tenant_id = $1"
    };
}

/// A page of the sources that stand for themselves, the newest first, after `after`.
///
/// # Errors
/// When the database fails.
pub async fn page(tx: &mut TenantTx<'_>, after: Option<KnowledgeId>, limit: u32) -> Result<Vec<Source>, StoreError> {
    let after = after.unwrap_or(KnowledgeId(Uuid::max()));
    let sql = concat!(source!(), " AND parent_id IS NULL AND id < $2 ORDER BY id DESC LIMIT $3");
    let rows = tx.rows(sql, args![after, limit]).await?;
    sources(tx, &rows).await
}

/// The same of those that an assistant may use: its own and those for all.
///
/// # Errors
/// When the database fails.
pub async fn page_for(
    tx: &mut TenantTx<'_>,
    assistant: AssistantId,
    after: Option<KnowledgeId>,
    limit: u32,
) -> Result<Vec<Source>, StoreError> {
    let after = after.unwrap_or(KnowledgeId(Uuid::max()));
    let sql = concat!(
        source!(),
        " AND parent_id IS NULL AND id < $2
          AND (for_all OR id IN (SELECT knowledge_id FROM knowledge_assistant WHERE tenant_id = $1 AND assistant_id = $4))
         ORDER BY id DESC LIMIT $3"
    );
    let rows = tx.rows(sql, args![after, limit, assistant]).await?;
    sources(tx, &rows).await
}

/// The pages of a sitemap, the newest first, after `after`.
///
/// # Errors
/// When the database fails.
pub async fn pages_of(
    tx: &mut TenantTx<'_>,
    sitemap: KnowledgeId,
    after: Option<KnowledgeId>,
    limit: u32,
) -> Result<Vec<Source>, StoreError> {
    let after = after.unwrap_or(KnowledgeId(Uuid::max()));
    let sql = concat!(source!(), " AND parent_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4");
    let rows = tx.rows(sql, args![sitemap, after, limit]).await?;
    sources(tx, &rows).await
}

/// The texts that are an assistant's own, with their bodies, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn texts_of(
    tx: &mut TenantTx<'_>,
    assistant: AssistantId,
    after: Option<KnowledgeId>,
    limit: u32,
) -> Result<Vec<(Source, String)>, StoreError> {
    let after = after.unwrap_or(KnowledgeId(Uuid::max()));
    let sql = concat!(
        source!(),
        " AND kind = 'text' AND id < $2
          AND id IN (SELECT knowledge_id FROM knowledge_assistant WHERE tenant_id = $1 AND assistant_id = $3)
         ORDER BY id DESC LIMIT $4"
    );
    let rows = tx.rows(sql, args![after, assistant, limit]).await?;
    let sources = sources(tx, &rows).await?;
    let ids: Vec<KnowledgeId> = sources.iter().map(|source| source.id).collect();
    let mut bodies = HashMap::new();
    const BODIES: &str = "SELECT id, body FROM knowledge WHERE tenant_id = $1 AND id {among $2}";
    for row in tx.rows(BODIES, args![list(&ids)]).await? {
        bodies.insert(row.get::<KnowledgeId>(0)?, row.get::<Option<String>>(1)?.unwrap_or_default());
    }
    Ok(sources
        .into_iter()
        .map(|source| {
            let body = bodies.remove(&source.id).unwrap_or_default();
            (source, body)
        })
        .collect())
}

/// One source.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut TenantTx<'_>, id: KnowledgeId) -> Result<Option<Source>, StoreError> {
    let rows = tx.rows(concat!(source!(), " AND id = $2"), args![id]).await?;
    Ok(sources(tx, &rows).await?.into_iter().next())
}

/// All of these sources that there are.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(tx: &mut TenantTx<'_>, ids: &[KnowledgeId]) -> Result<HashMap<KnowledgeId, Source>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = tx.rows(concat!(source!(), " AND id {among $2}"), args![list(ids)]).await?;
    Ok(sources(tx, &rows).await?.into_iter().map(|source| (source.id, source)).collect())
}

/// What was read of a source; `None`: there is no such source.
///
/// # Errors
/// When the database fails.
pub async fn body(tx: &mut TenantTx<'_>, id: KnowledgeId) -> Result<Option<Body>, StoreError> {
    let row = tx.opt("SELECT body, is_pairs FROM knowledge WHERE tenant_id = $1 AND id = $2", args![id]).await?;
    row.map(|row| body_of(row.get(0)?, row.get(1)?)).transpose()
}

/// The line that tells of a source.
#[must_use]
pub fn updated(id: KnowledgeId) -> Line {
    Line { kind: Event::KnowledgeUpdated, subject: id.into(), conversation: None }
}

impl Body {
    /// As it is stored: the text, and whether it is pairs.
    pub(crate) fn stored(&self) -> Result<(Option<String>, bool), StoreError> {
        Ok(match self {
            Self::None => (None, false),
            Self::Text(text) => (Some(text.clone()), false),
            Self::Pairs(pairs) => (Some(serde_json::to_string(pairs).map_err(StoreError::fault)?), true),
        })
    }

    /// How many characters a reader sees.
    #[must_use]
    pub fn characters(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Text(text) => text.chars().count(),
            Self::Pairs(pairs) => {
                pairs.iter().map(|pair| pair.question.chars().count() + pair.answer.chars().count()).sum()
            }
        }
    }
}

fn body_of(body: Option<String>, is_pairs: bool) -> Result<Body, StoreError> {
    Ok(match body {
        None => Body::None,
        Some(json) if is_pairs => Body::Pairs(serde_json::from_str(&json).map_err(StoreError::fault)?),
        Some(text) => Body::Text(text),
    })
}

async fn sources(tx: &mut TenantTx<'_>, rows: &[Row]) -> Result<Vec<Source>, StoreError> {
    let mut sources = rows.iter().map(source).collect::<Result<Vec<_>, _>>()?;
    if sources.is_empty() {
        return Ok(sources);
    }
    let roots = sources.iter().map(|source| source.parent_id.unwrap_or(source.id));
    const BOUND: &str = "SELECT knowledge_id, assistant_id FROM knowledge_assistant
                         WHERE tenant_id = $1 AND knowledge_id {among $2} ORDER BY assistant_id";
    let mut bound: HashMap<KnowledgeId, Vec<AssistantId>> = HashMap::new();
    for row in tx.rows(BOUND, args![list(roots)]).await? {
        bound.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    for source in &mut sources {
        source.assistant_ids = bound.get(&source.parent_id.unwrap_or(source.id)).cloned().unwrap_or_default();
    }
    Ok(sources)
}

fn source(row: &Row) -> Result<Source, StoreError> {
    Ok(Source {
        id: row.get(0)?,
        kind: kind(row.text(1)?)?,
        parent_id: row.get(2)?,
        title: row.get(3)?,
        assistant_ids: Vec::new(),
        enabled: row.get(4)?,
        status: Status::parse(row.text(5)?)
            .ok_or_else(|| unknown("status of a source", row.text(5).unwrap_or_default()))?,
        error: row.text_or_null(6)?.map(|json| serde_json::from_str(json).map_err(StoreError::fault)).transpose()?,
        url: row.get(7)?,
        file_name: row.get(8)?,
        format: row.get(9)?,
        bytes: row.get(10)?,
        characters: row.get(11)?,
        chunks: row.get(12)?,
        language: row.get(13)?,
        refetch_hours: row.get(14)?,
        fetched_at: row.get(15)?,
        next_fetch_at: row.get(16)?,
        created_at: row.get(17)?,
        updated_at: row.get(18)?,
    })
}

fn kind(word: &str) -> Result<Kind, StoreError> {
    Kind::parse(word).ok_or_else(|| unknown("kind of a source", word))
}
