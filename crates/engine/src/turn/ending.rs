//! How what we performed ended: facts that take their turn without waiting in the inbox.

use std::sync::Arc;

use domain::fact::Fact;
use domain::id::TenantId;
use jiff::{SignedDuration, Timestamp};
use store::StoreError;
use uuid::Uuid;

use super::batch::{Batch, Turn};
use super::{ATTEMPTS_MAX, lock_lanes};
use crate::world::World;

/// A fact that is not in the inbox, because what it answers to still holds its lease.
#[derive(Debug, Clone)]
pub(crate) struct Ending {
    pub(crate) tenant: TenantId,
    pub(crate) lane: Uuid,
    pub(crate) fact: Fact,
}

/// Takes the turns of endings, together; one by one if they do not go together. One that cannot be remembered at all is
/// left to its lease.
///
/// False: one could not be.
pub(crate) async fn take_endings(world: &Arc<World>, endings: Vec<Ending>) -> bool {
    let endings = Arc::new(endings);
    let Err(error) = take_some(world, &endings, 0..endings.len()).await else { return true };
    let mut all = true;
    if endings.len() > 1 {
        tracing::warn!(%error, "some outcomes could not be remembered together; they are taken one by one");
    }
    for at in 0..endings.len() {
        let mut taken = false;
        for attempt in 0..ATTEMPTS_MAX {
            match take_some(world, &endings, at..at + 1).await {
                Ok(()) => {
                    taken = true;
                    break;
                }
                Err(error) => {
                    tracing::warn!(%error, attempt, "an outcome could not be remembered");
                    let pause = SignedDuration::from_millis(50 << attempt);
                    world.clock.sleep_until(world.now().checked_add(pause).unwrap_or(Timestamp::MAX)).await;
                }
            }
        }
        all &= taken;
    }
    all
}

async fn take_some(
    world: &Arc<World>,
    endings: &Arc<Vec<Ending>>,
    which: std::ops::Range<usize>,
) -> Result<(), StoreError> {
    let now = world.now();
    let ids = world.ids();
    let (endings, stops) = (Arc::clone(endings), Arc::clone(&world.stops));
    let told = world
        .store
        .system_write(async move |tx| {
            let mut ids = ids.clone();
            let mut batch = Batch::default();
            let some = &endings[which.clone()];
            lock_lanes(tx, some.iter().map(|ending| ending.lane)).await?;
            let turns = some
                .iter()
                .map(|ending| Turn { tenant: ending.tenant, lane: ending.lane, fact: &ending.fact, waiting: None })
                .collect();
            let _ = batch.take(tx, now, &mut ids, turns).await?;
            batch.log(tx, now, &stops).await
        })
        .await?;
    told.announce(world);
    Ok(())
}
