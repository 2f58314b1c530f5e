//! A turn: reads the scene, decides, remembers. Many turns share one transaction; one that fails is taken alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::decide;
use domain::decision::Decision;
use domain::fact::{CarrierReported, Fact, TextArrived};
use domain::id::{ConversationId, Ids, MessageId, TenantId};
use domain::phone::Address;
use jiff::{SignedDuration, Timestamp};
use store::event::Line;
use store::queue::{self, Waiting};
use store::remember::{Aftermath, is_race, remember};
use store::scene::{self, Known};
use store::{StoreError, SystemTx, TenantTx, event};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::world::World;

/// So many turns share a transaction: enough to pay for its fsync, few enough that a webhook behind it does not wait long.
const BATCH: u32 = 64;
/// How long a lost wake-up can delay a turn.
const POLL: SignedDuration = SignedDuration::from_millis(500);
/// A turn that fails this often is told to the operator. It is kept and tried on: what was accepted is not lost.
const ATTEMPTS_MAX: u32 = 8;

/// Takes turns until it is time to stop. `worker` of `workers` begins at its own shard, so that they seldom meet.
pub(crate) async fn take_turns(world: Arc<World>, worker: usize, stop: CancellationToken) {
    let mut next = None;
    while world.turns.wait(&*world.clock, next, POLL, &stop).await {
        next = match pass(&world, worker, &stop).await {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(%error, "no turns can be taken at the moment");
                world.now().checked_add(POLL).ok()
            }
        };
    }
}

/// Takes every turn that waits now, and answers when the next one wants to be taken.
async fn pass(world: &Arc<World>, worker: usize, stop: &CancellationToken) -> Result<Option<Timestamp>, StoreError> {
    let mut next: Option<Timestamp> = None;
    let mut shards = world.store.system_read(async |tx| queue::next_turns(tx).await).await?;
    let start = worker % shards.len().max(1);
    shards.rotate_left(start);
    for (shard, ready_at) in shards {
        if ready_at > world.now() {
            next = Some(next.map_or(ready_at, |next| next.min(ready_at)));
            continue;
        }
        while !stop.is_cancelled() && batch(world, shard).await? == BATCH {}
    }
    Ok(next)
}

/// Takes a batch of turns of one shard; one by one if they do not go together.
async fn batch(world: &Arc<World>, shard: i64) -> Result<u32, StoreError> {
    match together(world, shard, BATCH).await {
        Ok(taken) => Ok(taken),
        Err(error) => {
            tracing::warn!(%error, shard, "a batch of turns failed; its turns are taken one by one");
            alone(world, shard).await
        }
    }
}

async fn together(world: &Arc<World>, shard: i64, limit: u32) -> Result<u32, StoreError> {
    let now = world.now();
    let ids = world.ids();
    let (taken, log) = world
        .store
        .system_write(async move |tx| {
            let mut ids = ids.clone();
            let mut batch = Batch::default();
            let waiting = queue::waiting(tx, shard, now, limit).await?;
            lock_lanes(tx, waiting.iter().map(|fact| fact.lane)).await?;
            for fact in &waiting {
                let outcome = take(tx, &mut batch, now, &mut ids, fact).await?;
                queue::finish(tx, fact.id, outcome.tenant, now, outcome.without_turn).await?;
            }
            Ok::<_, StoreError>((waiting.len(), batch.log(tx, now).await?))
        })
        .await?;
    log.announce(world);
    Ok(u32::try_from(taken).unwrap_or(BATCH))
}

/// One turn at a time; the one that fails by itself waits longer and longer, up to minutes.
async fn alone(world: &Arc<World>, shard: i64) -> Result<u32, StoreError> {
    for _ in 0..BATCH {
        match together(world, shard, 1).await {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => put_off(world, shard, &error).await?,
        }
    }
    Ok(0)
}

async fn put_off(world: &Arc<World>, shard: i64, error: &StoreError) -> Result<(), StoreError> {
    let now = world.now();
    let kind = error.kind();
    let stuck = world
        .store
        .system_write(async move |tx| {
            let Some(first) = queue::waiting(tx, shard, now, 1).await?.pop() else { return Ok(None) };
            let pause = SignedDuration::from_millis(200 << first.attempts.min(11));
            queue::postpone(tx, first.id, now.checked_add(pause).map_err(StoreError::fault)?).await?;
            Ok::<_, StoreError>((first.attempts + 1 >= ATTEMPTS_MAX).then_some(first.id))
        })
        .await?;
    if let Some(id) = stuck {
        tracing::error!(%id, kind, "the turn of a fact fails again and again; it is kept and tried every few minutes");
    }
    Ok(())
}

/// How something that we performed ended: a fact that is not in the inbox, because what it answers to still holds its
/// lease.
#[derive(Debug, Clone)]
pub(crate) struct Ending {
    pub(crate) tenant: TenantId,
    pub(crate) lane: Uuid,
    pub(crate) fact: Fact,
}

/// Takes the turns of endings, together; one by one if they do not go together. One that cannot be remembered at all is
/// left to its lease.
///
/// False: one could not be.
pub(crate) async fn take_endings(world: &Arc<World>, endings: Vec<Ending>) -> bool {
    let endings = Arc::new(endings);
    let Err(error) = take_some(world, &endings, 0..endings.len()).await else { return true };
    let mut all = true;
    if endings.len() > 1 {
        tracing::warn!(%error, "some outcomes could not be remembered together; they are taken one by one");
    }
    for at in 0..endings.len() {
        let mut taken = false;
        for attempt in 0..ATTEMPTS_MAX {
            match take_some(world, &endings, at..at + 1).await {
                Ok(()) => {
                    taken = true;
                    break;
                }
                Err(error) => {
                    tracing::warn!(%error, attempt, "an outcome could not be remembered");
                    let pause = SignedDuration::from_millis(50 << attempt);
                    world.clock.sleep_until(world.now().checked_add(pause).unwrap_or(Timestamp::MAX)).await;
                }
            }
        }
        all &= taken;
    }
    all
}

async fn take_some(
    world: &Arc<World>,
    endings: &Arc<Vec<Ending>>,
    which: std::ops::Range<usize>,
) -> Result<(), StoreError> {
    let now = world.now();
    let ids = world.ids();
    let endings = Arc::clone(endings);
    let told = world
        .store
        .system_write(async move |tx| {
            let mut ids = ids.clone();
            let mut batch = Batch::default();
            lock_lanes(tx, endings[which.clone()].iter().map(|ending| ending.lane)).await?;
            for ending in &endings[which.clone()] {
                take_ending(tx, &mut batch, now, &mut ids, ending).await?;
            }
            batch.log(tx, now).await
        })
        .await?;
    told.announce(world);
    Ok(())
}

async fn take_ending(
    tx: &mut SystemTx<'_>,
    batch: &mut Batch,
    now: Timestamp,
    ids: &mut Ids,
    ending: &Ending,
) -> Result<(), StoreError> {
    let after = {
        let mut tx = tx.for_tenant(ending.tenant);
        let decision = decide(&mut tx, &mut batch.known, now, ids, ending.lane, &ending.fact).await?;
        remember_or_retry(&mut tx, now, ids, &decision).await?
    };
    batch.add(ending.tenant, after);
    Ok(())
}

/// Everybody locks lanes in the same order, so that two who want some of the same do not wait for each other for ever.
async fn lock_lanes(tx: &mut SystemTx<'_>, lanes: impl Iterator<Item = Uuid>) -> Result<(), StoreError> {
    for lane in lanes.collect::<BTreeSet<_>>() {
        tx.lock_lane(lane).await?;
    }
    Ok(())
}

/// What the turns of one transaction have in common.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) known: Known,
    lines: BTreeMap<TenantId, Vec<Line>>,
    after: Aftermath,
}

/// What is told after the commit.
#[derive(Debug)]
pub(crate) struct Told {
    after: Aftermath,
    pub(crate) heads: Vec<(TenantId, i64)>,
}

impl Batch {
    pub(crate) fn add(&mut self, tenant: TenantId, mut after: Aftermath) {
        self.lines.entry(tenant).or_default().append(&mut after.lines);
        self.after.join(after);
    }

    /// Numbers the lines, tenant by tenant in the order of their ids: everybody locks the counters in the same order.
    pub(crate) async fn log(self, tx: &mut SystemTx<'_>, now: Timestamp) -> Result<Told, StoreError> {
        let mut heads = Vec::with_capacity(self.lines.len());
        for (tenant, lines) in self.lines {
            if !lines.is_empty() {
                let mut tx = tx.for_tenant(tenant);
                heads.push((tenant, event::append(&mut tx, now, &lines).await?));
            }
        }
        Ok(Told { after: self.after, heads })
    }
}

impl Told {
    pub(crate) fn announce(&self, world: &World) {
        world.committed(&self.after);
        for (tenant, head) in &self.heads {
            world.told(*tenant, *head);
        }
    }
}

/// How a turn went.
struct Outcome {
    tenant: Option<TenantId>,
    /// Why there was none to take.
    without_turn: Option<&'static str>,
}

impl Outcome {
    const fn taken(tenant: TenantId) -> Self {
        Self { tenant: Some(tenant), without_turn: None }
    }
    fn none(reason: &'static str) -> Self {
        metrics::counter!("facts_unclaimed_total", "outcome" => reason).increment(1);
        Self { tenant: None, without_turn: Some(reason) }
    }
}

async fn take(
    tx: &mut SystemTx<'_>,
    batch: &mut Batch,
    now: Timestamp,
    ids: &mut Ids,
    waiting: &Waiting,
) -> Result<Outcome, StoreError> {
    let Some(fact) = &waiting.fact else { return Ok(Outcome::none("unreadable")) };
    let tenant = match (fact, waiting.tenant) {
        (Fact::TextArrived(text), _) => return text_arrived(tx, batch, now, ids, waiting.lane, text).await,
        (Fact::CarrierReported(report), _) => {
            let Some(tenant) = owner_of_report(tx, batch, report).await? else {
                return Ok(Outcome::none("no_such_message"));
            };
            tenant
        }
        (_, Some(tenant)) => tenant,
        (_, None) => return Ok(Outcome::none("nobody's")),
    };
    let after = {
        let mut tx = tx.for_tenant(tenant);
        let decision = decide(&mut tx, &mut batch.known, now, ids, waiting.lane, fact).await?;
        remember_or_retry(&mut tx, now, ids, &decision).await?
    };
    batch.add(tenant, after);
    Ok(Outcome::taken(tenant))
}

/// The tenant by the number texted, then the scene between the two numbers.
async fn text_arrived(
    tx: &mut SystemTx<'_>,
    batch: &mut Batch,
    now: Timestamp,
    ids: &mut Ids,
    lane: Uuid,
    text: &TextArrived,
) -> Result<Outcome, StoreError> {
    let Some(owner) = scene::owner(tx, &mut batch.known, text.account, &text.to).await? else {
        return Ok(Outcome::none("no_such_number"));
    };
    // A sender that is none we know the form of, such as a name with a dash, is kept as it was written.
    let from = Address::parse_sender(&text.from).map_or_else(|_| text.from.clone(), |from| from.as_str().to_owned());
    let after = {
        let mut tx = tx.for_tenant(owner.tenant);
        if scene::has_message(&mut tx, &text.carrier_ref).await? {
            return Ok(Outcome { tenant: Some(owner.tenant), without_turn: Some("known_already") });
        }
        let scene = scene::thread(&mut tx, &mut batch.known, owner.number, &from).await?;
        let Some(scene) = scene else { return Ok(Outcome::none("no_such_number")) };
        let decision = decide::text_arrived(now, ids, &scene, lane, text);
        remember_or_retry(&mut tx, now, ids, &decision).await?
    };
    batch.add(owner.tenant, after);
    Ok(Outcome::taken(owner.tenant))
}

/// The tenant by our number in the report; by the text itself where the carrier left the number out.
async fn owner_of_report(
    tx: &mut SystemTx<'_>,
    batch: &mut Batch,
    report: &CarrierReported,
) -> Result<Option<TenantId>, StoreError> {
    if let Some(from) = &report.from
        && let Some(owner) = scene::owner(tx, &mut batch.known, report.account, from).await?
    {
        return Ok(Some(owner.tenant));
    }
    scene::owner_of_report(tx, report.account, report.message, &report.carrier_ref).await
}

/// Which decision a fact leads to.
async fn decide(
    tx: &mut TenantTx<'_>,
    known: &mut Known,
    now: Timestamp,
    ids: &mut Ids,
    lane: Uuid,
    fact: &Fact,
) -> Result<Decision, StoreError> {
    Ok(match fact {
        // It has a way of its own: it names no tenant.
        Fact::TextArrived(_) => Decision::default(),
        Fact::CarrierReported(report) => {
            let message = match report.message {
                Some(message) => Some(message),
                None => scene::message_by_carrier_ref(tx, &report.carrier_ref).await?,
            };
            about(tx, message, |about| decide::carrier_reported(about, report)).await?
        }
        Fact::SendEnded(end) => about(tx, Some(end.message), |about| decide::send_ended(now, lane, about, end)).await?,
        Fact::UnknownOverdue { message } => about(tx, Some(*message), decide::unknown_overdue).await?,
        Fact::ContactFellSilent { conversation, assistant, version } => {
            around(tx, known, *conversation, |scene| decide::contact_fell_silent(scene, *assistant, *version)).await?
        }
        Fact::AssistantAnswered(run) => {
            around(tx, known, run.conversation, |scene| decide::assistant_answered(now, ids, scene, run)).await?
        }
        Fact::SnoozeEnded { conversation, until } => {
            around(tx, known, *conversation, |scene| decide::snooze_ended(scene, *until)).await?
        }
    })
}

async fn about(
    tx: &mut TenantTx<'_>,
    message: Option<MessageId>,
    decide: impl FnOnce(&domain::scene::Outbound) -> Decision,
) -> Result<Decision, StoreError> {
    let Some(message) = message else { return Ok(Decision::default()) };
    let outbound = scene::outbound(tx, message).await?;
    Ok(outbound.map_or_else(Decision::default, |(outbound, _)| decide(&outbound)))
}

async fn around(
    tx: &mut TenantTx<'_>,
    known: &mut Known,
    conversation: ConversationId,
    decide: impl FnOnce(&domain::scene::Scene) -> Decision,
) -> Result<Decision, StoreError> {
    let scene = scene::around(tx, known, conversation).await?;
    Ok(scene.map_or_else(Decision::default, |scene| decide(&scene)))
}

/// Remembers; a row that another turn made at the same moment means: the same again, and it will be found.
pub(crate) async fn remember_or_retry(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    decision: &Decision,
) -> Result<Aftermath, StoreError> {
    remember(tx, now, ids, decision).await.map_err(|error| if is_race(&error) { StoreError::Retry } else { error })
}
