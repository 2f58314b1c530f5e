//! Short links: where they lead, and who follows them.
//!
//! Whoever follows one is sent on before anything is written. A click waits in memory until the loop below keeps it, within a
//! second and many together: a process that is killed loses the clicks of that second, and nothing else is lost. A stop keeps
//! all. Kept clicks are judged some seconds later; whoever dies with that has it done by the next.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use domain::id::{TenantId, named};
use domain::link::{self, DAYS_MAX, HELD_FOR, Request, judge};
use jiff::{SignedDuration, Timestamp};
use store::link::Click;
use store::{StoreError, event};
use tokio_util::sync::CancellationToken;

use crate::alarm::Alarm;
use crate::world::World;

/// A click waits so long to be kept.
const ROUND: SignedDuration = SignedDuration::from_secs(1);
/// So many wait at most; more are a flood, of which the rest is only counted.
const WAITING_MAX: usize = 20_000;
/// So many are kept, or judged, in one transaction.
const SOME: usize = 500;
/// What follows the same link from the same place within this is one click.
const SAME_FOR: i64 = 60;

/// Clicks on their way to the disk.
#[derive(Debug, Default)]
pub(crate) struct Clicks(Mutex<Vec<Click>>);

/// Somebody who follows a link.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// On which host, with its port if it names one.
    pub host: &'a str,
    /// From which address.
    pub address: &'a str,
    /// What the request says of itself.
    pub request: Request<'a>,
}

impl Clicks {
    fn add(&self, click: Click) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < WAITING_MAX {
            waiting.push(click);
        } else {
            metrics::counter!("link_clicks_dropped_total").increment(1);
        }
    }

    fn take(&self) -> Vec<Click> {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Back in line, before those that came meanwhile.
    fn put_back(&self, mut clicks: Vec<Click>) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        clicks.append(&mut waiting);
        clicks.truncate(WAITING_MAX);
        *waiting = clicks;
    }
}

/// Where a code leads, and that somebody followed it. `None`: nowhere.
pub(crate) async fn follow(world: &World, code: &str, visit: Visit<'_>) -> Result<Option<String>, StoreError> {
    if !link::is_code(code) {
        return Ok(None);
    }
    let now = world.now();
    let since = now.checked_sub(SignedDuration::from_hours(24 * DAYS_MAX)).map_err(StoreError::fault)?;
    let wanted = code.to_owned();
    let found = world.store.system_read(async move |tx| store::link::find(tx, &wanted, since).await).await?;
    // On another tenant's host it would lead whoever trusts that one wherever this one likes.
    let here = |base: &str| link::host(base).is_some_and(|host| host.eq_ignore_ascii_case(visit.host));
    let Some(found) = found.filter(|found| here(&found.base)) else { return Ok(None) };
    let Ok(key) = world.sealer.link_key() else { return Ok(Some(found.url)) };
    let origin = key.hash(&[b"origin", visit.address.as_bytes(), visit.request.agent.as_bytes()]);
    let verdict = link::of_request(visit.request);
    let from = now.as_second().div_euclid(SAME_FOR) * SAME_FOR;
    // A phone that fetches ahead is no reason not to count the person who follows.
    let what = verdict.map_or("", link::Verdict::as_str);
    let half = |which: &[u8]| {
        let (recipient, link) = (found.recipient.0.as_bytes(), found.link.as_bytes());
        key.hash(&[which, recipient, link, &origin.to_le_bytes(), &from.to_le_bytes(), what.as_bytes()])
    };
    let digest = u128::from(half(b"click, first half")) << 64 | u128::from(half(b"click, second half"));
    world.clicks.add(Click {
        id: named(Timestamp::from_second(from).unwrap_or(now), digest),
        tenant: found.tenant,
        link: found.link,
        campaign: found.campaign,
        recipient: found.recipient,
        agent: link::agent(visit.request.agent),
        origin: origin.cast_signed(),
        verdict,
        at: now,
    });
    Ok(Some(found.url))
}

/// Keeps clicks and judges them, until it is time to stop; then keeps what still waits.
pub(crate) async fn keep(world: Arc<World>, stop: CancellationToken) {
    let alarm = Alarm::default();
    while alarm.wait(&*world.clock, None, ROUND, &stop).await {
        write(&world).await;
        if let Err(error) = judge_some(&world).await {
            tracing::warn!(%error, "clicks on short links cannot be judged at the moment");
        }
    }
    write(&world).await;
}

async fn write(world: &Arc<World>) {
    let mut waiting = world.clicks.take();
    while !waiting.is_empty() {
        let rest = waiting.split_off(waiting.len().min(SOME));
        let some = waiting.clone();
        let kept = world
            .store
            .system_write(async move |tx| {
                for (tenant, clicks) in by_tenant(&some, |click| click.tenant) {
                    store::link::add(&mut tx.for_tenant(tenant), &clicks).await?;
                }
                Ok::<_, StoreError>(())
            })
            .await;
        if let Err(error) = kept {
            tracing::warn!(%error, "clicks on short links cannot be kept at the moment");
            waiting.extend(rest);
            world.clicks.put_back(waiting);
            return;
        }
        waiting = rest;
    }
}

async fn judge_some(world: &Arc<World>) -> Result<(), StoreError> {
    let now = world.now();
    let until = now.checked_sub(HELD_FOR).map_err(StoreError::fault)?;
    let limit = u32::try_from(SOME).unwrap_or(u32::MAX);
    loop {
        let (count, heads) = world
            .store
            .system_write(async move |tx| {
                let some = store::link::waiting(tx, until, limit).await?;
                let mut heads = Vec::new();
                for (tenant, clicks) in by_tenant(&some, |click| click.tenant) {
                    let mut tx = tx.for_tenant(tenant);
                    let judged = store::link::judge(&mut tx, &clicks, judge).await?;
                    for (verdict, count) in &judged.counts {
                        metrics::counter!("link_clicks_total", "verdict" => verdict.as_str()).increment(*count);
                    }
                    if !judged.lines.is_empty() {
                        heads.push((tenant, event::append(&mut tx, now, &judged.lines).await?));
                    }
                }
                Ok::<_, StoreError>((some.len(), heads))
            })
            .await?;
        heads.into_iter().for_each(|(tenant, head)| world.told(tenant, head));
        if count < SOME {
            return Ok(());
        }
    }
}

fn by_tenant<T>(all: &[T], tenant: impl Fn(&T) -> TenantId) -> HashMap<TenantId, Vec<&T>> {
    let mut by: HashMap<TenantId, Vec<&T>> = HashMap::new();
    for one in all {
        by.entry(tenant(one)).or_default().push(one);
    }
    by
}
