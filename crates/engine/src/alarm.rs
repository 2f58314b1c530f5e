//! Wakes a loop now or at a time: the quick way beside polling, and never the only one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;

/// One loop's alarm. Losing it costs latency, never data: the loop also looks by itself now and then.
#[derive(Debug, Default)]
pub struct Alarm {
    rings: Notify,
    at: Mutex<Option<Timestamp>>,
    rang: AtomicBool,
}

impl Alarm {
    /// Rings at `at`, unless something rings before.
    pub fn set(&self, at: Timestamp) {
        {
            let mut next = self.at.lock().unwrap_or_else(PoisonError::into_inner);
            *next = Some(next.map_or(at, |next| next.min(at)));
        }
        self.rang.store(true, Ordering::Release);
        self.rings.notify_one();
    }

    /// Whether it was set since this was asked last: what the loop knows may be out of date.
    pub fn rang(&self) -> bool {
        self.rang.swap(false, Ordering::AcqRel)
    }

    /// Waits until there may be work: an alarm was set and its time has come, `next` has come, or `at_most` has passed.
    /// False: it is time to stop.
    pub async fn wait(
        &self,
        clock: &dyn Clock,
        next: Option<Timestamp>,
        at_most: SignedDuration,
        stop: &CancellationToken,
    ) -> bool {
        let latest = clock.now().checked_add(at_most).unwrap_or(Timestamp::MAX);
        let mut until = next.map_or(latest, |next| next.min(latest));
        loop {
            if stop.is_cancelled() {
                return false;
            }
            if let Some(at) = self.at.lock().unwrap_or_else(PoisonError::into_inner).take() {
                until = until.min(at);
            }
            if until <= clock.now() {
                return true;
            }
            tokio::select! {
                () = stop.cancelled() => return false,
                () = self.rings.notified() => {}
                () = clock.sleep_until(until) => return true,
            }
        }
    }
}
