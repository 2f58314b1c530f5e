//! A person outside, as far as a decision needs them.

mod alike;

use jiff::Timestamp;

pub use alike::{Likeness, Looks, likeness};

use crate::hours::QuietHours;
use crate::id::ContactId;

/// A person outside and the one address the scene is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Which one.
    pub id: ContactId,
    /// Empty when not known.
    pub name: String,
    /// Empty when not known.
    pub company: String,
    /// IANA zone when someone said so; else the tenant's counts.
    pub time_zone: Option<String>,
    /// When they do not want to be texted, when they said so.
    pub quiet_hours: Option<QuietHours>,
    /// Someone of the tenant wants nothing more from or to this person.
    pub blocked: bool,
    /// Since when this address wants no texts.
    pub opted_out_at: Option<Timestamp>,
    /// When they last asked for texts again at this address, by START.
    pub started_at: Option<Timestamp>,
}
