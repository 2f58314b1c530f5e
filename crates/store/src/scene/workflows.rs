//! Which workflows texts and conversations may begin, and whether somebody may be in one.

use std::collections::HashMap;
use std::sync::Arc;

use domain::id::{TenantId, WorkflowId};
use domain::workflow::Trigger;

use crate::{StoreError, TenantTx, args, workflow};

/// A tenant's workflows, as far as texts are concerned.
#[derive(Debug, Clone)]
pub(super) struct Workflows {
    /// Somebody may be in one.
    pub(super) are_there: bool,
    /// What texts and conversations begin.
    pub(super) triggers: Arc<[(WorkflowId, Trigger)]>,
}

/// The tenant's, which this transaction may have read already.
pub(super) async fn of(
    tx: &mut TenantTx<'_>,
    known: &mut HashMap<TenantId, Workflows>,
) -> Result<Workflows, StoreError> {
    if let Some(found) = known.get(&tx.tenant()) {
        return Ok(found.clone());
    }
    let sql = "SELECT 1 FROM workflow WHERE tenant_id = $1 AND live_version IS NOT NULL LIMIT 1";
    let are_there = tx.opt(sql, args![]).await?.is_some();
    let triggers = if are_there { workflow::triggers_of(tx, &BEGIN_WITH_TEXTS).await? } else { Vec::new() };
    let found = Workflows { are_there, triggers: triggers.into() };
    known.insert(tx.tenant(), found.clone());
    Ok(found)
}

/// What a text or a conversation may begin.
const BEGIN_WITH_TEXTS: [&str; 4] = ["keyword", "text", "new_conversation", "conversation_resolved"];
