//! Tries a launch: everybody in a campaign's audience is asked about as a send would ask, some at a time, and what would become
//! of them is counted. Nothing is written but the count. People are read and asked about outside of the transaction that keeps
//! it, so that whoever writes does not wait for either.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use domain::campaign::forecast::{Forecast, Prices, Who};
use domain::id::{CampaignId, NumberId, TenantId};
use domain::template::Rendering;
use jiff::{SignedDuration, Timestamp};
use store::campaign::check::{self, Check};
use store::campaign::{self, audience};
use store::queue::{self, Claimed};
use store::{StoreError, TenantTx, event};
use uuid::Uuid;

use super::SOME;
use super::ground::{Ground, Known};
use crate::errands::LEASE;
use crate::send::Outside;
use crate::world::World;

/// Those who look on are told at most so often.
const TELL_EVERY: SignedDuration = SignedDuration::from_secs(1);

/// Counts on until all are counted, or the campaign says something else.
pub(crate) async fn check(world: &Arc<World>, claimed: &Claimed, id: CampaignId, run: i64) -> Result<(), StoreError> {
    let (tenant, outside) = (claimed.tenant, Outside::of(world));
    let ground = world
        .store
        .read(tenant, async move |tx: &mut TenantTx<'_>| {
            let Some(check) = check::find(tx, id).await?.filter(|check| goes_on(check, run)) else { return Ok(None) };
            let Some(settings) = campaign::settings(tx, id).await? else { return Ok(None) };
            Ground::of(tx, id, settings, (check.starts_at, check.at_local), &outside).await
        })
        .await?;
    if let Some(ground) = ground.map(Arc::new) {
        let mut told = None;
        while count(world, claimed, &ground, run, &mut told).await? {}
    }
    let errand = claimed.id;
    world.store.write(tenant, async move |tx| queue::drop_errand(tx, errand).await).await
}

fn goes_on(check: &Check, run: i64) -> bool {
    check.run == run && !check.is_done && !check.is_stale
}

/// Counts some. `told`: when those who look on were last told. Answers whether there may be more.
async fn count(
    world: &Arc<World>,
    claimed: &Claimed,
    ground: &Arc<Ground>,
    run: i64,
    told: &mut Option<Timestamp>,
) -> Result<bool, StoreError> {
    let (tenant, errand, id, now) = (claimed.tenant, claimed.id, ground.campaign, world.now());
    let Some(page) = page(world, tenant, ground, run, now).await? else { return Ok(false) };
    let (from, to, to_look, bills) = (page.from, page.to, page.to_look, page.bills.clone());
    let seen = Arc::clone(ground);
    let counting = move || (page.count(&seen), page.looked);
    let (forecast, looked) = tokio::task::spawn_blocking(counting).await.map_err(StoreError::fault)?;
    let is_due = told.is_none_or(|at| now.duration_since(at) >= TELL_EVERY);
    let until = now.checked_add(LEASE).map_err(StoreError::fault)?;
    let kept = world
        .store
        .write(tenant, async move |tx: &mut TenantTx<'_>| {
            let held = check::hold(tx, id).await?;
            let Some(mut check) = held.filter(|check| goes_on(check, run) && Place::of(check) == from) else {
                return Ok(None);
            };
            check.forecast.merge(forecast.clone());
            check.looked += i64::try_from(looked).map_err(StoreError::fault)?;
            check.to_look = Some(to_look);
            if let Some(to) = to {
                (check.counted_to, check.counted_phones) = (to.contact, to.phones);
            }
            if let Some(bills) = &bills {
                check.estimate = Some(check.forecast.estimate(&bills.rates, &bills.prices));
                (check.is_done, check.ended_at) = (true, Some(now));
            }
            check::go_on(tx, &check).await?;
            queue::postpone_errand(tx, errand, until).await?;
            let is_told = is_due || check.is_done;
            let head = if is_told { Some(event::append(tx, now, &[check::updated(id)]).await?) } else { None };
            Ok::<_, StoreError>(Some((head, check.is_done)))
        })
        .await?;
    // Another order came, or somebody else is at it.
    let Some((head, is_done)) = kept else { return Ok(false) };
    if let Some(head) = head {
        *told = Some(now);
        world.told(tenant, head);
    }
    Ok(!is_done)
}

/// How far an audience was gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    contact: Option<Uuid>,
    phones: i64,
}

impl Place {
    fn of(check: &Check) -> Self {
        Self { contact: check.counted_to, phones: check.counted_phones }
    }
}

/// What texts cost lately, and how fast our numbers send.
#[derive(Clone)]
struct Bills {
    rates: BTreeMap<NumberId, u64>,
    prices: Prices,
}

/// Some of an audience.
struct Page {
    from: Place,
    /// `None`: these are the last.
    to: Option<Place>,
    /// So many are to be looked at, all together.
    to_look: i64,
    /// Known once these are the last.
    bills: Option<Bills>,
    people: Vec<(Who, Known)>,
    /// So many of those who were looked at were named one by one, too.
    again: usize,
    looked: usize,
}

impl Page {
    fn count(&self, ground: &Ground) -> Forecast {
        let mut forecast = Forecast::new(ground.starts_at);
        let rendering = Rendering::new("en");
        for (who, known) in &self.people {
            let recipient = &known.due.recipient;
            forecast.count(who, &recipient.phone, recipient.number, &ground.foresee(&rendering, known));
        }
        (0..self.again).for_each(|_| forecast.count_again());
        forecast
    }
}

/// Numbers that are named one by one come first, as they do in a launch. `None`: it does not go on.
async fn page(
    world: &Arc<World>,
    tenant: TenantId,
    ground: &Arc<Ground>,
    run: i64,
    now: Timestamp,
) -> Result<Option<Page>, StoreError> {
    let ground = Arc::clone(ground);
    world
        .store
        .read(tenant, async move |tx: &mut TenantTx<'_>| {
            let found = check::find(tx, ground.campaign).await?;
            let Some(check) = found.filter(|check| goes_on(check, run)) else { return Ok(None) };
            let from = Place::of(&check);
            let named = usize::try_from(from.phones).unwrap_or(usize::MAX);
            let left = ground.settings.audience.phones.get(named..).unwrap_or_default();
            let mut page = match left.get(..left.len().min(SOME)) {
                Some(these) if !these.is_empty() => named_page(tx, &ground, now, from, these).await?,
                _ => contacts_page(tx, &ground, now, from).await?,
            };
            page.to_look = match check.to_look {
                Some(known) => known,
                None => to_look(tx, &ground).await?,
            };
            if page.to.is_none() {
                let rates = check::rates(tx, &ground.settings.numbers).await?;
                page.bills = Some(Bills { rates, prices: check::prices(tx, !ground.settings.media.is_empty()).await? });
            }
            Ok::<_, StoreError>(Some(page))
        })
        .await
}

async fn to_look(tx: &mut TenantTx<'_>, ground: &Ground) -> Result<i64, StoreError> {
    let audience = &ground.settings.audience;
    let named = i64::try_from(audience.phones.len()).map_err(StoreError::fault)?;
    Ok(named + if audience.means_contacts() { check::contacts(tx).await? } else { 0 })
}

async fn named_page(
    tx: &mut TenantTx<'_>,
    ground: &Ground,
    now: Timestamp,
    from: Place,
    these: &[String],
) -> Result<Page, StoreError> {
    let named = audience::named(tx, now, &ground.settings.audience, these).await?;
    let phones: Vec<&str> = named.iter().filter(|(who, _)| who.is_some()).map(|(_, phone)| phone.as_str()).collect();
    let mut people = known(tx, ground, &phones).await?;
    let strangers: Vec<&str> = named.iter().filter(|(who, _)| who.is_none()).map(|(_, phone)| phone.as_str()).collect();
    let strangers = ground.strangers(tx, &strangers).await?;
    people.extend(strangers.into_iter().map(|one| (Who::Phone(one.due.recipient.phone.clone()), one)));
    let phones = from.phones + i64::try_from(these.len()).map_err(StoreError::fault)?;
    let audience = &ground.settings.audience;
    let is_last = !audience.means_contacts() && usize::try_from(phones).is_ok_and(|all| all >= audience.phones.len());
    let to = (!is_last).then_some(Place { phones, ..from });
    Ok(Page { from, to, to_look: 0, bills: None, people, again: 0, looked: these.len() })
}

async fn contacts_page(
    tx: &mut TenantTx<'_>,
    ground: &Ground,
    now: Timestamp,
    from: Place,
) -> Result<Page, StoreError> {
    let audience = &ground.settings.audience;
    let some = u32::try_from(SOME).unwrap_or(u32::MAX);
    let found = audience::page(tx, now, audience, from.contact, some).await?;
    // Whoever was named one by one has been counted.
    let named: HashSet<&str> = audience.phones.iter().map(String::as_str).collect();
    let phones: Vec<&str> = found.people.iter().map(|(_, phone)| phone.as_str()).collect();
    let new: Vec<&str> = phones.iter().copied().filter(|phone| !named.contains(phone)).collect();
    let again = phones.len() - new.len();
    let people = known(tx, ground, &new).await?;
    let to = found.last.map(|contact| Place { contact: Some(contact), ..from });
    Ok(Page { from, to, to_look: 0, bills: None, people, again, looked: found.looked })
}

async fn known(tx: &mut TenantTx<'_>, ground: &Ground, phones: &[&str]) -> Result<Vec<(Who, Known)>, StoreError> {
    let known = ground.know(tx, phones).await?;
    Ok(known.into_iter().map(|known| (Who::Contact(known.due.recipient.contact), known)).collect())
}
