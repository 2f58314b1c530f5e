//! One clock for the engine and the carrier, moved by hand.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;

/// The town's clock. Clones show the same time.
#[derive(Debug, Clone)]
pub struct TownClock(Arc<engine::ManualClock>);

impl TownClock {
    /// Stands at `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(engine::ManualClock::at(now)))
    }

    /// Moves on.
    pub fn advance_to(&self, to: Timestamp) {
        self.0.advance_to(to);
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        engine::Clock::now(&*self.0)
    }
}

impl engine::Clock for TownClock {
    fn now(&self) -> Timestamp {
        engine::Clock::now(&*self.0)
    }

    fn sleep_until(&self, at: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.0.sleep_until(at)
    }
}

impl sandbox::Clock for TownClock {
    fn now(&self) -> Timestamp {
        engine::Clock::now(&*self.0)
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, ()> {
        let clock = Arc::clone(&self.0);
        Box::pin(async move { engine::Clock::sleep_until(&*clock, at).await })
    }
}
