//! Where somebody stands on their way: plain data that the engine keeps as it is.

use std::collections::BTreeMap;
use std::fmt;

use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::ALIVE_DAYS;
use super::effect::Key;
use super::event::Event;
use super::reply::Text;
use crate::id::{EnrolmentId, MessageId};

/// One person's way through one version of a workflow. Everything that [`advance`](super::advance) needs of the past is in
/// here.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Whose way.
    pub enrolment: EnrolmentId,
    /// Rises by one with each turn that changed something. A timer carries the one that it was set at; it is stale if
    /// another turn came between.
    pub seq: u64,
    /// How it stands with it.
    pub status: Status,
    /// When it began.
    pub entered_at: Timestamp,
    /// When it ends, wherever it stands.
    pub expires_at: Timestamp,
    /// The step where it stands, or where it ended.
    pub at: Option<String>,
    /// When it came there.
    pub since: Timestamp,
    /// What it waits for.
    pub waits: Option<Waits>,
    /// When a timer is to come, with the `seq` of this state. Whoever is on their way and not paused has one.
    pub wake_at: Option<Timestamp>,
    /// What is remembered, by keys of variables.
    pub variables: BTreeMap<String, String>,
    /// How often it came to each step.
    pub visits: BTreeMap<String, u32>,
    /// How often each step asked again.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub asked_again: BTreeMap<String, u32>,
    /// Steps that were done in all.
    pub steps_done: u64,
    /// What the person last answered here.
    pub answer: Option<Answer>,
    /// When they last wrote while nothing waited for it.
    #[serde(default)]
    pub wrote_at: Option<Timestamp>,
    /// What became of the last text.
    pub last_send: Option<Sent>,
    /// We hold the floor until then.
    pub floor_until: Option<Timestamp>,
    /// When the question went out that the next step waits for an answer to.
    #[serde(default)]
    pub(super) asked_at: Option<Timestamp>,
    /// Effects of this visit so far.
    pub(super) effects: u32,
    /// The next text is late, and left out.
    #[serde(default)]
    pub(super) leaves_out_text: bool,
    /// Texts that came while none was waited for, and may answer the question that is on its way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) early: Vec<Text>,
    /// What happened while it was paused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) held: Vec<Event>,
    /// The latest texts that were taken: one that comes twice is one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) seen: Vec<MessageId>,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("enrolment", &self.enrolment)
            .field("seq", &self.seq)
            .field("status", &self.status)
            .field("at", &self.at)
            .field("waits", &self.waits)
            .field("wake_at", &self.wake_at)
            .finish_non_exhaustive()
    }
}

/// How it stands with somebody's way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It has not begun.
    New,
    /// It goes on.
    Live,
    /// Somebody paused it.
    Paused {
        /// Since when.
        since: Timestamp,
    },
    /// A step could not be done, and waits for somebody to have it done again.
    Failed {
        /// Why.
        why: Failure,
    },
    /// It is over.
    Ended {
        /// How.
        how: How,
        /// What came of it: the outcome of an `end`, or [`How::as_str`].
        outcome: String,
    },
}

impl Status {
    /// The stable word for it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Live => "live",
            Self::Paused { .. } => "paused",
            Self::Failed { .. } => "failed",
            Self::Ended { .. } => "ended",
        }
    }
}

/// How a way ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// It was walked to its end.
    Completed,
    /// What the workflow was to bring about has come about.
    Goal,
    /// They wrote, and the workflow ends when somebody does.
    Replied,
    /// A filter let them not go on.
    Filtered,
    /// A text must not be sent to them.
    Blocked,
    /// A step could not be done.
    Failed,
    /// A time was over, or not known.
    Missed,
    /// They want no more texts.
    OptedOut,
    /// Somebody ended it.
    Cancelled,
    /// It lasted too long.
    Expired,
}

impl How {
    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Goal => "goal",
            Self::Replied => "replied",
            Self::Filtered => "filtered",
            Self::Blocked => "blocked",
            Self::Failed => "failed",
            Self::Missed => "missed",
            Self::OptedOut => "opted_out",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }
}

/// Why a step could not be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// The text was not taken.
    Send(String),
    /// The text must not be sent.
    Blocked(String),
    /// Nothing is known of them under this name, and the text has no other word for it.
    Lacks(String),
    /// A system did not answer, or with an error.
    Http(String),
    /// A model did not answer, or with nothing that can be used.
    Assistant(String),
    /// No answer came in time.
    NoAnswer,
    /// More steps followed one another without a wait than may.
    TooManySteps,
    /// They came to one step more often than may be.
    TooManyVisits,
    /// The step is in no version any more.
    NoSuchStep,
    /// The program has a fault.
    Crashed,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send(why) => write!(f, "the text was not sent: {why}"),
            Self::Blocked(why) => write!(f, "the text must not be sent: {why}"),
            Self::Lacks(name) => write!(f, "nothing is known of them as {name}"),
            Self::Http(why) => write!(f, "the system did not answer: {why}"),
            Self::Assistant(why) => write!(f, "the assistant did not answer: {why}"),
            Self::NoAnswer => f.write_str("no answer came in time"),
            Self::TooManySteps => {
                write!(f, "more than {} steps followed one another without a wait", super::TURN_STEPS_MAX)
            }
            Self::TooManyVisits => write!(f, "they came to this step more than {} times", super::VISITS_MAX),
            Self::NoSuchStep => f.write_str("the step is gone"),
            Self::Crashed => f.write_str("the program has a fault; whoever runs it finds it in the log"),
        }
    }
}

/// What a way waits for.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waits {
    /// A time.
    Time {
        /// This one.
        until: Timestamp,
    },
    /// A reply.
    Reply {
        /// One that was sent later comes too late.
        deadline: Timestamp,
        /// What came so far.
        heard: Vec<Text>,
        /// What belongs to it has come by then.
        complete_at: Option<Timestamp>,
        /// How often they were asked once more.
        reprompts: u32,
    },
    /// A model's word on what a reply means.
    Intent {
        /// Of this effect.
        of: Key,
        /// It does not come later.
        until: Timestamp,
        /// What they wrote.
        said: String,
        /// How often they were asked once more.
        reprompts: u32,
    },
    /// What becomes of something that is done elsewhere.
    Effect {
        /// Of this.
        of: Key,
        /// It does not come later.
        until: Timestamp,
    },
    /// Another workflow, which waits for a reply of theirs.
    Floor {
        /// It holds the floor no longer.
        until: Timestamp,
    },
}

impl Waits {
    /// The stable word for it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Time { .. } => "time",
            Self::Reply { .. } => "reply",
            Self::Intent { .. } => "intent",
            Self::Effect { .. } => "effect",
            Self::Floor { .. } => "floor",
        }
    }
}

impl fmt::Debug for Waits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time { until } => write!(f, "Time({until})"),
            Self::Reply { deadline, heard, .. } => write!(f, "Reply({deadline}, {} texts)", heard.len()),
            Self::Intent { of, until, .. } => write!(f, "Intent({of}, {until})"),
            Self::Effect { of, until } => write!(f, "Effect({of}, {until})"),
            Self::Floor { until } => write!(f, "Floor({until})"),
        }
    }
}

/// What somebody answered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What they wrote.
    pub said: String,
    /// What it was understood as, as it is kept.
    pub value: Option<String>,
    /// Which case it was: `yes`, a keyword, an intent; empty: none.
    pub case: String,
    /// When they sent it.
    pub at: Timestamp,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("at", &self.at).finish_non_exhaustive()
    }
}

/// What became of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sent {
    /// It is out.
    Sent,
    /// It must not be sent.
    Blocked,
    /// It was not taken.
    Failed,
}

impl Sent {
    /// As conditions see it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Blocked => "blocked",
            Self::Failed => "failed",
        }
    }
}

impl State {
    /// Of somebody who is about to enter: [`Event::Entered`] begins their way.
    #[must_use]
    pub fn new(enrolment: EnrolmentId, now: Timestamp) -> Self {
        Self {
            enrolment,
            seq: 0,
            status: Status::New,
            entered_at: now,
            expires_at: now.checked_add((24 * i64::from(ALIVE_DAYS)).hours()).unwrap_or(Timestamp::MAX),
            at: None,
            since: now,
            waits: None,
            wake_at: None,
            variables: BTreeMap::new(),
            visits: BTreeMap::new(),
            asked_again: BTreeMap::new(),
            steps_done: 0,
            answer: None,
            wrote_at: None,
            last_send: None,
            floor_until: None,
            asked_at: None,
            effects: 0,
            leaves_out_text: false,
            early: Vec::new(),
            held: Vec::new(),
            seen: Vec::new(),
        }
    }

    /// It is over, and nothing changes it any more.
    #[must_use]
    pub const fn is_ended(&self) -> bool {
        matches!(self.status, Status::Ended { .. })
    }

    /// It goes on by itself.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        matches!(self.status, Status::Live)
    }

    /// It waits for a reply now, so that one that comes is for it.
    #[must_use]
    pub const fn waits_for_reply(&self) -> bool {
        matches!(self.waits, Some(Waits::Reply { .. })) && !self.is_ended()
    }
}
