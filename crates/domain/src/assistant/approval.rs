//! Something that cannot be put right, wanted by an assistant: it waits for a person's word, or for the contact's code.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::id::{ApprovalId, AssistantId, ConversationId, RunId};

/// What nobody has decided on within this time is not done any more.
pub const WAITS: SignedDuration = SignedDuration::from_hours(24);

/// One use of a tool that waits for somebody's word, or waited for it.
#[derive(Clone, PartialEq, Eq)]
pub struct Approval {
    /// Which one.
    pub id: ApprovalId,
    /// Where.
    pub conversation: ConversationId,
    /// Who wants it.
    pub assistant: AssistantId,
    /// In which version: what is done is what that one says.
    pub version: u32,
    /// The run that it came of.
    pub run: RunId,
    /// The tool's name.
    pub tool: String,
    /// What it is to be called with, JSON.
    pub arguments: String,
    /// Where it stands.
    pub state: State,
    /// Until when it can be approved.
    pub expires_at: Timestamp,
    /// The digits with which the contact approves it; `None`: only people can.
    pub code: Option<String>,
    /// How many wrong ones the contact has texted.
    pub wrong_codes: u32,
    /// What came of it, or why not; empty: nothing yet.
    pub result: String,
}

/// Where an approval stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It waits for a person, or for the contact.
    Waiting,
    /// It will be done at once.
    Approved,
    /// It will not be done.
    Rejected,
    /// Nobody decided in time.
    Expired,
    /// It was done.
    Done,
    /// It was tried, and did not work.
    Failed,
    /// It was begun, and nobody knows whether it was done. It is not tried again.
    Unknown,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Waiting, Self::Approved, Self::Rejected, Self::Expired, Self::Done, Self::Failed, Self::Unknown];

    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    /// The stored word back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

impl fmt::Debug for Approval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Approval").field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}
