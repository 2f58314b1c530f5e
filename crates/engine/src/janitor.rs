//! Finds what was left half done, and forgets what nobody asks about any more.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use store::assistant::replay;
use store::campaign::guard;
use store::remember::SENDING_LEASE;
use store::{StoreError, approval, enrolment, idempotency, import, link, queue, run, tool_use, unclaimed};
use tokio_util::sync::CancellationToken;

use crate::alarm::Alarm;
use crate::send::settle_lost;
use crate::world::World;

/// How often it looks for texts whose sender died.
const ROUND: SignedDuration = SignedDuration::from_secs(10);
/// Late repeats of a carrier's webhooks are known for so long.
const FACTS_KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How an endpoint was told can be looked up, and told again, for so long after it ended.
const TELLINGS_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Replays hold what contacts wrote, and are of use while the version is new.
const REPLAYS_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// What tools were called with and answered, and what was approved, is of use while the conversation is alive.
const USES_KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);
/// A file of contacts that has not come in whole by then never will.
const UPLOADS_END: SignedDuration = SignedDuration::from_hours(24);
/// Who followed which link is told of for so long.
const CLICKS_KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Pieces of files are half a megabyte each.
const FILES_AT_ONCE: u32 = 20;
/// So many rows are forgotten in one transaction.
const SOME: u32 = 1_000;

/// Cleans until it is time to stop. `alone`: what was being sent when the process before us ended is nobody's now.
pub(crate) async fn clean(world: Arc<World>, alone: bool, started: Timestamp, stop: CancellationToken) {
    if alone {
        // What is claimed from now on has a lease that ends later than this.
        report(settle_lost(&world, started.checked_add(SENDING_LEASE).unwrap_or(started)).await);
    }
    let alarm = Alarm::default();
    while alarm.wait(&*world.clock, None, ROUND, &stop).await {
        report(settle_lost(&world, world.now()).await);
        if let Err(error) = forget(&world, &stop).await {
            tracing::warn!(%error, "old rows could not be forgotten");
        }
    }
}

fn report(settled: Result<usize, StoreError>) {
    match settled {
        Ok(0) => {}
        Ok(count) => {
            tracing::warn!(count, "texts were left in the middle of sending: whether they went out is unknown")
        }
        Err(error) => tracing::warn!(%error, "texts left in the middle of sending could not be settled"),
    }
}

async fn forget(world: &Arc<World>, stop: &CancellationToken) -> Result<(), StoreError> {
    let facts_before = world.now().checked_sub(FACTS_KEPT).map_err(StoreError::fault)?;
    let tellings_before = world.now().checked_sub(TELLINGS_KEPT).map_err(StoreError::fault)?;
    let replays_before = world.now().checked_sub(REPLAYS_KEPT).map_err(StoreError::fault)?;
    let uses_before = world.now().checked_sub(USES_KEPT).map_err(StoreError::fault)?;
    let files_before = world.now().checked_sub(domain::import::KEPT).map_err(StoreError::fault)?;
    let broken_before = world.now().checked_sub(UPLOADS_END).map_err(StoreError::fault)?;
    let clicks_before = world.now().checked_sub(CLICKS_KEPT).map_err(StoreError::fault)?;
    let codes_end = SignedDuration::from_hours(24 * domain::link::DAYS_MAX);
    let codes_before = world.now().checked_sub(codes_end).map_err(StoreError::fault)?;
    let now = world.now();
    loop {
        let forgotten = world
            .store
            .system_write(async move |tx| {
                let arrivals = queue::forget_arrivals(tx, facts_before, SOME).await?;
                let unclaimed = unclaimed::forget(tx, facts_before, SOME).await?;
                let keys = idempotency::forget_old(tx, now, SOME).await?;
                let tellings = queue::forget_tellings(tx, tellings_before, SOME).await?;
                let runs = run::forget(tx, now, SOME).await?;
                let asked = enrolment::run::forget(tx, now, SOME).await?;
                let turns = replay::forget(tx, replays_before, SOME).await?;
                let uses = tool_use::forget(tx, uses_before, SOME).await?;
                let approvals = approval::forget(tx, uses_before, SOME).await?;
                let outcomes = guard::forget_old(tx, facts_before, SOME).await?;
                let files = import::forget(tx, files_before, broken_before, FILES_AT_ONCE).await?;
                let links = link::forget(tx, clicks_before, codes_before, SOME).await?;
                let most = [
                    links,
                    files * u64::from(SOME / FILES_AT_ONCE),
                    arrivals,
                    unclaimed,
                    keys,
                    tellings,
                    runs,
                    asked,
                    turns,
                    uses,
                    approvals,
                    outcomes,
                ]
                .into_iter()
                .max();
                Ok::<_, StoreError>(most.unwrap_or(0))
            })
            .await?;
        if forgotten < u64::from(SOME) || stop.is_cancelled() {
            return Ok(());
        }
    }
}
