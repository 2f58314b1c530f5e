//! Conditions on a person: `city = "Oslo" and last_inbound_at within last 30 days`.
//!
//! One tree, in three forms that say the same: JSON for programs, a [`text`] for people, and [`Checked`], which is typed and
//! is all that is ever evaluated. Rust evaluates it here ([`Checked::holds`]), the database as a query of the store; both
//! answer the same for every person, and a test holds them to it.
//!
//! What a condition means:
//!
//! - It is true or false, never unknown. Where nothing is known of a person, every operator is false but `is_missing` and
//!   `ne`: whoever has no city does not live in Oslo.
//! - Letters count as the same whatever their case, in every script (see [`fold`]); accents count.
//! - A day is a day of the business (its time zone). The last 30 days of a moment are 30 times 24 hours; those of a date are
//!   today and the 30 days before.
//! - Labels are compared as they are written.
//!
//! What is looked at has a name ([`catalogue`]) and a kind, and the kind has its operators. Who evaluates conditions on more
//! than a person adds names there, to [`Test`] what they test, and to [`Subject`] where their values are.

mod catalogue;
mod check;
mod evaluate;
mod fault;
mod fold;
mod json;
mod test;
#[cfg(test)]
mod tests;
pub mod text;

use std::fmt;

pub use catalogue::{Catalogue, NAMES, Of};
pub use check::{Checked, check};
pub use evaluate::{GotCampaign, Subject, Verdict};
pub use fault::{Fault, Span};
pub use fold::{fold, spellings};
pub use test::{Day, Did, Moment, Node, Test, Words, day_number};

/// A tree is at most so deep.
pub const DEPTH_MAX: usize = 16;
/// A tree has at most so many leaves.
pub const LEAVES_MAX: usize = 250;
/// All leaves of a tree together have at most so many values.
pub const VALUES_MAX: usize = 500;
/// A text in a leaf has at most so many characters.
pub const TEXT_CHARS_MAX: usize = crate::field::TEXT_CHARS_MAX;
/// Periods are at most so many days long.
pub const DAYS_MAX: u32 = 36_500;

/// A condition as somebody wrote it.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Each of these holds.
    All(Vec<Self>),
    /// One of these holds.
    Any(Vec<Self>),
    /// This does not hold.
    Not(Box<Self>),
    /// One thing is looked at.
    Leaf(Leaf),
}

/// One thing that is looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    /// What, by its name: one of [`NAMES`], or the key of one of the tenant's fields, alone or as in `fields.city`.
    pub field: String,
    /// How.
    pub op: Op,
    /// What it is held against, for operators that want something.
    pub value: Option<Value>,
    /// A period, for operators that have one.
    pub days: Option<u32>,
}

/// What something is held against.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// Words; also a date as in `2026-11-27`, `today`, `today-30`, and an id.
    Text(String),
    /// A number.
    Number(serde_json::Number),
    /// Yes or no.
    YesNo(bool),
    /// Several of these.
    Many(Vec<Self>),
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "text",
            Self::Number(_) => "number",
            Self::YesNo(_) => "yes or no",
            Self::Many(_) => "list",
        })
    }
}

/// How something is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Op {
    /// It is this.
    Eq,
    /// It is not this, or not known.
    Ne,
    /// It is less, or earlier.
    Lt,
    /// The same, or this.
    Le,
    /// It is more, or later.
    Gt,
    /// The same, or this.
    Ge,
    /// It is from the first of two to the second, both included.
    Between,
    /// It is one of these.
    In,
    /// This is somewhere in it.
    Contains,
    /// It begins so.
    Starts,
    /// It is known.
    IsSet,
    /// It is not known.
    IsMissing,
    /// It was in the last `days`.
    WithinLast,
    /// It is in the next `days`.
    WithinNext,
    /// It was more than `days` ago.
    OlderThan,
    /// They got this campaign, or any; `days`: so many days ago at most.
    Got,
    /// They answered it.
    Replied,
    /// They followed a link in it.
    Clicked,
}

impl Op {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::Eq,
        Self::Ne,
        Self::Lt,
        Self::Le,
        Self::Gt,
        Self::Ge,
        Self::Between,
        Self::In,
        Self::Contains,
        Self::Starts,
        Self::IsSet,
        Self::IsMissing,
        Self::WithinLast,
        Self::WithinNext,
        Self::OlderThan,
        Self::Got,
        Self::Replied,
        Self::Clicked,
    ];

    /// As in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Lt => "lt",
            Self::Le => "le",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::Between => "between",
            Self::In => "in",
            Self::Contains => "contains",
            Self::Starts => "starts",
            Self::IsSet => "is_set",
            Self::IsMissing => "is_missing",
            Self::WithinLast => "within_last",
            Self::WithinNext => "within_next",
            Self::OlderThan => "older_than",
            Self::Got => "got",
            Self::Replied => "replied",
            Self::Clicked => "clicked",
        }
    }

    /// As in text.
    #[must_use]
    pub const fn in_text(self) -> &'static str {
        match self {
            Self::Eq => "=",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::Starts => "starts with",
            Self::IsSet => "is set",
            Self::IsMissing => "is missing",
            Self::WithinLast => "within last",
            Self::WithinNext => "within next",
            Self::OlderThan => "older than",
            Self::Replied => "replied to",
            Self::Clicked => "clicked in",
            Self::Between | Self::In | Self::Contains | Self::Got => self.as_str(),
        }
    }

    /// The word back.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|op| op.as_str() == word)
    }
}
