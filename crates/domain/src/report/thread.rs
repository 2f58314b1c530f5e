//! How long people waited in a thread: for the first answer, and until it was done.

use jiff::Timestamp;

use crate::id::{AssistantId, UserId};

/// Who said something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The person outside.
    Contact,
    /// One of us.
    Member(UserId),
    /// A configured AI.
    Assistant(AssistantId),
    /// A workflow, or a program.
    Program,
}

impl By {
    /// Which sort, and which one of it.
    #[must_use]
    pub fn kind_and_id(self) -> (&'static str, String) {
        match self {
            Self::Contact => ("contact", String::new()),
            Self::Member(id) => ("member", id.to_string()),
            Self::Assistant(id) => ("assistant", id.to_string()),
            Self::Program => ("program", String::new()),
        }
    }
}

/// What happened in a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Somebody wrote: the contact, or one of ours in answer.
    Said {
        /// When it came, or went out.
        at: Timestamp,
        /// Who.
        by: By,
        /// A wait that ends here is told. (One that does not ended on a day that is counted by itself.)
        told: bool,
    },
    /// It was closed.
    Closed {
        /// When.
        at: Timestamp,
        /// As above.
        told: bool,
    },
}

impl Line {
    /// When.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        match self {
            Self::Said { at, .. } | Self::Closed { at, .. } => *at,
        }
    }
}

/// For what somebody waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WaitedFor {
    /// The contact, from their first text until somebody answered.
    FirstResponse,
    /// All, from the first text until it was closed.
    Resolution,
}

impl WaitedFor {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FirstResponse => "first_response",
            Self::Resolution => "resolution",
        }
    }
}

/// A wait that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// For what.
    pub waited_for: WaitedFor,
    /// Since when.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Who ended it: of a resolution, who answered last.
    pub by: By,
}

/// The waits of a thread, from what happened in it, in order. What comes after a close is as a thread of its own. Whoever is
/// written to first waits for nothing until they answer.
pub fn waits(lines: impl IntoIterator<Item = Line>) -> Vec<Wait> {
    let mut ended = Vec::new();
    let mut now = Episode::default();
    for line in lines {
        match line {
            Line::Said { at, by: By::Contact, .. } => {
                now.began.get_or_insert(at);
                now.asked.get_or_insert(at);
            }
            Line::Said { at, by, told } => {
                now.began.get_or_insert(at);
                if let (Some(since), true) = (now.asked.take(), !now.responded) {
                    now.responded = true;
                    if told {
                        ended.push(Wait { waited_for: WaitedFor::FirstResponse, since, until: at, by });
                    }
                }
                now.answered_by = Some(by);
            }
            Line::Closed { at, told } => {
                if let (Some(since), true) = (now.began, told) {
                    let by = now.answered_by.unwrap_or(By::Program);
                    ended.push(Wait { waited_for: WaitedFor::Resolution, since, until: at, by });
                }
                now = Episode::default();
            }
        }
    }
    ended
}

/// From the first text on until it is closed.
#[derive(Default)]
struct Episode {
    began: Option<Timestamp>,
    asked: Option<Timestamp>,
    responded: bool,
    answered_by: Option<By>,
}
