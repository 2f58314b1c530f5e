//! Triggers that come by time: how far those have looked who look for them, and whom they found.

mod found;

use domain::id::{TenantId, WorkflowId, named};
use domain::workflow::Trigger;
use jiff::Timestamp;
use uuid::Uuid;

use crate::scene::json;
use crate::{Row, StoreError, SystemTx, TenantTx, args, row};

pub use found::{Dated, Silent, dated, forget, later, leave, left, newcomers, remember, silent, waited};

/// A trigger that is looked for.
#[derive(Debug, Clone)]
pub struct Watch {
    /// Which.
    pub id: Uuid,
    /// Which workflow it begins.
    pub workflow: WorkflowId,
    /// What is looked for.
    pub trigger: Trigger,
    /// The workflow begins by it no more.
    pub is_over: bool,
    /// Everybody in the segment was seen once.
    pub looked: bool,
    /// What fired until then was found.
    pub since: Timestamp,
    /// The round that is going on looks for what fired until then.
    pub until: Option<Timestamp>,
    /// That round has come so far.
    pub after: Option<Uuid>,
}

/// The workflow begins by these from now on, and by no others. Those by which it did before go on as they were.
pub(super) async fn set(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    workflow: WorkflowId,
    triggers: &[Trigger],
) -> Result<(), StoreError> {
    let mut wanted = Vec::new();
    for trigger in triggers.iter().filter(|trigger| trigger.is_watched()) {
        wanted.push(serde_json::to_string(trigger).map_err(StoreError::fault)?);
    }
    wanted.sort_unstable();
    wanted.dedup();
    let sql = "SELECT id, trigger, is_over FROM workflow_watch WHERE tenant_id = $1 AND workflow_id = $2";
    let known = tx.rows(sql, args![workflow]).await?;
    let mut over = Vec::new();
    for row in &known {
        if row.get(2)? {
            continue;
        }
        let text = row.text(1)?;
        match wanted.iter().position(|one| one == text) {
            Some(at) => drop(wanted.remove(at)),
            None => over.push(row![row.get::<Uuid>(0)?, now]),
        }
    }
    let sql = "UPDATE workflow_watch SET is_over = TRUE, due_at_us = $3 WHERE tenant_id = $1 AND id = $2";
    tx.push_each(sql, over).await?;
    // Of the same moment there may be some already.
    let new = wanted.into_iter().zip(known.len()..).map(|(trigger, nth)| {
        let id = named(now, workflow.0.as_u128() ^ nth as u128);
        row![id, workflow, trigger, false, false, now, now]
    });
    tx.push_many(
        "INSERT INTO workflow_watch (tenant_id, id, workflow_id, trigger, is_over, looked, since_us, due_at_us)",
        new,
    )
    .await
}

/// Those that are to be looked for now, of any tenant, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn due(tx: &mut SystemTx<'_>, now: Timestamp, limit: u32) -> Result<Vec<(TenantId, Uuid)>, StoreError> {
    let sql = "SELECT tenant_id, id FROM workflow_watch WHERE due_at_us <= $1 ORDER BY due_at_us LIMIT $2";
    tx.rows(sql, args![now, limit]).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// When the next one is to be looked for; `None`: there is none.
///
/// # Errors
/// When the database fails.
pub async fn next_due(tx: &mut SystemTx<'_>) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT due_at_us FROM workflow_watch ORDER BY due_at_us LIMIT 1";
    tx.opt(sql, args![]).await?.map(|row| row.get(0)).transpose()
}

/// One that is to be looked for now. Nobody else looks for it until the transaction ends. `None`: somebody else does, or did.
///
/// # Errors
/// When the database fails.
pub async fn hold(tx: &mut TenantTx<'_>, id: Uuid, now: Timestamp) -> Result<Option<Watch>, StoreError> {
    let sql = "SELECT id, workflow_id, trigger, is_over, looked, since_us, until_us, after_id FROM workflow_watch
               WHERE tenant_id = $1 AND id = $2 AND due_at_us <= $3 {skip_locked}";
    tx.opt(sql, args![id, now]).await?.map(|row| watch(&row)).transpose()
}

/// How far it is now, and when it is to be looked for next.
///
/// # Errors
/// When the database fails.
pub async fn go_on(tx: &mut TenantTx<'_>, watch: &Watch, due: Timestamp) -> Result<(), StoreError> {
    tx.push(
        "UPDATE workflow_watch SET looked = $3, since_us = $4, until_us = $5, after_id = $6, due_at_us = $7
         WHERE tenant_id = $1 AND id = $2",
        args![watch.id, watch.looked, watch.since, watch.until, watch.after, due],
    )
    .await
}

/// One that cannot be looked for now is left alone until then.
///
/// # Errors
/// When the database fails.
pub async fn put_off(tx: &mut TenantTx<'_>, id: Uuid, until: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE workflow_watch SET due_at_us = $3 WHERE tenant_id = $1 AND id = $2 AND due_at_us < $3";
    tx.push(sql, args![id, until]).await
}

/// Takes it away.
///
/// # Errors
/// When the database fails.
pub async fn remove(tx: &mut TenantTx<'_>, id: Uuid) -> Result<(), StoreError> {
    tx.push("DELETE FROM workflow_watch WHERE tenant_id = $1 AND id = $2", args![id]).await
}

fn watch(row: &Row) -> Result<Watch, StoreError> {
    Ok(Watch {
        id: row.get(0)?,
        workflow: row.get(1)?,
        trigger: json(row.text(2)?)?,
        is_over: row.get(3)?,
        looked: row.get(4)?,
        since: row.get(5)?,
        until: row.get(6)?,
        after: row.get(7)?,
    })
}
