//! What happened on ways, turn by turn; and its sums.

use std::collections::BTreeMap;

use domain::id::{EnrolmentId, WorkflowId};
use domain::workflow::Line;
use domain::workflow::funnel::Count;
use jiff::Timestamp;

use super::text;
use crate::{StoreError, TenantTx, row};

/// A turn that was taken.
#[derive(Debug)]
pub struct Logged {
    /// Of which way.
    pub enrolment: EnrolmentId,
    /// Which turn.
    pub seq: u64,
    /// What it heeded: a kind of event.
    pub event: &'static str,
    /// What happened.
    pub lines: Vec<Line>,
}

/// Writes turns down.
///
/// # Errors
/// `Unique` if a turn of this number was taken already; when the database fails.
pub async fn write(tx: &mut TenantTx<'_>, now: Timestamp, turns: &[Logged]) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(turns.len());
    for turn in turns {
        let seq = i64::try_from(turn.seq).map_err(StoreError::fault)?;
        rows.push(row![turn.enrolment, seq, now, turn.event, text(&turn.lines)?]);
    }
    tx.push_many("INSERT INTO enrolment_log (tenant_id, enrolment_id, seq, at_us, event, lines)", rows).await
}

/// Adds to the sums of versions, each in one order, so that two who count wait for each other and not in a circle.
///
/// # Errors
/// When the database fails.
pub async fn count(tx: &mut TenantTx<'_>, counts: Vec<(WorkflowId, i64, Count)>) -> Result<(), StoreError> {
    let mut sums: BTreeMap<(WorkflowId, i64, String, String), (i64, i64)> = BTreeMap::new();
    for (workflow, version, Count { step, what, millis, .. }) in counts {
        let sum = sums.entry((workflow, version, step, what)).or_default();
        *sum = (sum.0 + 1, sum.1.saturating_add(millis));
    }
    let rows = sums.iter().map(|((workflow, version, step, what), (times, millis))| {
        row![*workflow, *version, step, what, *times, *millis]
    });
    tx.push_each(
        "INSERT INTO workflow_count (tenant_id, workflow_id, version, step_id, what, times, millis)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (tenant_id, workflow_id, version, step_id, what)
         DO UPDATE SET times = workflow_count.times + $6, millis = workflow_count.millis + $7",
        rows,
    )
    .await
}
