//! What happens to somebody's way.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::effect::Key;
use super::reply::Text;
use super::step::IfLate;

/// What happens to somebody's way.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// It begins.
    Entered {
        /// What is known from the start, by keys of variables. What does not fit is left out.
        #[serde(default)]
        variables: BTreeMap<String, String>,
    },
    /// A time has come. It changes nothing if another turn came between.
    Timer {
        /// The [`State::seq`](super::State::seq) that it was set at.
        seq: u64,
    },
    /// They wrote, and it is for this workflow: [`route`](super::route) says so.
    Reply(Text),
    /// They wrote, and it is for somebody else: another workflow, another number of ours, people.
    Wrote(Text),
    /// Something was done, or not.
    Done {
        /// What: the key of its effect.
        of: Key,
        /// What became of it.
        result: Done,
        /// When: of a text, when it left. `None`: now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    /// Another workflow that waited for a reply of theirs waits no more. For whoever waits for the floor, and for whoever waits
    /// for a reply without it.
    FloorFreed,
    /// Another workflow took the floor.
    FloorLost,
    /// Somebody paused it.
    Paused,
    /// Its workflow is paused, and it is found so in a turn of its own.
    WorkflowPaused {
        /// Since when: what is late is late by the whole pause.
        since: Timestamp,
    },
    /// Somebody has it go on.
    Resumed {
        /// What is late: as they say, or else as its step does.
        late: Option<IfLate>,
    },
    /// Somebody ended it.
    Cancelled,
    /// They want no more texts, or are gone.
    OptedOut,
    /// What the workflow was to bring about has come about.
    GoalReached,
    /// Something is known otherwise of them than before: it may be what the workflow was to bring about.
    ContactChanged,
    /// Somebody has the step done again that could not be done.
    Retried,
    /// It is at another version from now on, at this step. [`migration`](super::migration) says at which.
    Migrated {
        /// At this one.
        to: String,
    },
}

/// What became of something that was done.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    /// The text is out.
    Sent,
    /// The gate says that it must not be sent; the code of its reason.
    Blocked(String),
    /// It came to nothing, for this reason: a text that was not taken, a system or a model that did not answer.
    Failed(String),
    /// A system answered.
    Answered {
        /// With this status of HTTP.
        status: u16,
        /// With this; null, if it was no JSON.
        body: Json,
    },
    /// A model wrote this.
    Wrote(String),
    /// A model chose this one of what it was given; `None`: none of it fits.
    Chose(Option<usize>),
    /// A model found these, by keys of variables.
    Found(BTreeMap<String, String>),
    /// Their way through the other workflow is over, with this outcome.
    Left(String),
}

impl Event {
    /// As it is told.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Entered { .. } => "entered",
            Self::Timer { .. } => "timer",
            Self::Reply(_) => "reply",
            Self::Wrote(_) => "wrote",
            Self::Done { .. } => "done",
            Self::FloorFreed => "floor_freed",
            Self::FloorLost => "floor_lost",
            Self::Paused | Self::WorkflowPaused { .. } => "paused",
            Self::Resumed { .. } => "resumed",
            Self::Cancelled => "cancelled",
            Self::OptedOut => "opted_out",
            Self::GoalReached => "goal_reached",
            Self::ContactChanged => "contact_changed",
            Self::Retried => "retried",
            Self::Migrated { .. } => "migrated",
        }
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timer { seq } => write!(f, "timer({seq})"),
            Self::Done { of, result, .. } => write!(f, "done({of}: {})", result.name()),
            Self::Migrated { to } => write!(f, "migrated({to})"),
            _ => f.write_str(self.name()),
        }
    }
}

impl Done {
    /// As it is told.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Blocked(_) => "blocked",
            Self::Failed(_) => "failed",
            Self::Answered { .. } => "answered",
            Self::Wrote(_) => "wrote",
            Self::Chose(_) => "chose",
            Self::Found(_) => "found",
            Self::Left(_) => "left",
        }
    }
}

impl fmt::Debug for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
