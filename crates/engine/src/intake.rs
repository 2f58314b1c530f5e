//! Facts from outside on their way to the disk, many with one commit: whatever waits when a transaction begins is in it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use store::StoreError;
use store::queue::{self, Arrival};
use tokio::sync::{Notify, oneshot};
use tokio_util::sync::CancellationToken;

use crate::world::World;

/// So many are kept with one commit.
const TOGETHER: usize = 256;

/// Where they wait. Its bound is the server's: whoever brings one waits for its answer.
#[derive(Debug, Default)]
pub(crate) struct Intake {
    /// `None`: nobody writes any more.
    waiting: Mutex<Option<Vec<Kept>>>,
    bell: Notify,
}

/// A fact that somebody wants to know of when it is on disk.
#[derive(Debug)]
struct Kept {
    arrival: Arrival,
    answer: oneshot::Sender<Result<(), StoreError>>,
}

impl Intake {
    pub(crate) fn open() -> Self {
        Self { waiting: Mutex::new(Some(Vec::new())), bell: Notify::new() }
    }

    /// Keeps it. `Ok` means committed.
    pub(crate) async fn keep(&self, arrival: Arrival) -> Result<(), StoreError> {
        let (answer, kept) = oneshot::channel();
        self.waiting().as_mut().ok_or(StoreError::Closed)?.push(Kept { arrival, answer });
        self.bell.notify_one();
        kept.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Adds to `some` whatever waits, as far as there is room.
    fn fill(&self, some: &mut Vec<Kept>) {
        if let Some(waiting) = self.waiting().as_mut() {
            let room = TOGETHER.saturating_sub(some.len()).min(waiting.len());
            some.extend(waiting.drain(..room));
        }
    }

    fn has_some(&self) -> bool {
        self.waiting().as_ref().is_some_and(|waiting| !waiting.is_empty())
    }

    fn waiting(&self) -> MutexGuard<'_, Option<Vec<Kept>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes them until it is time to stop, and then what still waits. Who comes later is told that the house is closed.
pub(crate) async fn write_arrivals(world: Arc<World>, stop: CancellationToken) {
    let _closing = Closing(&world.intake);
    while !stop.is_cancelled() {
        tokio::select! {
            () = world.intake.bell.notified() => {}
            () = stop.cancelled() => {}
        }
        while world.intake.has_some() {
            write_some(&world).await;
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
    let now = world.now();
    let (filled, from) = (Arc::clone(&batch), Arc::clone(world));
    let together = world
        .store
        .system_write(async move |tx| {
            let mut some = lock(&filled);
            from.intake.fill(&mut some);
            let kept = queue::accept(tx, now, some.iter().map(|kept| &kept.arrival)).await;
            *filled.lock().unwrap_or_else(PoisonError::into_inner) = some;
            kept
        })
        .await;
    world.turns_at(now);
    let batch = lock(&batch);
    let count = batch.len();
    for Kept { arrival, answer } in batch {
        // Whatever made all of them fail may be one's own trouble.
        let kept = match &together {
            Err(error) if count > 1 && !matches!(error, StoreError::Closed) => {
                world.store.system_write(async move |tx| queue::accept(tx, now, [&arrival].into_iter()).await).await
            }
            together => together.clone(),
        };
        // Whoever asked may have gone.
        let _ = answer.send(kept);
    }
}
