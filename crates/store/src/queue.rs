//! What waits: facts for their turn (inbox), texts for the carrier (outbox), and everything else to be done (errands).
//!
//! The only room of the store, with sign-in and routing, that looks across tenants.

use domain::fact::Fact;
use domain::id::{TenantId, WorkId};
use jiff::Timestamp;
use uuid::Uuid;

use crate::scene::json;
use crate::{StoreError, SystemTx, TenantTx, args};

mod errands;
mod outbox;
mod tellings;

pub use errands::{Claimed, Errand, add_errand, claim_errands, drop_errand, postpone_errand};
pub use outbox::{
    DueText, Lane, LostSend, Sender, due_texts, keep_request, lanes_waiting, lost_sends, pace, sender, set_pace,
};
pub(crate) use outbox::{follow, hand_to_outbox, leave_outbox};
pub use tellings::{
    Behind, Telling, Told, add_telling, behind, claim_tellings, endpoint, next_telling, set_told, tell_ended,
};

/// The inbox is worked in this many shards, each by one worker at a time. On SQLite the writer is alone anyway, and one
/// worker takes them all.
pub const SHARDS: i64 = 16;

/// The shard of a lane.
#[must_use]
pub fn shard(lane: Uuid) -> i64 {
    // The upper bits: the lower ones of a lane are mixed less (see `domain::conversation::lane`).
    let (high, _) = lane.as_u64_pair();
    i64::try_from((high >> 48) % SHARDS.unsigned_abs()).unwrap_or(0)
}

/// A fact that waits for its turn.
#[derive(Debug)]
pub struct Waiting {
    /// Its row.
    pub id: WorkId,
    /// What is worked strictly in order.
    pub lane: Uuid,
    /// Whose, if that is known before the turn.
    pub tenant: Option<TenantId>,
    /// What happened; `None`: its text is none that we can read.
    pub fact: Option<Fact>,
    /// How often a turn was tried.
    pub attempts: u32,
}

/// A fact from outside, to be kept.
#[derive(Debug)]
pub struct Arrival<'a> {
    /// A new id.
    pub id: WorkId,
    /// What is worked strictly in order.
    pub lane: Uuid,
    /// A digest of the sender's own id for it: the same one twice is one fact.
    pub source: [u8; 16],
    /// What happened, or `Err` with the reason why nobody has to take a turn.
    pub fact: Result<&'a Fact, &'a str>,
}

/// Keeps what arrived; one that is here already changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn accept(tx: &mut SystemTx<'_>, now: Timestamp, arrival: &Arrival<'_>) -> Result<(), StoreError> {
    let (fact, done, outcome) = match arrival.fact {
        Ok(fact) => (serde_json::to_string(fact).map_err(StoreError::fault)?, None, None),
        Err(reason) => (String::from("null"), Some(now), Some(reason)),
    };
    tx.push(
        "INSERT INTO inbox (id, shard, lane, tenant_id, source, fact, ready_at_us, done_at_us, outcome, attempts,
             created_at_us)
         VALUES ($1, $2, $3, NULL, $4, $5, $6, $7, $8, 0, $6)
         ON CONFLICT (source) DO NOTHING",
        args![arrival.id, shard(arrival.lane), arrival.lane, arrival.source, fact, now, done, outcome],
    )
    .await
}

/// Tells the same tenant again at `at`.
pub(crate) async fn remind(
    tx: &mut TenantTx<'_>,
    id: WorkId,
    lane: Uuid,
    fact: &Fact,
    now: Timestamp,
    at: Timestamp,
) -> Result<(), StoreError> {
    let fact = serde_json::to_string(fact).map_err(StoreError::fault)?;
    tx.push(
        "INSERT INTO inbox (tenant_id, id, shard, lane, source, fact, ready_at_us, attempts, created_at_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8)",
        args![id, shard(lane), lane, id.0.as_bytes().as_slice(), fact, at, now],
    )
    .await
}

/// The facts of a shard whose time has come, oldest first. They are claimed by the transaction itself: it takes the
/// shard's lock, and whoever dies gives it back.
///
/// # Errors
/// When the database fails.
pub async fn waiting(
    tx: &mut SystemTx<'_>,
    shard: i64,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Waiting>, StoreError> {
    if !tx.try_lock(SHARD_LOCKS + shard).await? {
        return Ok(Vec::new());
    }
    let rows = tx
        .rows(
            "SELECT id, lane, tenant_id, fact, attempts FROM inbox
             WHERE shard = $1 AND done_at_us IS NULL AND ready_at_us <= $2
             ORDER BY ready_at_us, id LIMIT $3",
            args![shard, now, limit],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let fact = json(&row.get::<String>(3)?).ok();
            Ok(Waiting { id: row.get(0)?, lane: row.get(1)?, tenant: row.get(2)?, fact, attempts: row.get(4)? })
        })
        .collect()
}

/// Shard locks are numbered from here; anything else that locks by number stays clear of it.
const SHARD_LOCKS: i64 = 0x0074_6964_696e_0000;

/// The shards that have facts waiting, and when the first of each wants its turn.
///
/// # Errors
/// When the database fails.
pub async fn next_turns(tx: &mut SystemTx<'_>) -> Result<Vec<(i64, Timestamp)>, StoreError> {
    let rows = tx
        .rows(
            "WITH shards(n) AS (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), (13), (14), (15))
             SELECT CAST(n AS BIGINT), (SELECT MIN(ready_at_us) FROM inbox WHERE shard = n AND done_at_us IS NULL)
             FROM shards",
            args![],
        )
        .await?;
    let mut next = Vec::new();
    for row in rows {
        if let Some(at) = row.get(1)? {
            next.push((row.get(0)?, at));
        }
    }
    Ok(next)
}

/// Its turn was taken, or `outcome` says why there is none to take.
///
/// # Errors
/// When the database fails.
pub async fn finish(
    tx: &mut SystemTx<'_>,
    id: WorkId,
    tenant: Option<TenantId>,
    now: Timestamp,
    outcome: Option<&str>,
) -> Result<(), StoreError> {
    tx.push(
        "UPDATE inbox SET done_at_us = $2, outcome = $3, tenant_id = COALESCE($4, tenant_id) WHERE id = $1",
        args![id, now, outcome, tenant],
    )
    .await
}

/// Its turn failed: it waits until `at` for another.
///
/// # Errors
/// When the database fails.
pub async fn postpone(tx: &mut SystemTx<'_>, id: WorkId, at: Timestamp) -> Result<(), StoreError> {
    tx.push("UPDATE inbox SET ready_at_us = $2, attempts = attempts + 1 WHERE id = $1", args![id, at]).await
}

/// What came in and found no one to act on it, and why, such as a text for a number that nobody owns: for the operator.
///
/// # Errors
/// When the database fails.
pub async fn unclaimed(tx: &mut SystemTx<'_>) -> Result<Vec<(String, i64)>, StoreError> {
    let rows = tx
        .rows(
            "SELECT outcome, COUNT(*) FROM inbox
             WHERE done_at_us IS NOT NULL AND outcome IN ('no_such_number', 'no_such_message', 'unreadable')
             GROUP BY outcome ORDER BY outcome",
            args![],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Forgets facts whose turn was taken before `before`, at most `limit` of them; answers how many.
///
/// # Errors
/// When the database fails.
pub async fn forget_done(tx: &mut SystemTx<'_>, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.exec_returning_count(
        "DELETE FROM inbox WHERE id IN
             (SELECT id FROM inbox WHERE done_at_us IS NOT NULL AND done_at_us < $1 LIMIT $2)",
        args![before, limit],
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lane_has_a_shard_and_they_are_spread() {
        let shards: std::collections::BTreeSet<i64> = (0..1_000_u32)
            .map(|n| shard(domain::conversation::lane(Uuid::nil(), "+15550100001", &format!("+1555020{n:04}"))))
            .collect();
        assert_eq!(shards.into_iter().collect::<Vec<_>>(), (0..SHARDS).collect::<Vec<_>>());
    }
}
