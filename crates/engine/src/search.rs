//! Keeps the index of messages up with the log: a second behind, beside everything that somebody waits for.

use std::sync::Arc;

use domain::id::TenantId;
use jiff::{SignedDuration, Timestamp};
use store::search::index;
use store::{StoreError, TenantTx};
use tokio_util::sync::CancellationToken;

use crate::alarm::Alarm;
use crate::world::World;

/// What arrives within this is taken in together: the more, the less each costs.
const ROUND: SignedDuration = SignedDuration::from_secs(1);
/// So many tenants are found at once.
const TENANTS: u32 = 100;
/// So many lines of a log are taken in in one transaction: others wait for the writer meanwhile (SQLite).
const LINES: u32 = 100;

/// Fills until it is time to stop.
pub(crate) async fn fill(world: Arc<World>, stop: CancellationToken) {
    let alarm = Alarm::default();
    while alarm.wait(&*world.clock, None, ROUND, &stop).await {
        if let Err(error) = round(&world, &stop).await {
            tracing::warn!(%error, "messages cannot be indexed at the moment; they are found later");
        }
    }
}

/// Some of each tenant in turns, until none is behind: one with a long log does not keep the others waiting.
async fn round(world: &Arc<World>, stop: &CancellationToken) -> Result<(), StoreError> {
    while turn(world, stop).await? {}
    Ok(())
}

/// Some of each tenant that is behind. Whether one of them may still be.
async fn turn(world: &Arc<World>, stop: &CancellationToken) -> Result<bool, StoreError> {
    let (mut goes_on, mut after) = (false, TenantId(uuid::Uuid::nil()));
    loop {
        let found = world.store.system_read(async move |tx| index::behind(tx, after, TENANTS).await).await?;
        for tenant in &found {
            if stop.is_cancelled() {
                return Ok(false);
            }
            let began = world.now();
            match world.store.write(*tenant, async |tx: &mut TenantTx<'_>| index::fill(tx, LINES).await).await {
                Ok(true) => {
                    goes_on = true;
                    rest(world, began, stop).await;
                }
                Ok(false) => {}
                // One tenant's trouble is not the others'.
                Err(error) => tracing::warn!(%error, %tenant, "a tenant's messages could not be indexed"),
            }
        }
        match found.last() {
            Some(last) if found.len() == TENANTS as usize => after = *last,
            _ => return Ok(goes_on),
        }
    }
}

/// As long as the batch took that `began`, and no longer than a round: half of the time the writer is others', however much
/// there is to take in.
async fn rest(world: &World, began: Timestamp, stop: &CancellationToken) {
    let ended = world.now();
    let until = ended.checked_add(ended.duration_since(began).min(ROUND)).unwrap_or(ended);
    tokio::select! {
        () = stop.cancelled() => {}
        () = world.clock.sleep_until(until) => {}
    }
}
