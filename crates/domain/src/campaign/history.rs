//! What a campaign went through, as it is told later.

/// One thing that was done with it. The words are stable: they stand in the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deed {
    /// It was made.
    Created,
    /// What it says, to whom or how was changed.
    Edited,
    /// It was launched.
    Launched,
    /// It was launched, and waits for another member's word.
    Submitted,
    /// Another member said that it goes.
    Approved,
    /// Another member said that it does not go.
    Refused,
    /// Its launch was taken back.
    Undone,
    /// Its time came: its texts go out.
    Started,
    /// Somebody paused it, or it stopped by itself.
    Paused,
    /// It goes on.
    Resumed,
    /// What came of the first texts is good, and the others get it, too.
    CanaryPassed,
    /// Somebody ended it.
    Cancelled,
    /// Nobody waits for it any more.
    Done,
    /// Another was made of it, for those who did not get it.
    Retried,
}

impl Deed {
    /// All of them, in the order of a campaign's life.
    pub const ALL: [Self; 14] = [
        Self::Created,
        Self::Edited,
        Self::Launched,
        Self::Submitted,
        Self::Approved,
        Self::Refused,
        Self::Undone,
        Self::Started,
        Self::Paused,
        Self::Resumed,
        Self::CanaryPassed,
        Self::Cancelled,
        Self::Done,
        Self::Retried,
    ];

    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Edited => "edited",
            Self::Launched => "launched",
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Undone => "undone",
            Self::Started => "started",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::CanaryPassed => "canary_passed",
            Self::Cancelled => "cancelled",
            Self::Done => "done",
            Self::Retried => "retried",
        }
    }
}
