//! Looks for what begins workflows by time: people who came into a segment, whose day has come, who stay silent.
//!
//! Each trigger has a row that says how far it was looked for; whoever looks holds it for some people at a time. Two who look at
//! once find nobody twice: a segment remembers whom it has seen, a day and a text are keys that let nobody in again.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::condition::Checked;
use domain::id::{ContactId, SegmentId, TenantId, WorkflowId};
use domain::workflow::watch::MADE_UP_FOR;
use domain::workflow::{Coming, Locale, Source, Span, Trigger};
use jiff::{SignedDuration, Timestamp};
use store::workflow::watch::{self, Silent, Watch};
use store::{StoreError, TenantTx, enrolment, segment, tenant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::alarm::Alarm;
use crate::world::World;

/// So many people are looked at in one transaction.
const SOME: u32 = 500;
/// So many triggers are taken in hand at once.
const AT_ONCE: u32 = 64;
/// How long a trigger that was just published waits to be looked for.
const POLL: SignedDuration = SignedDuration::from_millis(500);
/// One that cannot be looked for is left alone so long.
const PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// A text that waits to go out is asked for again after this.
const UNSENT: SignedDuration = SignedDuration::from_mins(15);
/// So many times that many of a segment are found before the other triggers have their turn.
const ROUNDS: usize = 20;
/// Looking at a segment takes at most one part of so many of the time: a large one is looked at less often.
const SHARE: i32 = 30;

/// Looks until it is time to stop.
pub(crate) async fn run(world: Arc<World>, stop: CancellationToken) {
    let alarm = Alarm::default();
    let mut next = None;
    while alarm.wait(&*world.clock, next, POLL, &stop).await {
        next = match pass(&world, &stop).await {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(%error, "triggers that come by time cannot be looked for at the moment");
                None
            }
        };
    }
}

/// Looks for all that are due. Answers when the next one is.
async fn pass(world: &Arc<World>, stop: &CancellationToken) -> Result<Option<Timestamp>, StoreError> {
    loop {
        let now = world.now();
        let due = world.store.system_read(async move |tx| watch::due(tx, now, AT_ONCE).await).await?;
        let mut moved = false;
        for (tenant, id) in &due {
            if stop.is_cancelled() {
                return Ok(None);
            }
            moved |= look(world, *tenant, *id).await?;
        }
        if due.is_empty() {
            return world.store.system_read(async move |tx| watch::next_due(tx).await).await;
        }
        // The others are in somebody else's hands.
        if !moved {
            return Ok(None);
        }
    }
}

/// Looks for one. Whether it came any further.
async fn look(world: &Arc<World>, tenant: TenantId, id: Uuid) -> Result<bool, StoreError> {
    match step(world, tenant, id).await {
        Ok(moved) => Ok(moved),
        Err(error) => {
            tracing::warn!(%error, %tenant, "a trigger cannot be looked for; it is left alone for a while");
            let until = world.now().checked_add(PAUSE).map_err(StoreError::fault)?;
            world.store.write(tenant, async move |tx| watch::put_off(tx, id, until).await).await?;
            Ok(true)
        }
    }
}

/// What a transaction did.
enum Step {
    /// Somebody else holds it.
    Nothing,
    /// It came further.
    Moved,
    /// It is looked for elsewhere: whom a segment means takes a while to find.
    Segment(Watch, SegmentId),
}

async fn step(world: &Arc<World>, tenant: TenantId, id: Uuid) -> Result<bool, StoreError> {
    let (now, ids) = (world.now(), world.ids());
    let work = async move |tx: &mut TenantTx<'_>| {
        let Some(mut held) = watch::hold(tx, id, now).await? else { return Ok(Step::Nothing) };
        if held.is_over {
            if !watch::forget(tx, id, SOME).await? {
                watch::remove(tx, id).await?;
            }
            return Ok(Step::Moved);
        }
        let trigger = held.trigger.clone();
        let coming = match &trigger {
            Trigger::Date { field, .. } => days(tx, now, &mut held, field).await?,
            Trigger::NoReply(span) => silences(tx, now, &mut held, *span).await?,
            Trigger::SegmentEntered(segment) => return Ok(Step::Segment(held, *segment)),
            // Nobody watches for any other.
            _ => Vec::new(),
        };
        let due = if held.until.is_some() { now } else { trigger.next_look(held.since) };
        watch::go_on(tx, &held, due).await?;
        enrolment::enter(tx, now, &mut ids.clone(), &coming).await?;
        Ok::<_, StoreError>(Step::Moved)
    };
    match world.store.write(tenant, work).await? {
        Step::Nothing => Ok(false),
        Step::Moved => Ok(true),
        Step::Segment(held, segment) => members(world, tenant, &held, segment).await,
    }
}

/// Those whose day has come since the last look: some more of them.
async fn days(tx: &mut TenantTx<'_>, now: Timestamp, held: &mut Watch, field: &str) -> Result<Vec<Coming>, StoreError> {
    let until = held.until.unwrap_or(now);
    let since = held.since.max(until.checked_sub(MADE_UP_FOR).map_err(StoreError::fault)?);
    let days = held.trigger.days_that_fire(since, until);
    let found = watch::dated(tx, field, &days, held.after, SOME).await?;
    let ours = tenant::settings(tx).await?.time_zone;
    let mut coming = Vec::new();
    for one in &found {
        let Some(phone) = &one.phone else { continue };
        let theirs = Locale::clock(one.time_zone.as_deref(), phone, &ours);
        if let Some(at) = held.trigger.next_date(one.day, since, &theirs).filter(|at| *at <= until) {
            let key = held.trigger.key_of_day(at, &theirs);
            coming.push(comes(held.workflow, one.contact, Some(key), Source::Date));
        }
    }
    came_to(held, until, found.last().filter(|_| found.len() >= SOME as usize).map(|last| last.contact.0));
    Ok(coming)
}

/// Those who have answered nothing for as long as it takes: some more of them.
async fn silences(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    held: &mut Watch,
    span: Span,
) -> Result<Vec<Coming>, StoreError> {
    let until = held.until.unwrap_or(now);
    let since = held.since.max(until.checked_sub(MADE_UP_FOR).map_err(StoreError::fault)?);
    let before = |at: Timestamp| at.checked_sub(span.length()).map_err(StoreError::fault);
    let (count, mut all) = watch::waited(tx, held.id, until, SOME).await?;
    let found = watch::silent(tx, (before(since)?, before(until)?), held.after, SOME).await?;
    let last = found.last().filter(|_| found.len() >= SOME as usize).map(|last| last.conversation.0);
    all.extend(found);
    let (mut coming, mut later) = (Vec::new(), Vec::new());
    for one in all {
        match falls_silent(&one, span, until) {
            Some(at) if at > until => later.push((one.conversation, at)),
            Some(_) if one.own != Some(held.workflow) => coming.push(Coming {
                phone: Some(one.phone),
                number: Some(one.number),
                ..comes(held.workflow, one.contact, Some(format!("silent:{}", one.message)), Source::NoReply)
            }),
            _ => {}
        }
    }
    watch::later(tx, held.id, &later).await?;
    // Where all conversations were looked at, those that wait may not be.
    let rest = (count >= SOME as usize).then_some(Uuid::max());
    came_to(held, until, last.or(rest));
    Ok(coming)
}

/// When it is to be seen whether somebody stays silent; in the past: they did. `None`: never.
fn falls_silent(one: &Silent, span: Span, now: Timestamp) -> Option<Timestamp> {
    match one.sent_at {
        Some(at) => at.checked_add(span.length()).ok(),
        None => now.checked_add(UNSENT).ok(),
    }
}

/// `after`: where the round goes on; `None`: it is over.
fn came_to(held: &mut Watch, until: Timestamp, after: Option<Uuid>) {
    held.after = after;
    if after.is_some() {
        held.until = Some(until);
    } else {
        (held.since, held.until) = (until, None);
    }
}

/// Those who came into a segment since it was last looked at, or left it. Whom it means is read beside the writer.
async fn members(world: &Arc<World>, tenant: TenantId, held: &Watch, segment: SegmentId) -> Result<bool, StoreError> {
    let (began, id) = (world.now(), held.id);
    let find = async move |tx: &mut TenantTx<'_>| {
        Ok::<_, StoreError>(segment::checked(tx, &[segment]).await?.remove(&segment))
    };
    // One that is gone, or makes no sense any more, means nobody; whom it meant is known if it does again.
    let condition = world.store.read(tenant, find).await?.map(Arc::new);
    if let Some(condition) = &condition {
        let mut after = held.after;
        for _ in 0..ROUNDS {
            after = came(world, tenant, held, condition, after).await?;
            if after.is_none() {
                break;
            }
        }
        if after.is_some() {
            return so_far(world, tenant, id, after).await;
        }
        while left(world, tenant, held, condition).await? >= SOME as usize {}
    }
    let now = world.now();
    // Everybody is looked at for the first time once: that says nothing of how long the next look takes.
    let took = now.duration_since(began).saturating_mul(if held.looked { SHARE } else { 0 });
    let write = async move |tx: &mut TenantTx<'_>| {
        let Some(mut held) = watch::hold(tx, id, now).await? else { return Ok(false) };
        held.after = None;
        let due = held.trigger.next_look(now).max(now.checked_add(took).map_err(StoreError::fault)?);
        let looked = held.looked || condition.is_some();
        watch::go_on(tx, &Watch { looked, since: now, ..held }, due).await?;
        Ok::<_, StoreError>(true)
    };
    world.store.write(tenant, write).await
}

/// The look at a segment has come so far; it goes on when the others had their turn.
async fn so_far(world: &Arc<World>, tenant: TenantId, id: Uuid, after: Option<Uuid>) -> Result<bool, StoreError> {
    let now = world.now();
    let write = async move |tx: &mut TenantTx<'_>| {
        let Some(held) = watch::hold(tx, id, now).await? else { return Ok(false) };
        watch::go_on(tx, &Watch { after, ..held }, now).await?;
        Ok::<_, StoreError>(true)
    };
    world.store.write(tenant, write).await
}

/// Some who came, behind `after`. Answers behind whom there may be more.
async fn came(
    world: &Arc<World>,
    tenant: TenantId,
    held: &Watch,
    condition: &Arc<Checked>,
    after: Option<Uuid>,
) -> Result<Option<Uuid>, StoreError> {
    let (now, ids, id, condition) = (world.now(), world.ids(), held.id, Arc::clone(condition));
    let from = (!held.looked, after);
    let read = async move |tx: &mut TenantTx<'_>| watch::newcomers(tx, now, id, &condition, from, SOME).await;
    let found = world.store.read(tenant, read).await?;
    if found.is_empty() {
        return Ok(None);
    }
    let last = found.last().filter(|_| found.len() >= SOME as usize).map(|last| last.0);
    let write = async move |tx: &mut TenantTx<'_>| {
        let Some(held) = watch::hold(tx, id, now).await?.filter(|held| !held.is_over) else { return Ok(false) };
        let new = watch::remember(tx, id, &found).await?;
        if !held.looked {
            return Ok(true);
        }
        let coming: Vec<Coming> =
            new.iter().map(|contact| comes(held.workflow, *contact, None, Source::SegmentEntered)).collect();
        enrolment::enter(tx, now, &mut ids.clone(), &coming).await?;
        Ok::<_, StoreError>(true)
    };
    let is_ours = world.store.write(tenant, write).await?;
    Ok(last.filter(|_| is_ours))
}

/// Some who left: when they come again, they enter again. Answers how many were found.
async fn left(
    world: &Arc<World>,
    tenant: TenantId,
    held: &Watch,
    condition: &Arc<Checked>,
) -> Result<usize, StoreError> {
    let (now, id, condition) = (world.now(), held.id, Arc::clone(condition));
    let read = async move |tx: &mut TenantTx<'_>| watch::left(tx, now, id, &condition, SOME).await;
    let found = world.store.read(tenant, read).await?;
    let count = found.len();
    if count > 0 {
        world.store.write(tenant, async move |tx| watch::leave(tx, id, &found).await).await?;
    }
    Ok(count)
}

fn comes(workflow: WorkflowId, contact: ContactId, key: Option<String>, source: Source) -> Coming {
    Coming { workflow, contact, phone: None, number: None, key, source, variables: BTreeMap::new() }
}
