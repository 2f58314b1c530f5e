//! Counts for reports, behind the log: what changed is read in batches, and counted anew from its rows.
//!
//! Whoever dies with a batch has written nothing of it. Two nodes that count the same lines write them once.

use std::collections::HashMap;
use std::sync::Arc;

use domain::id::TenantId;
use domain::report::Sums;
use jiff::{SignedDuration, Timestamp};
use store::report::{self, Batch, Source};
use store::{StoreError, TenantTx};
use tokio_util::sync::CancellationToken;

use crate::world::World;

/// How often it is looked whether something happened. Whoever looks at a report that is behind has it counted at once.
const ROUND: SignedDuration = SignedDuration::from_secs(60);
/// So many lines of a log are read at once: they mostly speak of few days.
const LINES: u32 = 10_000;
/// So many rows are counted in one read.
const ROWS: u32 = 5_000;
/// So many days or campaigns are counted together and written at once.
const SOURCES: usize = 64;
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

/// Counts some of what has not been counted, of everybody. `rest`: until when whose large counts are left alone.
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
            match step(world, *tenant, stop).await {
                // After the others had their turns.
                Ok(true) => {
                    world.reports.set(world.now());
                    continue;
                }
                Ok(false) => {}
                // One tenant's trouble is not the others'.
                Err(error) => tracing::warn!(%error, %tenant, "a tenant's reports could not be counted"),
            }
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

/// Counts what some lines can have changed. Whether there is more to count now.
async fn step(world: &Arc<World>, tenant: TenantId, stop: &CancellationToken) -> Result<bool, StoreError> {
    let now = world.now();
    let Some(mut batch) = lines(world, tenant, now, None).await? else { return Ok(false) };
    // A day, or a campaign, is counted once for all lines that speak of it.
    while batch.is_full && batch.sources.len() < SOURCES && !stop.is_cancelled() {
        let Some(next) = lines(world, tenant, now, Some(batch.to)).await? else { break };
        batch.join(next);
    }
    let mut all = Vec::new();
    for source in &batch.sources {
        let Some(sums) = counted(world, tenant, *source, stop).await? else { return Ok(false) };
        all.push((*source, sums));
    }
    let is_full = batch.is_full;
    let all = Arc::new(all);
    let write = async move |tx: &mut TenantTx<'_>| report::keep(tx, now, &batch, &all).await;
    Ok(world.store.write(tenant, write).await? && is_full)
}

async fn lines(
    world: &Arc<World>,
    tenant: TenantId,
    now: Timestamp,
    after: Option<i64>,
) -> Result<Option<Batch>, StoreError> {
    world.store.read(tenant, async move |tx: &mut TenantTx<'_>| report::batch(tx, now, after, LINES).await).await
}

/// `None`: it is time to stop.
async fn counted(
    world: &Arc<World>,
    tenant: TenantId,
    source: Source,
    stop: &CancellationToken,
) -> Result<Option<Sums>, StoreError> {
    let (mut sums, mut after) = (None, None);
    while !stop.is_cancelled() {
        // A body may run again, so what was counted before it is only borrowed.
        let so_far = Arc::new(sums.take());
        let read =
            async move |tx: &mut TenantTx<'_>| report::count(tx, source, so_far.as_ref().clone(), after, ROWS).await;
        let (more, last) = world.store.read(tenant, read).await?;
        if last.is_none() {
            return Ok(Some(more));
        }
        (sums, after) = (Some(more), last);
    }
    Ok(None)
}
