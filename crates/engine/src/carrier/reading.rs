//! The errands that ask the carrier how far registrations have come: of a number when there is a reason, of all numbers of an account
//! day by day.

use std::sync::Arc;

use domain::id::{CarrierAccountId, NumberId, WorkId};
use domain::registration::{Status, next_reading};
use jiff::{SignedDuration, Timestamp};
use store::queue::{self, Claimed, Errand};
use store::registration::{self, Known, Seen};
use store::{StoreError, TenantTx, carrier_account, event, number};

use super::registration::Readings;
use super::{CarrierDesk, CarrierError};
use crate::errands::LEASE;
use crate::world::World;

/// So many numbers are asked about together.
const SOME: u32 = 2_000;
/// A number that could not be asked about is asked about again so often; then its account's turn comes anyway.
const ATTEMPTS_MAX: u32 = 5;

/// Asks about one number.
pub(crate) async fn read_one(world: &Arc<World>, claimed: &Claimed, id: NumberId) -> Result<(), StoreError> {
    let (tenant, errand, now) = (claimed.tenant, claimed.id, world.now());
    let found = world.store.read(tenant, async move |tx: &mut TenantTx<'_>| registration::of(tx, id).await).await?;
    let account = found.map(|(account, _)| account);
    let (seen, failed) = match CarrierDesk::new(Arc::clone(world)).look_at(tenant, id).await {
        Ok(seen) => (seen.map(|(_, seen)| seen), false),
        Err(CarrierError::Store(error)) => return Err(error),
        Err(CarrierError::NotFound) => (None, false),
        Err(CarrierError::Carrier(fault)) => {
            tracing::info!(number = %id, %fault, "a number's registration could not be read");
            (None, true)
        }
    };
    let again = (failed && claimed.attempt < ATTEMPTS_MAX).then(|| later(now, claimed.attempt));
    let (next, standing) = (next_reading(now, seen.iter().map(status), failed), world.ids().next::<WorkId>());
    let head = world
        .store
        .write(tenant, async move |tx: &mut TenantTx<'_>| {
            match again {
                Some(at) => queue::postpone_errand(tx, errand, at).await?,
                None => queue::drop_errand(tx, errand).await?,
            }
            let Some(account) = account else { return Ok(None) };
            queue::add_errand(tx, standing, next, &Errand::ReadRegistrations { account }).await?;
            let seen: Vec<(NumberId, Seen)> = seen.clone().map(|seen| (id, seen)).into_iter().collect();
            keep(tx, now, account, &seen).await
        })
        .await?;
    told(world, claimed, head);
    Ok(())
}

/// Asks about all of the tenant's numbers of an account, and comes again.
pub(crate) async fn read_all(
    world: &Arc<World>,
    claimed: &Claimed,
    account: CarrierAccountId,
) -> Result<(), StoreError> {
    let (tenant, errand) = (claimed.tenant, claimed.id);
    let (mut after, mut statuses, mut failed, mut any) = (None, Vec::new(), false, false);
    loop {
        let found = world
            .store
            .read(tenant, async move |tx: &mut TenantTx<'_>| {
                let numbers = registration::of_account(tx, account, after, SOME).await?;
                let profile = carrier_account::read(tx, account).await?.and_then(|known| known.messaging_profile_id);
                Ok::<_, StoreError>((numbers, profile))
            })
            .await?;
        let (numbers, profile) = found;
        after = numbers.last().map(|last| last.id);
        let is_last = numbers.len() < SOME as usize;
        if let Some(opened) = world.account(account).await?.filter(|_| !numbers.is_empty()) {
            any = true;
            let desk = CarrierDesk::new(Arc::clone(world));
            let addresses: Vec<&str> = numbers.iter().map(|known| known.address.as_str()).collect();
            let readings = desk.registrations(&opened, &addresses).await;
            let known: Vec<&Known> = numbers.iter().collect();
            let can_mms = desk.can_mms(&opened, profile.as_deref(), &known).await;
            let Readings { mut seen, failed: fault } = readings;
            if let Some(fault) = fault {
                tracing::info!(%account, %fault, "registrations of an account's numbers could not all be read");
                failed = true;
            }
            let read: Vec<(NumberId, Seen)> = numbers
                .iter()
                .filter_map(|one| {
                    let registration = seen.remove(&one.address)?;
                    Some((one.id, Seen { registration, can_mms: can_mms.get(&one.address).copied() }))
                })
                .collect();
            // What stops texts is looked at again soon; of the rest one stands for all.
            statuses.extend(read.iter().map(|(_, seen)| status(seen)).find(|status| status.stops()));
            let now = world.now();
            let lease = now.checked_add(LEASE).map_err(StoreError::fault)?;
            let head = world
                .store
                .write(tenant, async move |tx: &mut TenantTx<'_>| {
                    queue::postpone_errand(tx, errand, lease).await?;
                    keep(tx, now, account, &read).await
                })
                .await?;
            told(world, claimed, head);
        }
        if is_last {
            break;
        }
    }
    let next = next_reading(world.now(), statuses, failed);
    world
        .store
        .write(tenant, async move |tx: &mut TenantTx<'_>| {
            if any { queue::repeat_errand(tx, errand, next).await } else { queue::drop_errand(tx, errand).await }
        })
        .await
}

const fn status(seen: &Seen) -> Status {
    seen.registration.status
}

/// Twice as long after each attempt, from a minute.
fn later(now: Timestamp, attempt: u32) -> Timestamp {
    now.checked_add(SignedDuration::from_secs(60 << attempt.min(8))).unwrap_or(now)
}

/// Writes down what was read, and answers where the log ends if something of it is news.
async fn keep(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    account: CarrierAccountId,
    seen: &[(NumberId, Seen)],
) -> Result<Option<i64>, StoreError> {
    let news = registration::keep(tx, now, account, seen).await?;
    if news.is_empty() {
        return Ok(None);
    }
    let lines: Vec<_> = news.into_iter().map(number::updated).collect();
    Ok(Some(event::append(tx, now, &lines).await?))
}

fn told(world: &World, claimed: &Claimed, head: Option<i64>) {
    if let Some(head) = head {
        world.told(claimed.tenant, head);
    }
}
