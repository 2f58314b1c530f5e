//! Counts for reports, behind the log: what changed is read in batches, and counted anew from its rows.
//!
//! Whoever dies with a batch has written nothing of it. Two nodes that count the same lines write them once.

use std::collections::HashMap;
use std::sync::Arc;

use domain::id::TenantId;
use domain::report::Sums;
use jiff::{SignedDuration, Timestamp};
use store::report::{self, Source};
use store::{StoreError, TenantTx};
use tokio_util::sync::CancellationToken;

use crate::world::World;

/// How often it is looked whether something happened. Whoever looks at a report that is behind has it counted at once.
const ROUND: SignedDuration = SignedDuration::from_secs(60);
/// So many lines of a log are read at once: they mostly speak of few days.
const LINES: u32 = 10_000;
/// So many rows are counted in one read.
const ROWS: u32 = 5_000;
/// So many tenants are found at once.
const TENANTS: u32 = 500;
/// Counting takes a tenant's part of so many of the time: a day of many texts, or a large campaign, is counted less often.
const SHARE: i32 = 20;

/// Counts until it is time to stop.
pub(crate) async fn keep(world: Arc<World>, stop: CancellationToken) {
    let mut rest = HashMap::new();
    while world.reports.wait(&*world.clock, None, ROUND, &stop).await {
        if let Err(error) = pass(&world, &mut rest, &stop).await {
            tracing::warn!(%error, "reports cannot be counted at the moment");
        }
    }
}

/// Counts what has not been counted, of everybody. `rest`: until when whose large counts are left alone.
async fn pass(
    world: &Arc<World>,
    rest: &mut HashMap<TenantId, Timestamp>,
    stop: &CancellationToken,
) -> Result<(), StoreError> {
    rest.retain(|_, until| *until > world.now());
    let mut after = TenantId(uuid::Uuid::nil());
    loop {
        let found = world.store.system_read(async move |tx| report::behind(tx, after, TENANTS).await).await?;
        for tenant in &found {
            if stop.is_cancelled() {
                return Ok(());
            }
            if rest.contains_key(tenant) {
                continue;
            }
            let began = world.now();
            while step(world, *tenant, stop).await? {}
            let ended = world.now();
            let pause = ended.duration_since(began).saturating_mul(SHARE);
            rest.insert(*tenant, ended.checked_add(pause).map_err(StoreError::fault)?);
        }
        match found.last() {
            Some(last) if found.len() == TENANTS as usize => after = *last,
            _ => return Ok(()),
        }
    }
}

/// Counts one batch. Whether there is more to count now.
async fn step(world: &Arc<World>, tenant: TenantId, stop: &CancellationToken) -> Result<bool, StoreError> {
    let now = world.now();
    let read = async move |tx: &mut TenantTx<'_>| report::batch(tx, now, LINES).await;
    let Some(batch) = world.store.read(tenant, read).await? else { return Ok(false) };
    let mut all = Vec::new();
    for source in &batch.sources {
        if stop.is_cancelled() {
            return Ok(false);
        }
        all.push((*source, counted(world, tenant, *source).await?));
    }
    let is_full = batch.is_full;
    let all = Arc::new(all);
    let write = async move |tx: &mut TenantTx<'_>| report::keep(tx, now, &batch, &all).await;
    Ok(world.store.write(tenant, write).await? && is_full)
}

async fn counted(world: &Arc<World>, tenant: TenantId, source: Source) -> Result<Sums, StoreError> {
    let (mut sums, mut after) = (None, None);
    loop {
        // A body may run again, so what was counted before it is only borrowed.
        let so_far = Arc::new(sums.take());
        let read =
            async move |tx: &mut TenantTx<'_>| report::count(tx, source, so_far.as_ref().clone(), after, ROWS).await;
        let (more, last) = world.store.read(tenant, read).await?;
        if last.is_none() {
            return Ok(more);
        }
        (sums, after) = (Some(more), last);
    }
}
