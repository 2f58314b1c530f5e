//! Facts from outside on their way to the disk, many with one commit: whatever waits when a transaction begins is in it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use store::StoreError;
use store::queue::{self, Arrival};
use tokio::sync::{Notify, oneshot};
use tokio_util::sync::CancellationToken;

use crate::world::World;

/// So many are kept with one commit.
const TOGETHER: usize = 256;
/// So many transactions are under way at once: one commits, one is filled behind it, so that whoever writes need not wait for
/// the next one to be thought of.
const UNDER_WAY: usize = 3;

/// Where they wait. Its bound is the server's: whoever brings one waits for its answer.
#[derive(Debug, Default)]
pub(crate) struct Intake {
    /// `None`: nobody writes any more.
    waiting: Mutex<Option<Waiting>>,
    bell: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    some: Vec<Kept>,
    /// A transaction that takes them has been asked for and has not begun.
    fetched_soon: bool,
}

/// A fact that somebody wants to know of when it is on disk.
#[derive(Debug)]
struct Kept {
    arrival: Arrival,
    answer: oneshot::Sender<Result<(), StoreError>>,
}

impl Intake {
    pub(crate) fn open() -> Self {
        Self { waiting: Mutex::new(Some(Waiting::default())), bell: Notify::new() }
    }

    /// Keeps it. `Ok` means committed.
    pub(crate) async fn keep(&self, arrival: Arrival) -> Result<(), StoreError> {
        let (answer, kept) = oneshot::channel();
        let fetched_soon = {
            let mut waiting = self.waiting();
            let waiting = waiting.as_mut().ok_or(StoreError::Closed)?;
            waiting.some.push(Kept { arrival, answer });
            waiting.fetched_soon
        };
        if !fetched_soon {
            self.bell.notify_one();
        }
        kept.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Adds to `some` whatever waits, as far as there is room.
    fn fill(&self, some: &mut Vec<Kept>) {
        let mut waiting = self.waiting();
        let Some(waiting) = waiting.as_mut() else { return };
        let room = TOGETHER.saturating_sub(some.len()).min(waiting.some.len());
        some.extend(waiting.some.drain(..room));
        waiting.fetched_soon = false;
        if !waiting.some.is_empty() {
            self.bell.notify_one();
        }
    }

    /// Whether a transaction must be asked for; whoever asks does so.
    fn must_be_fetched(&self) -> bool {
        self.waiting().as_mut().is_some_and(|waiting| {
            let must = !waiting.fetched_soon && !waiting.some.is_empty();
            waiting.fetched_soon |= must;
            must
        })
    }

    fn waiting(&self) -> MutexGuard<'_, Option<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes them until it is time to stop, and then what still waits. Who comes later is told that the house is closed.
pub(crate) async fn write_arrivals(world: Arc<World>, stop: CancellationToken) {
    let _closing = Closing(&world.intake);
    let mut under_way = FuturesUnordered::new();
    loop {
        if under_way.len() < UNDER_WAY && world.intake.must_be_fetched() {
            under_way.push(write_some(&world));
        } else if under_way.is_empty() && stop.is_cancelled() {
            return;
        }
        tokio::select! {
            Some(()) = under_way.next() => {}
            () = world.intake.bell.notified() => {}
            () = stop.cancelled(), if under_way.is_empty() => {}
        }
    }
}

/// However it ends: nobody waits for an answer that does not come.
struct Closing<'i>(&'i Intake);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.waiting().take();
    }
}

async fn write_some(world: &Arc<World>) {
    // Filled when the transaction begins, not now: more may come while it waits for its turn.
    let batch = Arc::new(Mutex::new(Vec::new()));
    let lock = |batch: &Mutex<Vec<Kept>>| std::mem::take(&mut *batch.lock().unwrap_or_else(PoisonError::into_inner));
    let (filled, from) = (Arc::clone(&batch), Arc::clone(world));
    let together = world
        .store
        .system_write(async move |tx| {
            let mut some = lock(&filled);
            from.intake.fill(&mut some);
            // Not before: what comes after an answer must not stand before what was answered.
            let now = from.now();
            let kept = queue::accept(tx, now, some.iter().map(|kept| &kept.arrival)).await;
            *filled.lock().unwrap_or_else(PoisonError::into_inner) = some;
            kept
        })
        .await;
    let mut batch = lock(&batch);
    let begun = !batch.is_empty();
    match &together {
        Ok(()) => world.turns_at(world.now()),
        // It has not even begun, as when the database is away: those who wait are not left waiting.
        Err(_) => world.intake.fill(&mut batch),
    }
    let count = batch.len();
    for Kept { arrival, answer } in batch {
        // Whatever made all of them fail may be one's own trouble.
        let kept = match &together {
            Err(_) if begun && count > 1 => {
                let now = world.now();
                world.store.system_write(async move |tx| queue::accept(tx, now, [&arrival].into_iter()).await).await
            }
            together => together.clone(),
        };
        // Whoever asked may have gone.
        let _ = answer.send(kept);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::fact::Fact;
    use domain::id::WorkId;
    use store::{Store, StoreConfig};
    use uuid::Uuid;

    use super::*;
    use crate::clock::SystemClock;
    use crate::net::Net;
    use crate::seal::Sealer;

    fn arrival(n: u128) -> Arrival {
        let id = Uuid::from_u128(n);
        Arrival { id: WorkId(id), lane: id, fact: Ok(Fact::UnknownOverdue { message: id.into() }) }
    }

    /// A database that cannot be asked answers everybody who waits, and the loop does not turn in place.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_cannot_be_kept_is_said_to_be_so() {
        let path = std::env::temp_dir().join(format!("tidings_intake_{}.db", std::process::id()));
        let store = Store::open(&StoreConfig::new(format!("sqlite://{}", path.display()))).await.unwrap();
        store.migrate().await.unwrap();
        let clock = Arc::new(SystemClock);
        let sealer = Sealer::from_key(&[7; 32]);
        let world = Arc::new(World::new(store.clone(), clock, Net::new(true), sealer, String::new(), 1, 1));
        let stop = CancellationToken::new();
        let writing = tokio::spawn(write_arrivals(Arc::clone(&world), stop.clone()));

        assert!(world.intake.keep(arrival(1)).await.is_ok());
        store.close().await;
        let refused = async { tokio::join!(world.intake.keep(arrival(2)), world.intake.keep(arrival(3))) };
        let refused = tokio::time::timeout(Duration::from_secs(20), refused).await.unwrap();
        assert!(matches!(refused, (Err(StoreError::Closed), Err(StoreError::Closed))), "{refused:?}");

        stop.cancel();
        tokio::time::timeout(Duration::from_secs(20), writing).await.unwrap().unwrap();
        assert!(matches!(world.intake.keep(arrival(4)).await, Err(StoreError::Closed)));
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{end}", path.display()));
        }
    }
}
