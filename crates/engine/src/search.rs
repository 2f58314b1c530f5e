//! Keeps the index of messages up with the log: a second behind, beside everything that somebody waits for.

use std::sync::Arc;

use jiff::SignedDuration;
use store::search::index;
use store::{StoreError, SystemTx, TenantTx};
use tokio_util::sync::CancellationToken;

use crate::alarm::Alarm;
use crate::world::World;

/// What arrives within this is taken in together: the more, the less each costs.
const ROUND: SignedDuration = SignedDuration::from_secs(1);
/// So many tenants take their turns in a round.
const TENANTS: u32 = 100;
/// So many lines of a log are taken in in one transaction: others wait for the writer meanwhile (SQLite).
const LINES: u32 = 500;

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
    loop {
        let behind = async |tx: &mut SystemTx<'_>| index::behind(tx, TENANTS).await;
        let tenants = world.store.system_read(behind).await?;
        let mut goes_on = false;
        for tenant in tenants {
            if stop.is_cancelled() {
                return Ok(());
            }
            let fill = async |tx: &mut TenantTx<'_>| index::fill(tx, LINES).await;
            match world.store.write(tenant, fill).await {
                Ok(more) => goes_on |= more,
                // One tenant's trouble is not the others'.
                Err(error) => tracing::warn!(%error, %tenant, "a tenant's messages could not be indexed"),
            }
        }
        if !goes_on {
            return Ok(());
        }
    }
}
