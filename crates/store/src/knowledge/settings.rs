//! What is set for all of a tenant's knowledge, and the version of what may be found in it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use domain::id::{AssistantId, Ids, WorkId};

use crate::queue::{Errand, add_errand};
use crate::{StoreError, TenantTx, args};

/// What is set.
#[derive(Clone, Default)]
pub struct Settings {
    /// One more whenever something else may be found.
    pub version: i64,
    /// Words of the tenant's that mean the same, in lines.
    pub synonyms: String,
    /// Who makes vectors.
    pub embedder: Embedder,
    /// The key of an endpoint, sealed.
    pub embedding_key: Option<Vec<u8>>,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings").field("version", &self.version).finish_non_exhaustive()
    }
}

/// Who makes vectors of a tenant's texts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Embedder {
    /// The model that is built in.
    #[default]
    Builtin,
    /// Nobody: everything is found by its words.
    Words,
    /// An endpoint of the tenant's.
    Endpoint(Embedding),
}

impl Embedder {
    /// The endpoint, where it is one.
    #[must_use]
    pub fn endpoint(&self) -> Option<&Embedding> {
        match self {
            Self::Endpoint(endpoint) => Some(endpoint),
            Self::Builtin | Self::Words => None,
        }
    }
}

/// An endpoint that makes vectors of texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Embedding {
    /// Where it is.
    pub base_url: String,
    /// The model's name there.
    pub model: String,
    /// The end of its key, shown so that people can tell keys apart; empty: it has none.
    pub api_key_hint: String,
}

impl Embedding {
    /// What its vectors are marked with: those of another model say nothing beside them.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{} {}", self.base_url, self.model)
    }
}

/// What is set; as usual, if nobody has set anything.
///
/// # Errors
/// When the database fails.
pub async fn settings(tx: &mut TenantTx<'_>) -> Result<Settings, StoreError> {
    let row = tx
        .opt("SELECT version, synonyms, embedding, embedding_key FROM knowledge_settings WHERE tenant_id = $1", args![])
        .await?;
    let Some(row) = row else { return Ok(Settings::default()) };
    let embedder: Option<Embedder> =
        row.text_or_null(2)?.map(|json| serde_json::from_str(json).map_err(StoreError::fault)).transpose()?;
    let embedder = embedder.unwrap_or_default();
    Ok(Settings { version: row.get(0)?, synonyms: row.get(1)?, embedder, embedding_key: row.get(3)? })
}

/// The same for whoever makes vectors: nobody adds chunks until this transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn for_embedding(tx: &mut TenantTx<'_>) -> Result<Settings, StoreError> {
    tx.hold("SELECT 1 FROM knowledge_settings WHERE tenant_id = $1 FOR UPDATE", args![]).await?;
    settings(tx).await
}

/// Something else may be found from now on. Whoever changes what may be found begins with this: such changes wait for each
/// other.
///
/// # Errors
/// When the database fails.
pub async fn bump(tx: &mut TenantTx<'_>) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO knowledge_settings (tenant_id, version, synonyms) VALUES ($1, 1, '')
         ON CONFLICT (tenant_id) DO UPDATE SET version = knowledge_settings.version + 1",
        args![],
    )
    .await
}

/// Which version there is, and for whom: `None` stands for all assistants alike, if none of them has sources of its own.
/// One short read, made for each answer.
///
/// # Errors
/// When the database fails.
pub async fn serves(
    tx: &mut TenantTx<'_>,
    assistant: Option<AssistantId>,
) -> Result<(i64, Option<AssistantId>), StoreError> {
    let row = tx
        .opt(
            "SELECT version, EXISTS (SELECT 1 FROM knowledge_assistant WHERE tenant_id = $1)
             FROM knowledge_settings WHERE tenant_id = $1",
            args![],
        )
        .await?;
    let Some(row) = row else { return Ok((0, None)) };
    let differ: bool = row.get(1)?;
    Ok((row.get(0)?, assistant.filter(|_| differ)))
}

/// Sets which words mean the same.
///
/// # Errors
/// When the database fails.
pub async fn set_synonyms(tx: &mut TenantTx<'_>, lines: &str) -> Result<(), StoreError> {
    bump(tx).await?;
    tx.exec("UPDATE knowledge_settings SET synonyms = $2 WHERE tenant_id = $1", args![lines]).await
}

/// Sets who makes vectors. `key` is sealed; its outer `None` leaves it, the inner one takes it away. Every chunk that the new
/// one has not seen is shown to it.
///
/// # Errors
/// When the database fails.
pub async fn set_embedding(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    embedder: &Embedder,
    key: Option<Option<&[u8]>>,
) -> Result<(), StoreError> {
    bump(tx).await?;
    let json = serde_json::to_string(embedder).map_err(StoreError::fault)?;
    tx.exec(
        "UPDATE knowledge_settings SET embedding = $2, embedding_key = CASE WHEN $3 THEN $4 ELSE embedding_key END
         WHERE tenant_id = $1",
        args![json, key.is_some(), key.flatten()],
    )
    .await?;
    // One that waits because the endpoint before this failed need not wait any more.
    tx.push("DELETE FROM errand WHERE tenant_id = $1 AND kind = 'embed_knowledge'", args![]).await?;
    add_errand(tx, ids.next::<WorkId>(), now, &Errand::EmbedKnowledge { failures: 0 }).await
}
