//! What happened on somebody's way, and why: the answer to "why this step?".

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::effect::Key;
use super::state::{Failure, How};

/// One line of the log of a way.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Of which turn.
    pub seq: u64,
    /// At which step.
    pub step: Option<String>,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Their way began.
    Entered,
    /// They came to the step.
    Came,
    /// The step was left out.
    LeftOut(Why),
    /// This way was taken: a case, a path, `otherwise`, `no_match`, `timeout`.
    Took(String),
    /// A case of a reply was taken.
    TookCase {
        /// Which, from 1.
        nth: u32,
        /// What it is called in conditions.
        way: String,
    },
    /// A condition was asked.
    Asked {
        /// Whether it is true of them.
        holds: bool,
    },
    /// It waits for a time.
    WaitsUntil(Timestamp),
    /// It waits for a reply.
    WaitsForReply {
        /// Until then.
        deadline: Timestamp,
    },
    /// It waits for another workflow that waits for a reply of theirs.
    WaitsForFloor {
        /// Until then at most.
        until: Timestamp,
    },
    /// Something is to be done.
    Does {
        /// What.
        deed: String,
        /// Its key.
        key: Key,
    },
    /// Something was done, or not.
    Done(String),
    /// They wrote.
    Heard(String),
    /// They wrote, and nothing waited for it.
    HeardBeside(String),
    /// Something was written down.
    Saved {
        /// Where.
        key: String,
        /// What; `None`: nothing is known any more.
        value: Option<String>,
    },
    /// What was said does not fit.
    DoesNotFit {
        /// Where it was to be written down.
        key: String,
    },
    /// They are asked again.
    AskedAgain,
    /// The floor was taken by another workflow.
    FloorLost,
    /// It was paused.
    Paused,
    /// It goes on.
    Resumed,
    /// A step could not be done.
    Failed(Failure),
    /// The step is done again.
    Retried,
    /// It is at another version from now on.
    Migrated,
    /// It is over.
    Ended {
        /// How.
        how: How,
        /// What came of it.
        outcome: String,
    },
}

/// Why a step was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It is not for them.
    OnlyIf,
    /// Its time is over.
    Past,
    /// Nothing is known of them under this name.
    Lacks(String),
    /// It is late.
    Late,
    /// It came to nothing.
    Trouble(Failure),
}

impl What {
    /// The stable word for it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Entered => "entered",
            Self::Came => "came",
            Self::LeftOut(_) => "left_out",
            Self::Took(_) | Self::TookCase { .. } => "took",
            Self::Asked { .. } => "asked",
            Self::WaitsUntil(_) => "waits_until",
            Self::WaitsForReply { .. } => "waits_for_reply",
            Self::WaitsForFloor { .. } => "waits_for_floor",
            Self::Does { .. } => "does",
            Self::Done(_) => "done",
            Self::Heard(_) => "heard",
            Self::HeardBeside(_) => "heard_beside",
            Self::Saved { .. } => "saved",
            Self::DoesNotFit { .. } => "does_not_fit",
            Self::AskedAgain => "asked_again",
            Self::FloorLost => "floor_lost",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::Failed(_) => "failed",
            Self::Retried => "retried",
            Self::Migrated => "migrated",
            Self::Ended { .. } => "ended",
        }
    }
}

impl fmt::Debug for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Heard(_) => f.write_str("Heard"),
            Self::HeardBeside(_) => f.write_str("HeardBeside"),
            Self::Saved { key, .. } => write!(f, "Saved({key})"),
            other => f.write_str(&other.to_string()),
        }
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}: {:?}", self.seq, self.step, self.what)
    }
}

/// In plain words, for people.
impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entered => f.write_str("enters"),
            Self::Came => f.write_str("comes here"),
            Self::LeftOut(Why::OnlyIf) => f.write_str("is left out: it is not for them"),
            Self::LeftOut(Why::Past) => f.write_str("is left out: its time is over"),
            Self::LeftOut(Why::Lacks(name)) => write!(f, "is left out: nothing is known of them as {name}"),
            Self::LeftOut(Why::Late) => f.write_str("is left out: it is late"),
            Self::LeftOut(Why::Trouble(why)) => write!(f, "is left out: {why}"),
            Self::Took(way) | Self::TookCase { way, .. } => write!(f, "takes {way}"),
            Self::Asked { holds } => f.write_str(if *holds { "it is true" } else { "it is not true" }),
            Self::WaitsUntil(until) => write!(f, "waits until {until}"),
            Self::WaitsForReply { deadline } => write!(f, "waits for a reply until {deadline}"),
            Self::WaitsForFloor { until } => write!(f, "waits for another workflow, at most until {until}"),
            Self::Does { deed, .. } => write!(f, "does {deed}"),
            Self::Done(what) => write!(f, "{what}"),
            Self::Heard(said) => write!(f, "hears {said:?}"),
            Self::HeardBeside(said) => write!(f, "hears {said:?}, and waits for none"),
            Self::Saved { key, value: Some(value) } => write!(f, "saves {key} = {value:?}"),
            Self::Saved { key, value: None } => write!(f, "clears {key}"),
            Self::DoesNotFit { key } => write!(f, "does not fit {key}"),
            Self::AskedAgain => f.write_str("asks again"),
            Self::FloorLost => f.write_str("another workflow waits for their reply now"),
            Self::Paused => f.write_str("is paused"),
            Self::Resumed => f.write_str("goes on"),
            Self::Failed(why) => write!(f, "stands still: {why}"),
            Self::Retried => f.write_str("is done again"),
            Self::Migrated => f.write_str("is at another version"),
            Self::Ended { how, outcome } if how.as_str() == outcome => write!(f, "ends: {outcome}"),
            Self::Ended { how, outcome } => write!(f, "ends: {outcome} ({})", how.as_str()),
        }
    }
}
