//! Whose turn it is at a host: one request at a time, with a pause after each. Whoever comes in between is told when to come
//! back, and finds his place kept. Each node keeps its own book.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::id::KnowledgeId;
use jiff::{SignedDuration, Timestamp};

use crate::clock::Clock;

/// Between two requests to one host.
pub(super) const PAUSE: SignedDuration = SignedDuration::from_secs(1);
/// So many hosts are in the book; those that nobody waits for leave it first.
const HOSTS_MAX: usize = 1_000;

/// The book of all hosts.
#[derive(Debug, Default, Clone)]
pub(super) struct Hosts(Arc<Mutex<HashMap<String, Host>>>);

#[derive(Debug, Default)]
struct Host {
    is_busy: bool,
    /// When the next one who has no place yet may come.
    free_at: Timestamp,
    /// What the site asks for, if that is more than the usual pause.
    pause: Option<SignedDuration>,
    /// Who was told to come when.
    places: HashMap<KnowledgeId, Timestamp>,
}

/// An answer to who asks for a turn.
pub(super) enum Answer {
    /// It is his turn until he drops this.
    Now(Turn),
    /// He shall come back then.
    At(Timestamp),
}

/// A turn at a host.
pub(super) struct Turn {
    hosts: Hosts,
    host: String,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Turn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Turn").field("host", &self.host).finish_non_exhaustive()
    }
}

impl Hosts {
    /// Asks for a turn.
    pub(super) fn ask(&self, clock: &Arc<dyn Clock>, name: &str, who: KnowledgeId) -> Answer {
        let now = clock.now();
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= HOSTS_MAX && !hosts.contains_key(name) {
            hosts.retain(|_, host| host.is_busy || !host.places.is_empty() || host.free_at > now);
        }
        let host = hosts.entry(name.to_owned()).or_default();
        let place = host.places.get(&who).copied();
        let at = place.unwrap_or_else(|| host.free_at.max(now));
        if at <= now && !host.is_busy {
            host.places.remove(&who);
            host.is_busy = true;
            let turn = Turn { hosts: self.clone(), host: name.to_owned(), clock: Arc::clone(clock) };
            return Answer::Now(turn);
        }
        // Someone takes longer than the pause, or others stand before him.
        let at = if at <= now { host.free_at.max(host.after(now)) } else { at };
        host.free_at = host.free_at.max(host.after(at));
        host.places.insert(who, at);
        Answer::At(at)
    }

    fn ended(&self, name: &str, now: Timestamp) {
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = hosts.get_mut(name) {
            host.is_busy = false;
            host.free_at = host.free_at.max(host.after(now));
            // Whoever has not come back by now has lost his place: the source is gone.
            let stale = now.checked_sub(SignedDuration::from_hours(1)).unwrap_or(now);
            host.places.retain(|_, at| *at > stale);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.hosts.ended(&self.host, self.clock.now());
    }
}

impl Host {
    fn after(&self, at: Timestamp) -> Timestamp {
        at.checked_add(self.pause.map_or(PAUSE, |pause| pause.max(PAUSE))).unwrap_or(at)
    }
}

impl Turn {
    /// The site asks for this pause between two requests, or for none of its own.
    pub(super) fn pauses(&self, seconds: Option<u32>) {
        let pause = seconds.map(|seconds| SignedDuration::from_secs(i64::from(seconds)));
        let mut hosts = self.hosts.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = hosts.get_mut(&self.host) {
            host.pause = pause;
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::clock::ManualClock;

    fn who(n: u128) -> KnowledgeId {
        KnowledgeId(Uuid::from_u128(n))
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_000 + seconds).unwrap()
    }

    fn told(answer: &Answer) -> Option<Timestamp> {
        match answer {
            Answer::Now(_) => None,
            Answer::At(at) => Some(*at),
        }
    }

    #[test]
    fn everybody_has_a_place_of_his_own() {
        let manual = Arc::new(ManualClock::at(at(0)));
        let clock: Arc<dyn Clock> = Arc::clone(&manual) as Arc<dyn Clock>;
        let hosts = Hosts::default();
        let first = hosts.ask(&clock, "a.test", who(1));
        assert_eq!(told(&first), None);
        assert_eq!(told(&hosts.ask(&clock, "a.test", who(2))), Some(at(1)));
        assert_eq!(told(&hosts.ask(&clock, "a.test", who(3))), Some(at(2)));
        assert_eq!(told(&hosts.ask(&clock, "b.test", who(2))), None, "another host");
        assert_eq!(told(&hosts.ask(&clock, "a.test", who(3))), Some(at(2)), "asked too early, his place is kept");
        drop(first);
        manual.advance_to(at(1));
        let second = hosts.ask(&clock, "a.test", who(2));
        assert_eq!(told(&second), None);
        manual.advance_to(at(2));
        let later = told(&hosts.ask(&clock, "a.test", who(3)));
        assert!(later > Some(at(2)), "the second takes longer");
        drop(second);
        manual.advance_to(later.unwrap());
        assert_eq!(told(&hosts.ask(&clock, "a.test", who(3))), None);
    }

    #[test]
    fn a_turn_is_followed_by_a_pause() {
        let manual = Arc::new(ManualClock::at(at(0)));
        let clock: Arc<dyn Clock> = Arc::clone(&manual) as Arc<dyn Clock>;
        let hosts = Hosts::default();
        drop(hosts.ask(&clock, "a.test", who(1)));
        assert_eq!(told(&hosts.ask(&clock, "a.test", who(1))), Some(at(1)));
    }

    #[test]
    fn a_site_may_ask_for_a_longer_pause() {
        let manual = Arc::new(ManualClock::at(at(0)));
        let clock: Arc<dyn Clock> = Arc::clone(&manual) as Arc<dyn Clock>;
        let hosts = Hosts::default();
        let Answer::Now(turn) = hosts.ask(&clock, "a.test", who(1)) else { panic!("it is free") };
        turn.pauses(Some(10));
        drop(turn);
        assert_eq!(told(&hosts.ask(&clock, "a.test", who(1))), Some(at(10)));
        assert_eq!(told(&hosts.ask(&clock, "a.test", who(2))), Some(at(20)));
    }
}
