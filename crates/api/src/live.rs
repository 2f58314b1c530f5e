//! The live stream: each line of a tenant's log is told once, by the tenant's one renderer, and shared by all its readers.
//!
//! A reader is a place in the ring of the newest lines and nothing else. Who falls out of the ring, or comes back after a
//! while, reads the log page by page until the ring has what comes next. So order, completeness and "once" hang on one
//! number, the sequence, and a slow reader holds nobody's memory.
//!
//! Who may not read a line gets its bare number: nothing is shown, and who resumes has it behind them.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use domain::access::{Grant, Scope};
use domain::id::TenantId;
use engine::Engine;
use engine::live::{Heard, Reader as Ears};
use futures_util::{Stream, stream};
use store::{StoreError, TenantTx, event, tell};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep};
use tokio_util::sync::CancellationToken;

mod ring;

use ring::{Line, Next, Place, Ring};

/// Who is further behind than this many lines fetches afresh.
const BEHIND_MAX: i64 = 10_000;
/// After so many signs of life a stream ends and its reader comes back: then it is asked again who they are. A quarter of
/// an hour.
const HEARTBEATS_MAX: u32 = 60;
/// The renderer reads so many lines at once.
const RENDERED_AT_ONCE: u32 = 100;
/// A reader who replays the log takes so many lines at once; a slow one keeps no more than these.
const REPLAYED_AT_ONCE: u32 = 32;
/// So many readers replay at the same time, over all tenants: after a restart they all come at once.
const REPLAYS_MAX: usize = 8;
/// How often the renderer does what nobody tells it to.
#[derive(Debug, Clone, Copy)]
struct Pace {
    /// A sign of life.
    heartbeat: Duration,
    /// A look at the log: another node, or a command beside this process, may have written.
    look: Duration,
}

/// What one must be allowed to read to hear signals: all of them tell of a conversation.
const SIGNALS: Scope = Scope::ConversationsRead;
const PACE: Pace = Pace { heartbeat: Duration::from_secs(15), look: Duration::from_secs(2) };
/// How long a database that fails is left alone.
const PAUSE: Duration = Duration::from_millis(500);

/// The live streams of all tenants.
pub struct Hub {
    tenants: Mutex<HashMap<TenantId, Room>>,
    replays: Arc<Semaphore>,
}

struct Room {
    channel: Arc<Channel<StoreLog>>,
    readers: usize,
}

/// What a tenant's renderer and readers share.
struct Channel<L> {
    log: L,
    /// `None` until the renderer knows where the log stands.
    ring: RwLock<Option<Ring>>,
    /// Changes with the ring; closed when the renderer has ended.
    changes: watch::Receiver<()>,
    replays: Arc<Semaphore>,
    stop: CancellationToken,
}

/// Where lines come from: the store, or a test's own.
trait Log: Send + Sync + 'static {
    /// The newest line's number.
    fn head(&self) -> impl Future<Output = Result<i64, StoreError>> + Send;
    /// At most `limit` lines after `seq`, in order.
    fn after(&self, seq: i64, limit: u32) -> impl Future<Output = Result<Vec<Line>, StoreError>> + Send;
}

struct StoreLog {
    engine: Engine,
    tenant: TenantId,
}

impl Default for Hub {
    fn default() -> Self {
        Self { tenants: Mutex::default(), replays: Arc::new(Semaphore::new(REPLAYS_MAX)) }
    }
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hub")
    }
}

impl Hub {
    /// The stream of `tenant` for a reader who may do what `grant` says, after the line `after` or from now. It ends when
    /// `stopping` is cancelled, and after a while by itself.
    pub fn open(
        self: &Arc<Self>,
        engine: &Engine,
        stopping: &CancellationToken,
        tenant: TenantId,
        grant: Grant,
        after: Option<i64>,
    ) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + use<> {
        let channel = self.join(engine, stopping, tenant);
        let seat = Seat { hub: Arc::clone(self), tenant, channel: Arc::clone(&channel) };
        lines(channel, grant, after, seat)
    }

    fn join(&self, engine: &Engine, stopping: &CancellationToken, tenant: TenantId) -> Arc<Channel<StoreLog>> {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        let room = tenants.entry(tenant).or_insert_with(|| {
            let log = StoreLog { engine: engine.clone(), tenant };
            let (channel, rendering) = Channel::new(log, Arc::clone(&self.replays), stopping.child_token(), PACE);
            // Listening begins before the log's head is read, so nothing falls between.
            tokio::spawn(rendering.run(engine.live().subscribe(tenant)));
            Room { channel, readers: 0 }
        });
        room.readers += 1;
        Arc::clone(&room.channel)
    }
}

/// A reader's hold on its channel: the last one to leave ends the renderer.
struct Seat {
    hub: Arc<Hub>,
    tenant: TenantId,
    channel: Arc<Channel<StoreLog>>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut tenants = self.hub.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(room) = tenants.get_mut(&self.tenant) else { return };
        room.readers -= 1;
        if room.readers == 0 {
            self.channel.stop.cancel();
            tenants.remove(&self.tenant);
        }
    }
}

impl<L: Log> Channel<L> {
    fn new(log: L, replays: Arc<Semaphore>, stop: CancellationToken, pace: Pace) -> (Arc<Self>, Rendering<L>) {
        let (changed, changes) = watch::channel(());
        let channel = Arc::new(Self { log, ring: RwLock::new(None), changes, replays, stop });
        (Arc::clone(&channel), Rendering { channel, changed, pace })
    }

    fn with<T>(&self, look: impl FnOnce(&Ring) -> T) -> Option<T> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(look)
    }
}

/// A tenant's renderer. It lives while there are readers.
struct Rendering<L> {
    channel: Arc<Channel<L>>,
    changed: watch::Sender<()>,
    pace: Pace,
}

impl<L: Log> Rendering<L> {
    async fn run(self, mut ears: Ears) {
        let stop = self.channel.stop.clone();
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.render(&mut ears) => {}
        }
    }

    async fn render(&self, ears: &mut Ears) {
        let mut head = loop {
            match self.channel.log.head().await {
                Ok(head) => break head,
                Err(error) => rest_after(&error).await,
            }
        };
        self.change(|ring| *ring = Some(Ring::new(head)));
        let mut beat = every(self.pace.heartbeat);
        let mut look = every(self.pace.look);
        loop {
            tokio::select! {
                heard = ears.changed() => match heard {
                    Some(Heard::Log(told)) if told <= head => {}
                    Some(Heard::Log(_)) => head = self.catch_up(head).await,
                    Some(Heard::Signal(signal)) => {
                        let bytes = Bytes::from(format!("event: {}\ndata: {}\n\n", signal.name, signal.data));
                        self.change(|ring| if let Some(ring) = ring { ring.signal(SIGNALS, bytes) });
                    }
                    None => return,
                },
                _ = look.tick() => head = self.catch_up(head).await,
                _ = beat.tick() => {
                    let bytes = head_event("heartbeat", head, false);
                    self.change(|ring| if let Some(ring) = ring { ring.heartbeat(bytes) });
                }
            }
        }
    }

    /// Tells everything after `head` and answers how far that went.
    async fn catch_up(&self, mut head: i64) -> i64 {
        loop {
            let lines = match self.channel.log.after(head, RENDERED_AT_ONCE).await {
                Ok(lines) => lines,
                Err(error) => {
                    rest_after(&error).await;
                    continue;
                }
            };
            let is_last = lines.len() < RENDERED_AT_ONCE as usize;
            if let Some(last) = lines.last() {
                head = last.seq;
                self.change(|ring| {
                    let Some(ring) = ring else { return };
                    for line in lines {
                        ring.line(line);
                    }
                });
            }
            if is_last {
                return head;
            }
        }
    }

    fn change(&self, change: impl FnOnce(&mut Option<Ring>)) {
        change(&mut self.channel.ring.write().unwrap_or_else(PoisonError::into_inner));
        self.changed.send_replace(());
    }
}

/// One reader: what it may do, its place, and what it has fetched and not handed on.
struct Reading<L, S> {
    channel: Arc<Channel<L>>,
    grant: Grant,
    changes: watch::Receiver<()>,
    stage: Stage,
    replayed: std::vec::IntoIter<Line>,
    _seat: S,
}

enum Stage {
    /// After this line; `None`: from now.
    Opening(Option<i64>),
    Reading(Place),
}

/// What a reader finds out while it looks at the ring.
enum Step {
    Hand(Bytes),
    Wait,
    /// The log must tell what comes after this line.
    Replay(i64),
    /// It says that it has seen this line, which is not told here yet.
    Ahead(i64),
}

fn lines<L: Log, S: Send + 'static>(
    channel: Arc<Channel<L>>,
    grant: Grant,
    after: Option<i64>,
    seat: S,
) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + use<L, S> {
    let changes = channel.changes.clone();
    let stage = Stage::Opening(after);
    let reading = Reading { channel, grant, changes, stage, replayed: Vec::new().into_iter(), _seat: seat };
    stream::unfold(reading, async |mut reading| reading.next().await.map(|bytes| (Ok(bytes), reading)))
}

impl<L: Log, S> Reading<L, S> {
    /// The next piece for the reader; `None` ends the stream.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(bytes) = self.take_replayed() {
                return Some(bytes);
            }
            self.changes.borrow_and_update();
            match self.look() {
                Step::Hand(bytes) if self.may_go_on() => return Some(bytes),
                Step::Hand(_) => return None,
                Step::Wait => self.changes.changed().await.ok()?,
                // Rare and large: on the heap, so that the many who wait stay small.
                Step::Replay(seq) => {
                    if let Some(bytes) = Box::pin(self.replay(seq)).await? {
                        return Some(bytes);
                    }
                }
                Step::Ahead(seq) => {
                    if let Some(bytes) = Box::pin(self.ahead(seq)).await? {
                        return Some(bytes);
                    }
                }
            }
        }
    }

    fn take_replayed(&mut self) -> Option<Bytes> {
        let Stage::Reading(place) = &mut self.stage else { return None };
        let line = self.replayed.find(|line| line.seq > place.seq)?;
        place.seq = line.seq;
        Some(line.told_to(&self.grant))
    }

    fn look(&mut self) -> Step {
        let (stage, grant) = (&mut self.stage, &self.grant);
        let step = self.channel.with(|ring| match stage {
            Stage::Opening(None) => {
                *stage = Stage::Reading(ring.place(ring.head()));
                Step::Hand(head_event("hello", ring.head(), true))
            }
            Stage::Opening(Some(after)) if *after > ring.head() => Step::Ahead(*after),
            Stage::Opening(Some(after)) => {
                let mut place = ring.place(*after);
                let step = step(ring, &mut place, grant);
                *stage = Stage::Reading(place);
                step
            }
            Stage::Reading(place) => step(ring, place, grant),
        });
        step.unwrap_or(Step::Wait)
    }

    /// Reads the next page of the log. What it finds waits in `replayed`; `None` ends the stream.
    async fn replay(&mut self, seq: i64) -> Option<Option<Bytes>> {
        let permit = self.channel.replays.acquire().await.ok()?;
        let page = self.channel.log.after(seq, REPLAYED_AT_ONCE).await;
        drop(permit);
        if self.channel.stop.is_cancelled() {
            return None;
        }
        match page {
            Ok(lines) if lines.first().is_some_and(|line| line.seq == seq + 1) => {
                self.replayed = lines.into_iter();
                Some(None)
            }
            // The log does not go back that far.
            Ok(_) => Some(self.afresh()),
            Err(error) => {
                tracing::warn!(kind = error.kind(), "a live stream ends: the log cannot be read");
                None
            }
        }
    }

    /// Someone has seen a line that is not told here. Another node may be a little quicker; else they come from another time,
    /// before the data was put back from a backup.
    async fn ahead(&mut self, seq: i64) -> Option<Option<Bytes>> {
        let head = self.channel.log.head().await.ok()?;
        if seq > head {
            return Some(self.afresh());
        }
        self.stage = Stage::Reading(self.channel.with(|ring| ring.place(seq))?);
        Some(None)
    }

    /// The reader fetches afresh, and goes on from the head.
    fn afresh(&mut self) -> Option<Bytes> {
        let (head, place) = self.channel.with(|ring| (ring.head(), ring.place(ring.head())))?;
        self.stage = Stage::Reading(place);
        Some(head_event("snapshot_needed", head, true))
    }

    fn may_go_on(&self) -> bool {
        match &self.stage {
            Stage::Opening(_) => true,
            Stage::Reading(place) => place.heartbeats < HEARTBEATS_MAX,
        }
    }
}

fn step(ring: &Ring, place: &mut Place, grant: &Grant) -> Step {
    match ring.next(place, grant) {
        Next::Send(bytes) => Step::Hand(bytes),
        Next::Wait => Step::Wait,
        Next::Behind if ring.head() - place.seq > BEHIND_MAX => {
            *place = ring.place(ring.head());
            Step::Hand(head_event("snapshot_needed", ring.head(), true))
        }
        Next::Behind => Step::Replay(place.seq),
    }
}

impl Log for StoreLog {
    async fn head(&self) -> Result<i64, StoreError> {
        self.engine.store().read(self.tenant, async |tx: &mut TenantTx<'_>| event::head(tx).await).await
    }

    async fn after(&self, seq: i64, limit: u32) -> Result<Vec<Line>, StoreError> {
        let engine = self.engine.clone();
        let read = self.engine.store().read(self.tenant, async move |tx: &mut TenantTx<'_>| {
            let logged = event::after(tx, seq, limit).await?;
            engine.tell(tx, &logged).await
        });
        Ok(read.await?.iter().map(line).collect())
    }
}

/// A line of the log as an event of the stream.
fn line(told: &tell::Told) -> Line {
    let tell::Told { seq, at, kind, data, .. } = told;
    let (scope, kind) = (kind.scope(), kind.as_str());
    let text = format!(
        "id: {seq}\nevent: {kind}\ndata: {{\"seq\":{seq},\"at\":\"{at}\",\"type\":\"{kind}\",\"data\":{data}}}\n\n"
    );
    Line { seq: *seq, scope, bytes: Bytes::from(text) }
}

/// An event that says where the log stands. With `is_place` a browser that connects again resumes from there.
fn head_event(name: &str, head: i64, is_place: bool) -> Bytes {
    let id = if is_place { format!("id: {head}\n") } else { String::new() };
    Bytes::from(format!("{id}event: {name}\ndata: {{\"head\":{head}}}\n\n"))
}

fn every(period: Duration) -> Interval {
    let mut interval = interval_at(Instant::now() + period, period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

async fn rest_after(error: &StoreError) {
    tracing::warn!(kind = error.kind(), "the live stream waits: the log cannot be read");
    sleep(PAUSE).await;
}

#[cfg(test)]
mod tests;
