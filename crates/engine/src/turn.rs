//! A turn: reads the scene, decides, remembers. Many turns share one transaction; one that fails is taken alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::fact::{CarrierReported, Fact};
use domain::id::TenantId;
use jiff::{SignedDuration, Timestamp};
use store::queue::{self, Waiting};
use store::scene::{self, Known};
use store::{StoreError, SystemTx};
use tokio_util::sync::CancellationToken;

use crate::world::World;

mod batch;
mod ending;
mod sight;

pub(crate) use batch::{Batch, Turn, remember_or_retry};
pub(crate) use ending::{Ending, take_endings};

/// So many turns share a transaction: enough to pay for its fsync and for the queries that they share, few enough that a
/// webhook behind it does not wait long.
const BATCH: u32 = 256;
/// How long a lost wake-up can delay a turn.
const POLL: SignedDuration = SignedDuration::from_millis(500);
/// A turn that fails this often is told to the operator. It is kept and tried on: what was accepted is not lost.
const ATTEMPTS_MAX: u32 = 8;
/// Why a report is nobody's.
const NO_SUCH_MESSAGE: &str = "no_such_message";

/// Takes turns until it is time to stop. Each of `workers` has shards of its own.
pub(crate) async fn take_turns(world: Arc<World>, worker: usize, workers: usize, stop: CancellationToken) {
    let shards: Arc<[i64]> = queue::shards_of(worker, workers).into();
    let mut next = None;
    while world.turns[worker].wait(&*world.clock, next, POLL, &stop).await {
        next = match pass(&world, &shards, &stop).await {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(%error, "no turns can be taken at the moment");
                world.now().checked_add(POLL).ok()
            }
        };
    }
}

/// Takes every turn that waits now, and answers when the next one wants to be taken.
async fn pass(
    world: &Arc<World>,
    shards: &Arc<[i64]>,
    stop: &CancellationToken,
) -> Result<Option<Timestamp>, StoreError> {
    loop {
        let taken = match together(world, shards, BATCH).await {
            Ok(taken) => taken,
            Err(error) => {
                tracing::warn!(%error, "a batch of turns failed; its turns are taken one by one");
                one_by_one(world, shards).await?
            }
        };
        if !taken.more || stop.is_cancelled() {
            return Ok(taken.next);
        }
    }
}

/// How taking some turns went.
struct Taken {
    /// There may be more to take at once.
    more: bool,
    /// When the next one after that wants to be taken.
    next: Option<Timestamp>,
}

async fn together(world: &Arc<World>, shards: &Arc<[i64]>, limit: u32) -> Result<Taken, StoreError> {
    let now = world.now();
    let ids = world.ids();
    let (shards, stops) = (Arc::clone(shards), Arc::clone(&world.stops));
    let (taken, told) = world
        .store
        .system_write(async move |tx| {
            let mut ids = ids.clone();
            let mut batch = Batch::default();
            let waiting = queue::waiting(tx, &shards, now, limit).await?;
            lock_lanes(tx, waiting.iter().map(|waiting| waiting.lane)).await?;
            let mut turns = Vec::with_capacity(waiting.len());
            let mut aside: BTreeMap<&'static str, Vec<&Waiting>> = BTreeMap::new();
            for waiting in &waiting {
                match whose(tx, &mut batch.known, waiting).await? {
                    Ok((tenant, fact)) => turns.push(Turn { tenant, lane: waiting.lane, fact, waiting: Some(waiting) }),
                    Err(reason) => aside.entry(reason).or_default().push(waiting),
                }
            }
            for waiting in batch.take(tx, now, &mut ids, turns).await? {
                aside.entry(NO_SUCH_MESSAGE).or_default().push(waiting);
            }
            for (reason, some) in aside {
                queue::set_aside(tx, now, &some, reason).await?;
                batch.unclaimed.push((reason, some.len()));
            }
            queue::finish(tx, &waiting).await?;
            let more = waiting.len() >= limit as usize;
            let next = if more { None } else { queue::next_turn(tx, now).await? };
            Ok::<_, StoreError>((Taken { more, next }, batch.log(tx, now, &stops).await?))
        })
        .await?;
    told.announce(world);
    Ok(taken)
}

/// One turn at a time; the one that fails by itself waits longer and longer, up to minutes.
async fn one_by_one(world: &Arc<World>, shards: &Arc<[i64]>) -> Result<Taken, StoreError> {
    for _ in 0..BATCH {
        match together(world, shards, 1).await {
            Ok(taken) if !taken.more => return Ok(taken),
            Ok(_) => {}
            Err(error) => put_off(world, shards, &error).await?,
        }
    }
    Ok(Taken { more: true, next: None })
}

async fn put_off(world: &Arc<World>, shards: &Arc<[i64]>, error: &StoreError) -> Result<(), StoreError> {
    let now = world.now();
    let kind = error.kind();
    let shards = Arc::clone(shards);
    let stuck = world
        .store
        .system_write(async move |tx| {
            let Some(first) = queue::waiting(tx, &shards, now, 1).await?.pop() else { return Ok(None) };
            let pause = SignedDuration::from_millis(200 << first.attempts.min(11));
            queue::postpone(tx, &first, now.checked_add(pause).map_err(StoreError::fault)?).await?;
            Ok::<_, StoreError>((first.attempts + 1 >= ATTEMPTS_MAX).then_some(first.id))
        })
        .await?;
    if let Some(id) = stuck {
        tracing::error!(%id, kind, "the turn of a fact fails again and again; it is kept and tried every few minutes");
    }
    Ok(())
}

async fn lock_lanes(tx: &mut SystemTx<'_>, lanes: impl Iterator<Item = uuid::Uuid>) -> Result<(), StoreError> {
    tx.lock_lanes(&lanes.collect::<BTreeSet<_>>()).await
}

/// Whose turn it is, or why it is nobody's.
async fn whose<'w>(
    tx: &mut SystemTx<'_>,
    known: &mut Known,
    waiting: &'w Waiting,
) -> Result<Result<(TenantId, &'w Fact), &'static str>, StoreError> {
    let Some(fact) = &waiting.fact else { return Ok(Err("unreadable")) };
    let (tenant, reason) = match (fact, waiting.tenant) {
        (Fact::TextArrived(text), _) => {
            let owner = scene::owner(tx, known, text.account, &text.to).await?;
            (owner.map(|owner| owner.tenant), "no_such_number")
        }
        (Fact::CarrierReported(report), _) => (owner_of_report(tx, known, report).await?, NO_SUCH_MESSAGE),
        (_, tenant) => (tenant, "nobodys"),
    };
    Ok(tenant.map(|tenant| (tenant, fact)).ok_or(reason))
}

/// The tenant by our number in the report; by the text itself where the carrier left the number out.
async fn owner_of_report(
    tx: &mut SystemTx<'_>,
    known: &mut Known,
    report: &CarrierReported,
) -> Result<Option<TenantId>, StoreError> {
    if let Some(from) = &report.from
        && let Some(owner) = scene::owner(tx, known, report.account, from).await?
    {
        return Ok(Some(owner.tenant));
    }
    scene::owner_of_report(tx, report.account, report.message, &report.carrier_ref).await
}
