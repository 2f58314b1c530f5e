//! Where a recipient stands, and why somebody gets nothing.

use crate::gate::Reason;
use crate::message::{Reported, Status};
use crate::segment::MAX_SEGMENTS;

/// Where a recipient stands. It only moves forward; whoever is over stays so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Standing {
    /// Their turn has not come.
    Pending,
    /// The gate said later.
    Deferred,
    /// The carrier did not take it, and is asked again.
    Queued,
    /// Handed to the carrier, whose answer is not here.
    Sending,
    /// The carrier took it.
    Sent,
    /// Nobody knows whether the carrier took it. It is never sent twice.
    Unknown,
    /// It arrived.
    Delivered,
    /// It went out and no receipt will come.
    Unconfirmed,
    /// It did not arrive.
    Failed,
    /// It was not sent, with reason.
    Skipped,
    /// The campaign was ended before their turn.
    Cancelled,
}

impl Standing {
    /// All of them, in the order of a recipient's life.
    pub const ALL: [Self; 11] = [
        Self::Pending,
        Self::Deferred,
        Self::Queued,
        Self::Sending,
        Self::Sent,
        Self::Unknown,
        Self::Delivered,
        Self::Unconfirmed,
        Self::Failed,
        Self::Skipped,
        Self::Cancelled,
    ];

    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Deferred => "deferred",
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Unknown => "unknown",
            Self::Delivered => "delivered",
            Self::Unconfirmed => "unconfirmed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Cancelled => "cancelled",
        }
    }

    /// The stored word back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.as_str() == text)
    }

    /// Whether their turn is still to come.
    #[must_use]
    pub const fn waits(self) -> bool {
        matches!(self, Self::Pending | Self::Deferred | Self::Queued)
    }

    /// Where they stand after a report; `None`: it says nothing new. The same rules as for any text.
    #[must_use]
    pub fn on(self, report: Reported) -> Option<Self> {
        let status = match self {
            Self::Sending => Status::Sending,
            Self::Sent => Status::Sent,
            Self::Unknown => Status::Unknown,
            _ => return None,
        };
        Self::parse(status.on(report)?.as_str())
    }
}

/// Why somebody gets nothing. The words are stable: they stand in the API, in exports and in figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Skip {
    /// The gate says no.
    Gate(Reason),
    /// Nothing is known of them under this name, and the text has no other word for it.
    Lacks(String),
    /// Their text would take more segments than carriers take.
    TooLong,
    /// Their text has no words.
    Empty,
    /// Its time was over.
    TooLate,
    /// They get nothing on purpose, to compare with those who do.
    Holdout,
}

impl Skip {
    /// The code of whoever gets nothing on purpose.
    pub const HELD_OUT: &'static str = "holdout";

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Gate(reason) => reason.code(),
            Self::Lacks(_) => "lacks_field",
            Self::TooLong => "too_long",
            Self::Empty => "empty_text",
            Self::TooLate => "too_late",
            Self::Holdout => Self::HELD_OUT,
        }
    }

    /// What it is, in plain words.
    #[must_use]
    pub fn explanation(&self) -> String {
        match self {
            Self::Gate(reason) => reason.explanation().into(),
            Self::Lacks(name) => format!("Nothing is known of them as {name}."),
            Self::TooLong => format!("Their text takes more than {MAX_SEGMENTS} segments."),
            Self::Empty => "Their text would have no words in it.".into(),
            Self::Holdout => "They were left out by lot, to see what the campaign does for those who get it.".into(),
            Self::TooLate => "It could not be sent to them before the time that was set.".into(),
        }
    }

    /// What to do about it; empty: nothing need be done.
    #[must_use]
    pub fn mend(&self) -> String {
        match self {
            Self::Gate(reason) => reason.mend().into(),
            Self::Lacks(name) => format!("Fill that in, or write another word for it, as in {{{name}|there}}."),
            Self::TooLong => "Make it shorter.".into(),
            Self::Empty => "Write some words around what is filled in.".into(),
            Self::Holdout => String::new(),
            Self::TooLate => "Send it again to those who were skipped, with more time or none set.".into(),
        }
    }
}
