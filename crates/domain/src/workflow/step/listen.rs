//! Waiting for a reply.

use serde::{Deserialize, Serialize};

use super::{Step, is_two, two};
use crate::workflow::document::is_usual;
use crate::workflow::span::Span;

/// They are waited for. Without cases, any reply goes on behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WaitForReply {
    /// So long.
    pub timeout: Span,
    /// The first that their reply is, is taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<ReplyCase>,
    /// Their reply is none of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_match: Option<NoMatch>,
    /// They did not reply.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on_timeout: Vec<Step>,
    /// What they write so soon after their reply belongs to it; at most 30 seconds.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub merge: Span,
    /// Another workflow waits for a reply of theirs, too.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub floor: Manner,
}

/// What happens if another workflow waits for a reply of theirs to the same number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Manner {
    /// This one asks when that one is done.
    #[default]
    Queue,
    /// This one gets the reply.
    Preempt,
}

/// A way that a reply chooses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplyCase {
    /// Which replies.
    pub when: Heard,
    /// What is done then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

/// What a reply is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Heard {
    /// Any.
    Any,
    /// A yes.
    Yes,
    /// A no.
    No,
    /// It has a day in it.
    Date,
    /// One of these words or phrases is all of it, or stands in a short text.
    Keywords(Vec<String>),
    /// A number, from here to there.
    Number {
        /// At least.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<f64>,
        /// At most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<f64>,
    },
    /// One of these, by its words, its number or its letter.
    Choice(Vec<String>),
    /// A model says that this is what they mean.
    Intent(String),
}

/// Their reply is none of the cases.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NoMatch {
    /// They are asked with this, and waited for again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reprompt: Option<String>,
    /// At most so often.
    #[serde(default = "two", skip_serializing_if = "is_two")]
    pub times: u32,
    /// What is done then.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}
