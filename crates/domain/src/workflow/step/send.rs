//! Texts to them.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::id::{MediaId, NumberId};
use crate::workflow::clock::At;
use crate::workflow::document::is_usual;
use crate::workflow::span::Span;
use crate::{consent, gate};

/// What a text is for; the gate asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// It sells something, or might.
    Marketing,
    /// It tells what they need to know of something they have with us.
    Service,
    /// It answers what they have just written.
    Reply,
}

/// What somebody wrote is answered so long; what comes later is a text like others.
pub const ANSWERS_WITHIN: SignedDuration = SignedDuration::from_hours(24);

impl Purpose {
    /// What the gate is asked for it, and whose consent it needs; `None`: none besides not having opted out.
    #[must_use]
    pub const fn asks(self) -> (gate::Purpose, Option<consent::Purpose>) {
        match self {
            Self::Marketing => (gate::Purpose::Campaign, Some(consent::Purpose::Marketing)),
            Self::Service => (gate::Purpose::Campaign, Some(consent::Purpose::Service)),
            Self::Reply => (gate::Purpose::Conversation, None),
        }
    }

    /// As what it counts for somebody who wrote last then: nobody is answered who has not written, or long ago.
    #[must_use]
    pub fn counts_as(self, now: Timestamp, wrote_at: Option<Timestamp>) -> Self {
        match self {
            Self::Reply if wrote_at.is_none_or(|at| now.duration_since(at) > ANSWERS_WITHIN) => Self::Service,
            Self::Marketing | Self::Service | Self::Reply => self,
        }
    }
}

/// What happens if a step comes to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// It goes on as if there was no such step.
    Skip,
    /// Their way ends.
    Exit,
    /// Their way stands still until somebody has the step done again.
    Stop,
}

pub(super) const fn exit() -> Trouble {
    Trouble::Exit
}

pub(super) const fn skip() -> Trouble {
    Trouble::Skip
}

pub(super) const fn stop() -> Trouble {
    Trouble::Stop
}

pub(super) const fn is_exit(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Exit)
}

pub(super) const fn is_skip(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Skip)
}

pub(super) const fn is_stop(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Stop)
}

/// A text to them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Send {
    /// What it says, a [`Template`](crate::template::Template).
    pub text: String,
    /// What it is for.
    pub purpose: Purpose,
    /// From which number; `None`: the one that they know.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::workflow::unchosen::maybe")]
    pub from: Option<NumberId>,
    /// What is attached to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "crate::workflow::unchosen::each")]
    pub media: Vec<MediaId>,
    /// It is not sent any more if it has waited so long, for quiet hours or its turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Span>,
    /// The gate says that they must not get it, or they lack what the text cannot do without.
    #[serde(default = "exit", skip_serializing_if = "is_exit")]
    pub on_block: Trouble,
    /// The carrier did not take it. What it took and did not bring is told too late for that.
    #[serde(default = "stop", skip_serializing_if = "is_stop")]
    pub on_failure: Trouble,
}

/// A text at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScheduleSend {
    /// When.
    pub at: At,
    /// What.
    pub send: Send,
    /// The time is over, or not known of them, when they come here.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub if_past: IfPast,
    /// The time passed while somebody had paused it.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub if_late: IfLate,
}

/// A time is over when somebody comes to it, or nothing is known of them that would tell it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IfPast {
    /// It is done now, if it is over. Who it is not known of goes on without.
    #[default]
    Now,
    /// They go on without: also without the text that follows a delay.
    Skip,
    /// Their way ends.
    Exit,
}

/// A time passed while somebody had paused it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IfLate {
    /// It is done at once.
    #[default]
    Send,
    /// It is left out: also the text that follows a delay.
    Skip,
    /// It is done later, by as long as it was paused.
    Shift,
}
