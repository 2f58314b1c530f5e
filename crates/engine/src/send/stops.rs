//! Who said STOP a moment ago. A text is claimed some time before it leaves; one whose recipient has said STOP in between stays
//! here, and the gate is asked about it again.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use domain::id::TenantId;

/// So many are remembered: more than say STOP while a text waits for its turn. Who is forgotten counts as having said it.
const KEPT: usize = 4_096;

/// Those who said STOP lately, in the order in which that was committed.
#[derive(Debug, Default)]
pub(crate) struct Stops(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// How many there ever were.
    count: u64,
    last: VecDeque<(TenantId, String)>,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept").field("count", &self.count).finish_non_exhaustive()
    }
}

impl Stops {
    /// How many there were until now: to be asked before texts are claimed.
    pub(crate) fn count(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).count
    }

    /// These say STOP in a transaction. To be called before its commit and after it: what departs in between stays here, and
    /// what was claimed in between, by a gate that could not know of it yet.
    pub(crate) fn add_all(&self, stopped: &[(TenantId, String)]) {
        stopped.iter().for_each(|(tenant, phone)| self.add(*tenant, phone));
    }

    fn add(&self, tenant: TenantId, phone: &str) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.count += 1;
        kept.last.push_back((tenant, phone.to_owned()));
        if kept.last.len() > KEPT {
            kept.last.pop_front();
        }
    }

    /// Whether this phone may have said STOP to this tenant since there were so many.
    pub(crate) fn since(&self, count: u64, tenant: TenantId, phone: &str) -> bool {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let new = usize::try_from(kept.count.saturating_sub(count)).unwrap_or(usize::MAX);
        new > kept.last.len() || kept.last.iter().rev().take(new).any(|(of, who)| *of == tenant && who == phone)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const ACME: TenantId = TenantId(Uuid::from_u128(1));
    const BOLT: TenantId = TenantId(Uuid::from_u128(2));

    #[test]
    fn only_what_came_since_counts_and_only_for_whom_it_was() {
        let stops = Stops::default();
        stops.add(ACME, "+1");
        let claimed = stops.count();
        assert!(!stops.since(claimed, ACME, "+1"), "the gate has seen that one");
        stops.add(ACME, "+2");
        assert!(stops.since(claimed, ACME, "+2"));
        assert!(!stops.since(claimed, ACME, "+1") && !stops.since(claimed, BOLT, "+2"));
        assert!(!stops.since(stops.count(), ACME, "+2"));
    }

    #[test]
    fn whoever_is_forgotten_counts_as_one_who_said_it() {
        let stops = Stops::default();
        (0..=KEPT).for_each(|nth| stops.add(BOLT, &nth.to_string()));
        assert!(stops.since(0, ACME, "+1"));
        assert!(!stops.since(1, ACME, "+1"));
    }
}
