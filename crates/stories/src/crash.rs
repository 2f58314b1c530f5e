//! A process that is killed, and the one that comes after it: the same database, carrier and clock, and the same door.

use std::time::Duration;

use engine::Net;
use jiff::SignedDuration;
use sandbox::Sandbox;
use store::Store;
use store::testing::{Crash, Death, Place};
use tokio::runtime::{EnterGuard, Runtime};

use crate::clock::TownClock;
use crate::town::{ERRAND_LEASE, Site, Town, morning};

/// Longer than any lease lasts, and shorter than a webhook's signature is believed (five minutes).
const LEASES_END: SignedDuration = SignedDuration::from_secs(ERRAND_LEASE.as_secs() + 20);

/// A life that can end at any moment: everything that the process is lives in a runtime of its own, so that its
/// connections, timers and half-done work are gone with it.
#[derive(Debug)]
pub(crate) struct Mortal {
    runtime: Option<Runtime>,
    store: Store,
    crash: Crash,
}

impl Mortal {
    fn with(store: &Store) -> Self {
        let (store, crash) = Crash::of(store);
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        Self { runtime: Some(runtime), store, crash }
    }

    /// What is begun while this is held is part of it.
    pub(crate) fn enter(&self) -> EnterGuard<'_> {
        self.runtime.as_ref().expect("it lives").enter()
    }

    /// The database, as long as it lives.
    pub(crate) fn store(&self) -> Store {
        self.store.clone()
    }

    async fn kill(&mut self) {
        self.crash.now();
        let runtime = self.runtime.take();
        // Its port is free when this has ended.
        let ending = tokio::task::spawn_blocking(move || {
            if let Some(runtime) = runtime {
                runtime.shutdown_timeout(Duration::from_secs(10));
            }
        });
        ending.await.expect("a runtime ends");
    }
}

impl Drop for Mortal {
    /// A runtime does not like to be dropped within another.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Town {
    /// One whose process can be killed.
    pub async fn mortal(place: &Place) -> Self {
        let (clock, sandbox) = morning().await;
        Self::rise(place.store(), clock, sandbox, "127.0.0.1:0".parse().expect("an address"), 0).await
    }

    /// The process dies at its `step`th write from now.
    ///
    /// # Panics
    /// When it cannot die.
    pub fn dies_at(&self, step: u32, death: Death) {
        self.mortal.as_ref().expect("a mortal town").crash.at(step, death);
    }

    /// Whether it did.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.mortal.as_ref().is_some_and(|mortal| mortal.crash.is_dead())
    }

    /// The same, and its last write is kept or lost for good.
    pub(crate) fn is_over(&self) -> bool {
        self.mortal.as_ref().is_some_and(|mortal| mortal.crash.is_over())
    }

    /// The process is killed, wherever it stands, and another one takes its place.
    ///
    /// # Panics
    /// When it cannot die.
    pub async fn dies_and_rises(mut self) -> Self {
        let mut mortal = self.mortal.take().expect("a mortal town");
        mortal.kill().await;
        let Self { store, clock, sandbox, address, made, .. } = self;
        // Whatever it held leases for, it held earlier than its heir begins.
        clock.advance_to(clock.now().checked_add(SignedDuration::from_millis(1)).expect("a time"));
        Self::rise(store, clock, sandbox, address, made).await
    }

    /// What the carrier has to say again is heard first; then the leases of the dead end, and all of it is done.
    pub async fn recovers(&self) {
        self.settle().await;
        self.clock.advance_to(self.clock.now().checked_add(LEASES_END).expect("a time"));
        self.settle().await;
    }

    /// What is left to do, now or later, of whomever.
    ///
    /// # Panics
    /// When the database does not answer.
    pub async fn left(&self) -> i64 {
        self.store
            .system_read(async |tx| {
                let sql = "SELECT (SELECT COUNT(*) FROM inbox) + (SELECT COUNT(*) FROM errand WHERE kind <> 'read_registration')
                                + (SELECT COUNT(*) FROM outbox WHERE state <> 'unknown')";
                tx.one(sql, &[]).await?.get(0)
            })
            .await
            .expect("the database answers")
    }

    async fn rise(store: Store, clock: TownClock, sandbox: Sandbox, address: std::net::SocketAddr, made: u32) -> Self {
        let mortal = Some(Mortal::with(&store));
        let site = Site { store, clock, sandbox, net: Net::new(true), address, mortal };
        let mut town = Self::build(site).unwrap_or_else(|error| panic!("{address} cannot be opened: {error}"));
        town.made = made;
        town
    }
}
