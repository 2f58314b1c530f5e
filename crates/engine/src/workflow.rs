//! Ways through workflows: whoever is to enter is let in, and whoever was told something or whose time has come takes a turn.
//!
//! A transaction holds the turns of many: their states are read and locked, what is known of the people is read once for all, the
//! pure [`advance`](domain::workflow::advance) is asked for each, and what it says is written: states, log, sums, and what is to be
//! done, each where its worker finds it.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::id::{ContactId, EnrolmentId, Ids, TenantId};
use domain::workflow::{Coming, Event, Word};
use jiff::{SignedDuration, Timestamp};
use store::enrolment::{self, Entering};
use store::event::{self, Line};
use store::remember::Aftermath;
use store::{StoreError, SystemTx, TenantTx, queue};
use tokio_util::sync::CancellationToken;

use crate::world::World;

mod act;
mod around;
mod deeds;
mod described;
mod enter;
mod select;
mod turns;
pub(crate) mod watch;
mod who;

pub(crate) use act::act;
pub use act::seal_workflow_secret;
pub(crate) use described::draft;
pub use described::{Drafted, NotDrafted};
pub(crate) use select::let_in;
use turns::Turns;

/// So many ways take their turns in one transaction.
const BATCH: u32 = 256;
/// Those who come behind others get at least one part of so many of it.
const SHARES: u32 = 8;
/// How long a lost wake-up can delay a turn.
const POLL: SignedDuration = SignedDuration::from_millis(500);
/// A turn that cannot be written waits so long.
const PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// What texts had turns is not known where a tenant's transaction takes turns: then no deadline is over.
const UNHEARD: Timestamp = Timestamp::MIN;

/// Takes turns until it is time to stop.
pub(crate) async fn run(world: Arc<World>, stop: CancellationToken) {
    tokio::select! {
        () = take_turns(&world, &stop) => {}
        () = listen(&world) => {}
    }
}

/// Rings when something was written for ways in this process, by whomever.
async fn listen(world: &World) {
    loop {
        world.store.workflows_stirred().await;
        world.workflows.set(world.now());
    }
}

async fn take_turns(world: &Arc<World>, stop: &CancellationToken) {
    let mut next = None;
    while world.workflows.wait(&*world.clock, next, POLL, stop).await {
        next = match pass(world, stop).await {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(%error, "workflows cannot go on at the moment");
                world.now().checked_add(POLL).ok()
            }
        };
    }
}

/// Takes every turn that can be taken now, and answers when the next one can.
async fn pass(world: &Arc<World>, stop: &CancellationToken) -> Result<Option<Timestamp>, StoreError> {
    loop {
        let taken = match together(world, BATCH).await {
            Ok(taken) => taken,
            Err(error) => {
                tracing::warn!(%error, "turns of workflows failed together; they are taken one by one");
                one_by_one(world).await?
            }
        };
        if !taken.more || stop.is_cancelled() {
            return Ok(taken.next);
        }
    }
}

struct Taken {
    /// There may be more to take at once.
    more: bool,
    /// When the next one after that wants to be taken.
    next: Option<Timestamp>,
}

async fn together(world: &Arc<World>, limit: u32) -> Result<Taken, StoreError> {
    let now = world.now();
    let ids = world.ids();
    let (taken, together) = world
        .store
        .system_write(async move |tx| {
            let mut ids = ids.clone();
            enrolment::wake(tx, now, limit).await?;
            // Whoever was told something, or whose time has come, does not wait for those who have not even begun.
            let told = enrolment::told(tx, now, limit).await?;
            let due = enrolment::due(tx, now, room(limit, told.len())).await?;
            let entering = enrolment::entering(tx, now, room(limit, told.len() + due.len())).await?;
            // Several words may be for one way: whether there are more is known when there are none.
            let more = !(entering.is_empty() && told.is_empty() && due.is_empty());
            let mut of_tenants: BTreeMap<TenantId, (Vec<Entering>, Vec<EnrolmentId>)> = BTreeMap::new();
            for one in entering {
                of_tenants.entry(one.tenant).or_default().0.push(one);
            }
            for (tenant, way) in told.into_iter().chain(due) {
                of_tenants.entry(tenant).or_default().1.push(way);
            }
            let mut taken = Together::default();
            let heard = if of_tenants.is_empty() { None } else { queue::behind_since(tx, now).await? };
            for (tenant, (entering, ways)) in of_tenants {
                let times = (now, heard.unwrap_or(now));
                taken.take(&mut tx.for_tenant(tenant), times, &mut ids, ways, &entering).await?;
            }
            taken.log(tx, now).await?;
            // What others hold is theirs: whoever finds nothing else waits for them.
            let more = more && taken.ways > 0;
            let next = if more { Some(now) } else { enrolment::next_due(tx).await? };
            Ok::<_, StoreError>((Taken { more, next: next.filter(|next| *next > now) }, taken))
        })
        .await?;
    together.announce(world);
    Ok(taken)
}

/// How many more are taken besides so many: some of each, however many the others are. One at a time is one.
fn room(limit: u32, taken: usize) -> u32 {
    limit.saturating_sub(u32::try_from(taken).unwrap_or(limit)).max(limit / SHARES)
}

/// What one transaction did.
#[derive(Default)]
struct Together {
    ways: usize,
    turns: usize,
    doors: Vec<(ContactId, Result<EnrolmentId, &'static str>)>,
    after: Aftermath,
    lines: Vec<(TenantId, Vec<Line>)>,
    heads: Vec<(TenantId, i64)>,
}

impl Together {
    /// Takes the turns of a tenant's. `times`: now, and since when texts have had no turns.
    async fn take(
        &mut self,
        tx: &mut TenantTx<'_>,
        times: (Timestamp, Timestamp),
        ids: &mut Ids,
        ways: Vec<EnrolmentId>,
        entering: &[Entering],
    ) -> Result<(), StoreError> {
        let mut turns = Turns::of(tx, times, ids, ways, entering).await?;
        self.doors.extend(turns.enter(entering));
        turns.take();
        self.turns += turns.taken();
        self.ways += turns.len().max(entering.len());
        let lines = turns.write(tx, entering, &mut self.after).await?;
        if !lines.is_empty() {
            self.lines.push((tx.tenant(), lines));
        }
        Ok(())
    }

    /// Tells it in the logs. Numbers of a log are taken last: until the end of the transaction nobody else of the tenant gets one.
    async fn log(&mut self, tx: &mut SystemTx<'_>, now: Timestamp) -> Result<(), StoreError> {
        for (tenant, lines) in std::mem::take(&mut self.lines) {
            self.heads.push((tenant, event::append(&mut tx.for_tenant(tenant), now, &lines).await?));
        }
        Ok(())
    }

    /// Tells what one tenant's transaction did. Answers the head of its log.
    async fn log_one(self, tx: &mut TenantTx<'_>, now: Timestamp) -> Result<Option<i64>, StoreError> {
        match self.lines.first() {
            Some((_, lines)) => event::append(tx, now, lines).await.map(Some),
            None => Ok(None),
        }
    }

    fn announce(&self, world: &World) {
        metrics::counter!("workflow_turns_total").increment(self.turns as u64);
        world.committed(&self.after);
        for (tenant, head) in &self.heads {
            world.told(*tenant, *head);
        }
    }
}

/// Lets people in at once, for whoever waits for it. Answers of each, in their order, which way they are on, or the stable code of
/// the reason why they were not let in; and the head of the tenant's log.
pub(crate) async fn enter(
    world: &World,
    tx: &mut TenantTx<'_>,
    coming: Vec<Coming>,
) -> Result<(Vec<(ContactId, Result<EnrolmentId, &'static str>)>, Option<i64>), StoreError> {
    let (now, mut ids, tenant) = (world.now(), world.ids(), tx.tenant());
    let entering = coming.into_iter().map(|coming| Entering { tenant, id: ids.next(), ready_at: now, coming });
    let entering: Vec<Entering> = entering.collect();
    let mut together = Together::default();
    together.take(tx, (now, UNHEARD), &mut ids, Vec::new(), &entering).await?;
    let doors = std::mem::take(&mut together.doors);
    Ok((doors, together.log_one(tx, now).await?))
}

/// Tells somebody's way something, and takes its turn at once if nobody else has it in hand. Answers the head of the tenant's log.
pub(crate) async fn tell(
    world: &World,
    tx: &mut TenantTx<'_>,
    way: EnrolmentId,
    event: Event,
) -> Result<Option<i64>, StoreError> {
    let (now, mut ids) = (world.now(), world.ids());
    enrolment::tell(tx, now, &mut ids, &[(way, Word::Event(event))]).await?;
    let mut together = Together::default();
    together.take(tx, (now, UNHEARD), &mut ids, vec![way], &[]).await?;
    together.log_one(tx, now).await
}

/// One at a time. The first that fails by itself is put off, so that the others go on.
async fn one_by_one(world: &Arc<World>) -> Result<Taken, StoreError> {
    for _ in 0..BATCH {
        match together(world, 1).await {
            Ok(taken) if !taken.more => return Ok(taken),
            Ok(_) => {}
            Err(error) => put_off(world, &error).await?,
        }
    }
    Ok(Taken { more: true, next: None })
}

async fn put_off(world: &Arc<World>, error: &StoreError) -> Result<(), StoreError> {
    let now = world.now();
    let kind = error.kind();
    let stuck = world.store.system_write(async move |tx| enrolment::put_off(tx, now, PAUSE).await).await?;
    if let Some(what) = stuck {
        tracing::error!(%what, kind, "a turn of a workflow cannot be written; it is kept and tried again and again");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A million who enter hold up nobody who has written, and the other way round nobody waits for ever.
    #[test]
    fn a_batch_has_room_for_everybody() {
        for (limit, taken, expected) in
            [(256, 0, 256), (256, 56, 200), (256, 250, 32), (256, 512, 32), (1, 0, 1), (1, 1, 0)]
        {
            assert_eq!(room(limit, taken), expected, "{taken} of {limit}");
        }
    }
}
