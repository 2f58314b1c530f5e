//! Time, so that tests can bring their own.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use jiff::Timestamp;

/// Where the engine reads the time and waits for it.
pub trait Clock: Send + Sync + 'static {
    /// The time.
    fn now(&self) -> Timestamp;
    /// Ends at `at`, or at once if that has passed.
    fn sleep_until(&self, at: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep_until(&self, at: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let wait = at.duration_since(self.now());
        Box::pin(tokio::time::sleep(Duration::try_from(wait).unwrap_or(Duration::ZERO)))
    }
}

/// A clock that stands still until it is moved, for tests.
#[derive(Debug)]
pub struct ManualClock {
    now: tokio::sync::watch::Sender<Timestamp>,
}

impl ManualClock {
    /// Stands at `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self { now: tokio::sync::watch::Sender::new(now) }
    }

    /// Moves on to `to`; it never goes back.
    pub fn advance_to(&self, to: Timestamp) {
        self.now.send_if_modified(|now| {
            let later = to > *now;
            *now = (*now).max(to);
            later
        });
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.now.borrow()
    }

    fn sleep_until(&self, at: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let mut now = self.now.subscribe();
        Box::pin(async move {
            // An error would mean that the clock is gone, and then nobody waits for it.
            let _ = now.wait_for(|now| *now >= at).await;
        })
    }
}
