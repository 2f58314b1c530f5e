//! Replies that assistants suggest, as the API shows them.

use std::collections::HashMap;
use std::fmt;

use domain::id::{AssistantId, ConversationId, DraftId, RunId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::message::Source;
use crate::{Row, StoreError, TenantTx, args, list, words};

/// A reply that an assistant suggests.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Draft {
    /// Which one.
    #[schema(value_type = String, example = "drf_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub id: DraftId,
    /// Where.
    #[schema(value_type = String)]
    pub conversation_id: ConversationId,
    /// Who suggests it.
    #[schema(value_type = String)]
    pub assistant_id: AssistantId,
    /// What.
    pub body: String,
    /// The passages that it answers from.
    pub sources: Vec<Source>,
    /// Where it stands.
    #[schema(value_type = words::DraftState)]
    pub state: String,
    /// Why it was not sent by itself, when it might have been.
    #[schema(required = true)]
    pub held_back: Option<String>,
    /// The run that it came of: why it says that.
    #[schema(required = true, value_type = Option<String>)]
    pub run_id: Option<RunId>,
    /// Why it was rejected, if someone said.
    #[schema(required = true)]
    pub reason: Option<String>,
    /// When it was suggested.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft").field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}

macro_rules! draft {
    () => {
        "SELECT id, conversation_id, assistant_id, body, sources, state, reason, created_at_us, held_back,
                run_id FROM draft
         WHERE tenant_id = $1"
    };
}

const BY_IDS: &str = concat!(draft!(), " AND id {among $2}");

/// A page of a conversation's open drafts, the newest first, after `after`.
///
/// # Errors
/// When the database fails.
pub async fn open(
    tx: &mut TenantTx<'_>,
    conversation: ConversationId,
    after: Option<DraftId>,
    limit: u32,
) -> Result<Vec<Draft>, StoreError> {
    let after = after.unwrap_or(DraftId(uuid::Uuid::max()));
    let rows = tx
        .rows(
            concat!(draft!(), " AND conversation_id = $2 AND state = 'open' AND id < $3 ORDER BY id DESC LIMIT $4"),
            args![conversation, after, limit],
        )
        .await?;
    rows.iter().map(draft).collect()
}

/// All of these drafts that there are.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(tx: &mut TenantTx<'_>, ids: &[DraftId]) -> Result<HashMap<DraftId, Draft>, StoreError> {
    let rows = tx.rows(BY_IDS, args![list(ids)]).await?;
    rows.iter().map(|row| draft(row).map(|draft| (draft.id, draft))).collect()
}

/// One draft.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut TenantTx<'_>, id: DraftId) -> Result<Option<Draft>, StoreError> {
    Ok(by_ids(tx, &[id]).await?.remove(&id))
}

fn draft(row: &Row) -> Result<Draft, StoreError> {
    Ok(Draft {
        id: row.get(0)?,
        conversation_id: row.get(1)?,
        assistant_id: row.get(2)?,
        body: row.get(3)?,
        sources: serde_json::from_str(&row.get::<String>(4)?).map_err(StoreError::fault)?,
        state: row.get(5)?,
        reason: row.get(6)?,
        created_at: row.get(7)?,
        held_back: row.get(8)?,
        run_id: row.get(9)?,
    })
}
