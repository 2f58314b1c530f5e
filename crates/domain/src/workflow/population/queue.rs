//! What is due, in the order of time.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::post::Out;

/// Something that is due.
pub(super) enum Due {
    Enters,
    /// A timer may have come.
    Alarm,
    /// They answer what a step asked, with one of its cases.
    Answers {
        step: usize,
        case: Option<usize>,
    },
    /// They want no more texts.
    Stops,
    /// A text is to go.
    Text(Box<Out>),
}

pub(super) struct Entry {
    pub at: Timestamp,
    /// What was put in first comes first.
    pub nth: u64,
    pub who: u32,
    pub due: Due,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    /// The earliest is the greatest, which a heap gives first.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.nth).cmp(&(self.at, self.nth))
    }
}
