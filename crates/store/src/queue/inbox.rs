//! Facts on their way to their turn. One from outside leaves its id behind as an arrival, so that it is known when it
//! comes again; its row in the inbox is gone when its turn was taken.

use domain::fact::Fact;
use domain::id::{Ids, TenantId, WorkId, earliest};
use jiff::Timestamp;
use uuid::Uuid;

use crate::scene::json;
use crate::{StoreError, SystemTx, TenantTx, Value, args, list, row};

/// The inbox is worked in this many shards, each by one worker at a time. On SQLite the writer is alone anyway, and one
/// worker takes them all.
const SHARDS: i64 = 16;

/// Shard locks are numbered from here; anything else that locks by number stays clear of it.
const SHARD_LOCKS: i64 = 0x0074_6964_696e_0000;

/// The shards that are one worker's first choice, of `workers` that share them.
#[must_use]
pub fn shards_of(worker: usize, workers: usize) -> Vec<i64> {
    (0..SHARDS).skip(worker).step_by(workers.max(1)).collect()
}

/// A fact that waits for its turn.
#[derive(Debug)]
pub struct Waiting {
    /// Its row.
    pub id: WorkId,
    /// Since when its turn can be taken: with its id, where it stands in the row.
    pub ready_at: Timestamp,
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
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Made from the sender's own id for it (see [`domain::id::named`]): the same one twice is one fact.
    pub id: WorkId,
    /// What is worked strictly in order.
    pub lane: Uuid,
    /// What happened, or `Err` with the reason why nobody has to take a turn.
    pub fact: Result<Fact, &'static str>,
}

/// Keeps what arrived; what is here already changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn accept<'a>(
    tx: &mut SystemTx<'_>,
    now: Timestamp,
    arrivals: impl Iterator<Item = &'a Arrival> + Clone,
) -> Result<(), StoreError> {
    let kept = arrivals.clone().map(|arrival| row![arrival.id, arrival.fact.as_ref().err().copied(), now]);
    let new = tx
        .insert_new(
            "INSERT INTO arrival (id, remark, kept_at_us) VALUES {rows} ON CONFLICT (id) DO NOTHING {which id}",
            kept,
        )
        .await?;
    let mut new = new.into_iter().peekable();
    let waiting = arrivals
        .enumerate()
        .filter(|(place, _)| new.next_if_eq(place).is_some())
        .filter_map(|(_, arrival)| Some((arrival, arrival.fact.as_ref().ok()?)))
        .map(|(arrival, fact)| {
            Ok(row![now, arrival.id, shard(arrival.lane), arrival.lane, None::<Uuid>, text(fact)?, 0_i64])
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    tx.push_many("INSERT INTO inbox (ready_at_us, id, shard, lane, tenant_id, fact, attempts)", waiting).await
}

/// A row that tells the same tenant `fact` at `at`.
pub(crate) fn reminder(id: WorkId, lane: Uuid, fact: &Fact, at: Timestamp) -> Result<[Value<'static>; 6], StoreError> {
    Ok(row![at, id, shard(lane), lane, text(fact)?, 0_i64])
}

/// Has these take their turns in their lanes, in this order.
///
/// # Errors
/// When the database fails.
pub async fn add_facts(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    facts: &[(Uuid, Fact)],
) -> Result<(), StoreError> {
    let rows = facts.iter().map(|(lane, fact)| reminder(ids.next(), *lane, fact, now)).collect::<Result<_, _>>()?;
    add_reminders(tx, rows).await
}

pub(crate) async fn add_reminders(tx: &mut TenantTx<'_>, rows: Vec<[Value<'static>; 6]>) -> Result<(), StoreError> {
    let sql = "INSERT INTO inbox (tenant_id, ready_at_us, id, shard, lane, fact, attempts)";
    tx.push_many(sql, rows).await
}

macro_rules! waiting {
    ($whose:literal) => {
        concat!(
            "SELECT id, ready_at_us, lane, tenant_id, fact, attempts FROM inbox WHERE ready_at_us <= $1 ",
            $whose,
            " ORDER BY ready_at_us, id LIMIT $2"
        )
    };
}

/// The facts of these shards whose time has come, oldest first. They are claimed by the transaction itself: it takes the
/// shards' locks, those that are free, and whoever dies gives them back.
///
/// # Errors
/// When the database fails.
pub async fn waiting(
    tx: &mut SystemTx<'_>,
    shards: &[i64],
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Waiting>, StoreError> {
    let locks: Vec<i64> = shards.iter().map(|shard| SHARD_LOCKS + shard).collect();
    let mine = tx.try_locks(&locks).await?;
    if mine.is_empty() {
        return Ok(Vec::new());
    }
    let rows = if mine.len() as i64 == SHARDS {
        tx.rows(waiting!(""), args![now, limit]).await?
    } else {
        let mine = list(mine.iter().map(|lock| lock - SHARD_LOCKS));
        tx.rows(waiting!("AND shard {among $3}"), args![now, limit, mine]).await?
    };
    rows.iter()
        .map(|row| {
            Ok(Waiting {
                id: row.get(0)?,
                ready_at: row.get(1)?,
                lane: row.get(2)?,
                tenant: row.get(3)?,
                fact: json(row.text(4)?).ok(),
                attempts: row.get(5)?,
            })
        })
        .collect()
}

/// Since when the oldest fact waits whose turn could be taken: what arrived before has had its turn, or has failed in it. `None`: none
/// waits.
///
/// # Errors
/// When the database fails.
pub async fn behind_since(tx: &mut SystemTx<'_>, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT ready_at_us FROM inbox WHERE ready_at_us <= $1 ORDER BY ready_at_us LIMIT 1";
    tx.opt(sql, args![now]).await?.map(|row| row.get(0)).transpose()
}

/// When the next fact that is not ready yet wants its turn.
///
/// # Errors
/// When the database fails.
pub async fn next_turn(tx: &mut SystemTx<'_>, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT ready_at_us FROM inbox WHERE ready_at_us > $1 ORDER BY ready_at_us LIMIT 1";
    let row = tx.opt(sql, args![now]).await?;
    row.map(|row| row.get(0)).transpose()
}

/// The turns of these were taken. They are what [`waiting`] answered, or a part of it.
///
/// # Errors
/// When the database fails.
pub async fn finish(tx: &mut SystemTx<'_>, taken: &[Waiting]) -> Result<(), StoreError> {
    let (Some(first), Some(last)) = (taken.first(), taken.last()) else { return Ok(()) };
    let ids = list(taken.iter().map(|waiting| waiting.id));
    // Between the two there is little else, so that the ids are looked for among few.
    tx.push(
        "DELETE FROM inbox WHERE ready_at_us BETWEEN $1 AND $2 AND id {among $3}",
        args![first.ready_at, last.ready_at, ids],
    )
    .await
}

/// Nobody could take the turn of these, for one reason: they are kept for the operator. They are a part of what
/// [`waiting`] answered, in any order; to be called before [`finish`].
///
/// # Errors
/// When the database fails.
pub async fn set_aside(
    tx: &mut SystemTx<'_>,
    now: Timestamp,
    some: &[&Waiting],
    reason: &str,
) -> Result<(), StoreError> {
    let ready = || some.iter().map(|waiting| waiting.ready_at);
    let (Some(first), Some(last)) = (ready().min(), ready().max()) else { return Ok(()) };
    tx.push(
        "INSERT INTO unclaimed (id, reason, fact, at_us)
         SELECT id, $4, fact, $5 FROM inbox WHERE ready_at_us BETWEEN $1 AND $2 AND id {among $3}",
        args![first, last, list(some.iter().map(|waiting| waiting.id)), reason, now],
    )
    .await
}

/// The turn of this one failed: it waits until `at` for another.
///
/// # Errors
/// When the database fails.
pub async fn postpone(tx: &mut SystemTx<'_>, waiting: &Waiting, at: Timestamp) -> Result<(), StoreError> {
    tx.push(
        "UPDATE inbox SET ready_at_us = $3, attempts = attempts + 1 WHERE ready_at_us = $1 AND id = $2",
        args![waiting.ready_at, waiting.id, at],
    )
    .await
}

/// Forgets that facts from before `before` ever arrived (those that arrived before it), at most `limit` of them; answers how many.
///
/// # Errors
/// When the database fails.
pub async fn forget_arrivals(tx: &mut SystemTx<'_>, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.exec_returning_count(
        "DELETE FROM arrival WHERE id IN
             (SELECT id FROM arrival WHERE id < $1 AND kept_at_us < $3 ORDER BY id LIMIT $2)",
        args![earliest(before), limit, before],
    )
    .await
}

/// The shard of a lane.
fn shard(lane: Uuid) -> i64 {
    // The upper bits: the lower ones of a lane are mixed less (see `domain::conversation::lane`).
    let (high, _) = lane.as_u64_pair();
    i64::try_from((high >> 48) % SHARDS.unsigned_abs()).unwrap_or(0)
}

fn text(fact: &Fact) -> Result<String, StoreError> {
    serde_json::to_string(fact).map_err(StoreError::fault)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_lane_has_a_shard_and_they_are_spread() {
        let shards: BTreeSet<i64> = (0..1_000_u32)
            .map(|n| shard(domain::conversation::lane(Uuid::nil(), "+15550100001", &format!("+1555020{n:04}"))))
            .collect();
        assert_eq!(shards.into_iter().collect::<Vec<_>>(), (0..SHARDS).collect::<Vec<_>>());
    }

    #[test]
    fn workers_share_the_shards() {
        assert_eq!(shards_of(0, 1).len(), 16);
        let both: BTreeSet<i64> = shards_of(0, 2).into_iter().chain(shards_of(1, 2)).collect();
        assert_eq!((shards_of(0, 2).len(), both.len()), (8, 16));
    }
}
