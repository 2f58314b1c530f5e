//! Who may consume the next reply of (contact, our number). Many ways may be live at once; only waiting for a reply is
//! exclusive, and never for ever.

use jiff::{SignedDuration, Timestamp};

use super::step::Manner;
use crate::id::EnrolmentId;

/// The floor is held at most so long; who still waits then gets a reply only if nobody else wants it.
pub const FLOOR_MAX: SignedDuration = SignedDuration::from_hours(24 * 7);

/// Who holds the floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// This one.
    pub by: EnrolmentId,
    /// Until then; afterwards anybody may take it.
    pub until: Timestamp,
}

/// What becomes of who asks for the floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// They have it.
    Granted,
    /// They have it, and this one, who waited for a reply, has it no more.
    Preempted(EnrolmentId),
    /// They wait until it is free, and then at most.
    Queued(Timestamp),
}

/// Somebody asks for the floor.
#[must_use]
pub fn ask(held: Option<Held>, by: EnrolmentId, manner: Manner, now: Timestamp) -> Asked {
    match held {
        Some(held) if held.by != by && now < held.until => match manner {
            Manner::Queue => Asked::Queued(held.until),
            Manner::Preempt => Asked::Preempted(held.by),
        },
        _ => Asked::Granted,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn two_do_not_have_it() {
        let (one, other) = (EnrolmentId(Uuid::from_u128(1)), EnrolmentId(Uuid::from_u128(2)));
        let at = |second| Timestamp::from_second(second).unwrap();
        let held = Some(Held { by: other, until: at(100) });
        assert_eq!(ask(None, one, Manner::Queue, at(0)), Asked::Granted);
        assert_eq!(ask(held, other, Manner::Queue, at(0)), Asked::Granted, "their own");
        assert_eq!(ask(held, one, Manner::Queue, at(99)), Asked::Queued(at(100)));
        assert_eq!(ask(held, one, Manner::Queue, at(100)), Asked::Granted, "it is held no longer");
        assert_eq!(ask(held, one, Manner::Preempt, at(99)), Asked::Preempted(other));
    }
}
