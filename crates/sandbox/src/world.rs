//! What every part of a sandbox shares.

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicU64, Ordering},
    },
};

use jiff::Timestamp;
use tokio::sync::{Notify, mpsc};
use uuid::Uuid;

use crate::{
    agenda::Agenda,
    book::Book,
    config::SandboxConfig,
    counters::{Counters, Tally},
    deliver::Delivery,
    dice::{Dice, Purpose},
    directory::Directory,
    faults::Faults,
    life::Step,
    signer::Signer,
};

/// What every part of a sandbox shares.
pub(crate) struct World {
    pub(crate) config: SandboxConfig,
    pub(crate) base_url: String,
    pub(crate) signer: Signer,
    pub(crate) tally: Tally,
    pub(crate) agenda: Agenda<Step>,
    pub(crate) shuffled: Mutex<Vec<Delivery>>,
    directory: RwLock<Directory>,
    book: Mutex<Book>,
    plan: RwLock<Plan>,
    outbox: mpsc::UnboundedSender<Delivery>,
    pending: AtomicU64,
    changed: Notify,
    epoch: AtomicU64,
    ids: AtomicU64,
    id_seed: u64,
    requests: AtomicU64,
    messages: AtomicU64,
    webhooks: AtomicU64,
}

impl fmt::Debug for World {
    /// Keys, numbers and texts stay out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("base_url", &self.base_url)
            .field("counters", &self.counters())
            .finish_non_exhaustive()
    }
}

/// The faults in force, and the seed they throw from.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) faults: Arc<Faults>,
    pub(crate) seed: u64,
}

impl World {
    pub(crate) fn new(
        config: SandboxConfig,
        base_url: String,
        signer: Signer,
        outbox: mpsc::UnboundedSender<Delivery>,
    ) -> Self {
        let start = u64::try_from(config.clock.now().as_microsecond()).unwrap_or(0);
        Self {
            base_url,
            signer,
            tally: Tally::default(),
            agenda: Agenda::new(),
            shuffled: Mutex::new(Vec::new()),
            directory: RwLock::new(Directory::default()),
            book: Mutex::new(Book::new(config.history_max)),
            plan: RwLock::new(Plan {
                faults: Arc::new(config.faults.clone()),
                seed: config.faults.seed.unwrap_or(config.seed),
            }),
            outbox,
            pending: AtomicU64::new(0),
            changed: Notify::new(),
            epoch: AtomicU64::new(0),
            ids: AtomicU64::new(0),
            // The start goes in too: after a restart with the same seed, ids must not meet those of the run before.
            id_seed: config.seed ^ start.rotate_left(20),
            requests: AtomicU64::new(0),
            messages: AtomicU64::new(0),
            webhooks: AtomicU64::new(0),
            config,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.config.clock.now()
    }

    pub(crate) fn uuid(&self) -> Uuid {
        self.id_dice().uuid()
    }

    /// The carrier's id for a number: digits, as Telnyx's are.
    pub(crate) fn number_id(&self) -> String {
        (1_000_000_000_000_000_000 + self.id_dice().below(8_000_000_000_000_000_000)).to_string()
    }

    pub(crate) fn plan(&self) -> Plan {
        self.plan.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts a plan in force. With a seed of its own the throws begin again.
    pub(crate) fn set_faults(&self, faults: Faults) {
        let mut plan = self.plan.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(seed) = faults.seed {
            plan.seed = seed;
            self.rewind();
        }
        plan.faults = Arc::new(faults);
    }

    pub(crate) fn next_request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn next_message(&self) -> u64 {
        self.messages.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn next_webhook(&self) -> u64 {
        self.webhooks.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn directory(&self) -> RwLockReadGuard<'_, Directory> {
        self.directory.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn directory_mut(&self) -> RwLockWriteGuard<'_, Directory> {
        self.directory.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands a webhook to the workers.
    pub(crate) fn send_out(&self, delivery: Delivery) {
        self.begin();
        if self.outbox.send(delivery).is_err() {
            self.end();
        }
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Relaxed)
    }

    /// One thing more is on its way.
    pub(crate) fn begin(&self) {
        self.pending.fetch_add(1, Ordering::Relaxed);
    }

    /// One thing less is on its way.
    pub(crate) fn end(&self) {
        self.pending.fetch_sub(1, Ordering::Relaxed);
        self.changed.notify_waiters();
    }

    pub(crate) fn is_full(&self) -> bool {
        self.pending.load(Ordering::Relaxed) >= u64::try_from(self.config.pending_max).unwrap_or(u64::MAX)
    }

    pub(crate) fn counters(&self) -> Counters {
        self.tally.read(self.pending.load(Ordering::Relaxed))
    }

    /// Tells those who wait for a state that it may have come.
    pub(crate) fn tell_change(&self) {
        self.changed.notify_waiters();
    }

    /// Ends once `reached` says so; it is asked again at every change.
    pub(crate) async fn until(&self, mut reached: impl FnMut() -> bool) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if reached() {
                return;
            }
            changed.await;
        }
    }

    /// Forgets what passed and what is on its way, and winds chance back. Accounts, numbers, profiles and phones stay.
    pub(crate) fn reset(&self) {
        self.epoch.fetch_add(1, Ordering::Relaxed);
        for step in self.agenda.clear() {
            if step.is_counted() {
                self.end();
            }
        }
        let held = std::mem::take(&mut *self.shuffled.lock().unwrap_or_else(PoisonError::into_inner));
        for _ in held {
            self.end();
        }
        self.book().reset();
        self.directory_mut().optouts.clear();
        self.tally.reset();
        let mut plan = self.plan.write().unwrap_or_else(PoisonError::into_inner);
        *plan = Plan { faults: Arc::new(Faults::default()), seed: self.config.seed };
        self.rewind();
    }

    fn rewind(&self) {
        for ordinal in [&self.requests, &self.messages, &self.webhooks] {
            ordinal.store(0, Ordering::Relaxed);
        }
    }

    fn id_dice(&self) -> Dice {
        Dice::new(self.id_seed, Purpose::Id, self.ids.fetch_add(1, Ordering::Relaxed))
    }
}
