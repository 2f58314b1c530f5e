//! What campaigns need besides sending: a row for everybody who is to get one, a start in time, and an end when nobody waits.

pub(crate) mod breaker;
mod canary;

use std::sync::Arc;

use domain::campaign::{Deed, State};
use domain::id::{CampaignId, Ids, TenantId};
use domain::message::Author;
use jiff::SignedDuration;
use store::campaign::audience::Freezing;
use store::campaign::history;
use store::queue::{self, Claimed};
use store::{StoreError, SystemTx, TenantTx, campaign, event, statistics};
use tokio_util::sync::CancellationToken;

use crate::alarm::Alarm;
use crate::world::World;

mod check;
mod ground;
mod preview;
mod test;

pub(crate) use check::check;
pub use preview::Previewed;
pub(crate) use preview::preview;
pub(crate) use test::test;

/// How often it is looked whose time has come and who is done.
const ROUND: SignedDuration = SignedDuration::from_millis(500);
/// So many people are looked at in one transaction: others write in between.
const SOME: usize = 1_000;
/// So many campaigns start or end in one round.
const CAMPAIGNS: u32 = 100;

/// Gives everybody who is to get a campaign a row, some at a time; whoever dies with it goes on where it was.
pub(crate) async fn freeze(world: &Arc<World>, claimed: &Claimed, id: CampaignId) -> Result<(), StoreError> {
    let tenant = claimed.tenant;
    loop {
        let (now, ids) = (world.now(), world.ids());
        let head = world
            .store
            .write(tenant, async move |tx: &mut TenantTx<'_>| {
                let mut ids = ids.clone();
                let Some(held) = campaign::hold(tx, id).await? else { return Ok(None) };
                let goes = matches!(held.state, State::Scheduled | State::Running | State::Paused);
                let (Some(ready_at), true) = (held.starts_at, goes && !held.frozen) else { return Ok(None) };
                let (audience, some) = (&held.settings.audience, u32::try_from(SOME).unwrap_or(u32::MAX));
                let freezing = Freezing { campaign: id, settings: &held.settings, now, ready_at };
                let phones_from = usize::try_from(held.frozen_phones).unwrap_or(usize::MAX);
                let left = audience.phones.get(phones_from..).unwrap_or_default();
                let (to, phones, frozen);
                if left.is_empty() {
                    phones = held.frozen_phones;
                    to = match &held.settings.retry {
                        Some(retry) => {
                            campaign::retry::freeze(tx, &mut ids, freezing, retry, held.frozen_to, some).await?
                        }
                        None => campaign::audience::freeze(tx, &mut ids, freezing, held.frozen_to, some).await?,
                    };
                    frozen = to.is_none();
                } else {
                    let these = &left[..left.len().min(SOME)];
                    campaign::audience::freeze_phones(tx, &mut ids, freezing, these).await?;
                    phones = i64::try_from(phones_from + these.len()).map_err(StoreError::fault)?;
                    (to, frozen) = (None, false);
                }
                campaign::audience::frozen(tx, id, to, phones, frozen).await?;
                if let (Some(first), true) = (&held.settings.canary, frozen) {
                    campaign::canary::fill(tx, id, first).await?;
                }
                if frozen {
                    campaign::starts_with_the_first(tx, id).await?;
                }
                let head = event::append(tx, now, &[campaign::updated(id)]).await?;
                Ok::<_, StoreError>(Some((head, frozen)))
            })
            .await?;
        let Some((head, frozen)) = head else { break };
        world.told(tenant, head);
        world.sends.set(now);
        if frozen {
            break;
        }
    }
    world.store.system_write(async |tx| statistics::count_anew(tx).await).await?;
    let errand = claimed.id;
    world.store.write(tenant, async move |tx| queue::drop_errand(tx, errand).await).await
}

/// Starts campaigns whose time has come and ends those for which nobody waits, until it is time to stop.
pub(crate) async fn keep(world: Arc<World>, stop: CancellationToken) {
    let alarm = Alarm::default();
    while alarm.wait(&*world.clock, None, ROUND, &stop).await {
        if let Err(error) = round(&world).await {
            tracing::warn!(%error, "campaigns can be neither started nor ended at the moment");
        }
    }
}

async fn round(world: &Arc<World>) -> Result<(), StoreError> {
    let now = world.now();
    let (due, finished, undecided) = world
        .store
        .system_read(async move |tx| {
            let (due, finished) = (campaign::due(tx, now, CAMPAIGNS).await?, campaign::finished(tx, CAMPAIGNS).await?);
            Ok::<_, StoreError>((due, finished, campaign::canary::undecided(tx, CAMPAIGNS).await?))
        })
        .await?;
    if due.is_empty() && finished.is_empty() && undecided.is_empty() {
        return Ok(());
    }
    let ids = world.ids();
    let heads = world
        .store
        .system_write(async move |tx| {
            let (mut heads, mut ids) = (Vec::new(), ids.clone());
            for (tenant, id) in &due {
                heads.extend(go_on(tx, now, &mut ids, *tenant, *id, State::Scheduled, State::Running).await?);
            }
            for (tenant, id) in &undecided {
                heads.extend(canary::decide(tx, now, &mut ids, *tenant, *id).await?);
            }
            // Somebody may have given them more to do since they were read; then they are not done.
            let still = campaign::finished(tx, CAMPAIGNS).await?;
            for (tenant, id) in finished.iter().filter(|one| still.contains(one)) {
                heads.extend(go_on(tx, now, &mut ids, *tenant, *id, State::Running, State::Done).await?);
            }
            Ok::<_, StoreError>(heads)
        })
        .await?;
    world.sends.set(now);
    heads.into_iter().for_each(|(tenant, head)| world.told(tenant, head));
    Ok(())
}

async fn go_on(
    tx: &mut SystemTx<'_>,
    now: jiff::Timestamp,
    ids: &mut Ids,
    tenant: TenantId,
    id: CampaignId,
    from: State,
    to: State,
) -> Result<Option<(TenantId, i64)>, StoreError> {
    let mut tx = tx.for_tenant(tenant);
    let Some(held) = campaign::hold(&mut tx, id).await?.filter(|held| held.state == from) else { return Ok(None) };
    let line = campaign::go_on(&mut tx, now, id, to, held.starts_at).await?;
    let deed = if to == State::Done { Deed::Done } else { Deed::Started };
    let new = history::New { campaign: id, deed, by: Author::System, halt: None, note: None };
    history::add(&mut tx, now, ids.next(), new).await?;
    Ok(Some((tenant, event::append(&mut tx, now, &[line]).await?)))
}
