//! What begins the live version of each active workflow, where whoever looks for it finds it by one index.

use domain::id::WorkflowId;
use domain::workflow::{Document, Standing, Trigger};
use jiff::Timestamp;

use super::watch;
use crate::scene::json;
use crate::{StoreError, TenantTx, args, list, row};

/// What begins active workflows in this way ([`Trigger::kind`]): the oldest workflow first, of each in its order.
///
/// # Errors
/// When the database fails.
pub async fn triggers(tx: &mut TenantTx<'_>, kind: &str) -> Result<Vec<(WorkflowId, Trigger)>, StoreError> {
    let sql = "SELECT workflow_id, trigger FROM workflow_trigger WHERE tenant_id = $1 AND kind = $2
               ORDER BY workflow_id, place";
    tx.rows(sql, args![kind]).await?.iter().map(|row| Ok((row.get(0)?, json(row.text(1)?)?))).collect()
}

/// What begins active workflows in one of these ways: the oldest workflow first, of each in its order.
///
/// # Errors
/// When the database fails.
pub async fn triggers_of(tx: &mut TenantTx<'_>, kinds: &[&str]) -> Result<Vec<(WorkflowId, Trigger)>, StoreError> {
    let sql = "SELECT workflow_id, trigger FROM workflow_trigger WHERE tenant_id = $1 AND kind {among $2}
               ORDER BY workflow_id, place";
    let rows = tx.rows(sql, args![list(kinds.iter().copied())]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, json(row.text(1)?)?))).collect()
}

/// Whether it is active and begins in this way.
///
/// # Errors
/// When the database fails.
pub async fn has_trigger(tx: &mut TenantTx<'_>, id: WorkflowId, kind: &str) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM workflow_trigger WHERE tenant_id = $1 AND workflow_id = $2 AND kind = $3 LIMIT 1";
    Ok(tx.opt(sql, args![id, kind]).await?.is_some())
}

/// It stands so now: only an active one begins by itself.
pub(super) async fn rewrite(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    id: WorkflowId,
    to: Standing,
) -> Result<(), StoreError> {
    tx.push("DELETE FROM workflow_trigger WHERE tenant_id = $1 AND workflow_id = $2", args![id]).await?;
    if to != Standing::Active {
        return watch::set(tx, now, id, &[]).await;
    }
    let sql = "SELECT v.document FROM workflow w JOIN workflow_version v
                   ON v.tenant_id = w.tenant_id AND v.workflow_id = w.id AND v.version = w.live_version
               WHERE w.tenant_id = $1 AND w.id = $2";
    let document: Document = json(tx.one(sql, args![id]).await?.text(0)?)?;
    let mut rows = Vec::with_capacity(document.triggers.len());
    for (place, trigger) in (0_i64..).zip(&document.triggers) {
        let text = serde_json::to_string(trigger).map_err(StoreError::fault)?;
        rows.push(row![id, place, trigger.kind(), trigger.what(), text]);
    }
    watch::set(tx, now, id, &document.triggers).await?;
    tx.push_many("INSERT INTO workflow_trigger (tenant_id, workflow_id, place, kind, what, trigger)", rows).await
}
