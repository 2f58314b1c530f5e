//! What a condition tests, once its names and values are known to make sense: the part that Rust evaluates and the store
//! compiles.

use std::ops::Bound;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::Of;
use crate::id::{CampaignId, ImportId, ListId};

/// A checked tree.
#[derive(Debug, Clone)]
pub enum Node {
    /// Each of these holds.
    All(Vec<Self>),
    /// One of these holds.
    Any(Vec<Self>),
    /// This does not hold.
    Not(Box<Self>),
    /// One test passes, or (`negated`) it does not.
    Asked {
        /// What is tested.
        test: Test,
        /// Whether it is the other way round.
        negated: bool,
    },
}

/// One test. It fails where nothing is known.
#[derive(Debug, Clone)]
pub enum Test {
    /// Words: a name, a company, a phone, a time zone, a consent, a field of text, of choices, of yes or no.
    Words {
        /// Whose.
        of: Of,
        /// What they must be.
        are: Words,
    },
    /// A number in the field with this key is one of these. Numbers are 64-bit floats: 15 digits tell them apart.
    NumberIn {
        /// The field's key.
        field: String,
        /// These.
        numbers: Vec<f64>,
    },
    /// A number in the field with this key is in this range.
    Number {
        /// The field's key.
        field: String,
        /// From here.
        from: Bound<f64>,
        /// To here.
        to: Bound<f64>,
    },
    /// A date in the field with this key is in this range, both ends included.
    Date {
        /// The field's key.
        field: String,
        /// From this day.
        from: Option<Day>,
        /// To this day.
        to: Option<Day>,
    },
    /// A moment is in this range, the end not included.
    Moment {
        /// Which moment.
        of: Of,
        /// From here.
        from: Option<Moment>,
        /// Until here.
        until: Option<Moment>,
    },
    /// They are blocked.
    Blocked,
    /// One of their phones is opted out.
    OptedOut,
    /// They have one of these labels; `None`: any label.
    Tagged(Option<Vec<String>>),
    /// They are on one of these lists; `None`: on any.
    Listed(Option<Vec<ListId>>),
    /// One of these imports added or found them. No segment asks this; audiences do.
    Imported(Vec<ImportId>),
    /// They got one of these campaigns, or did something with it; `None`: any.
    Campaign {
        /// What they did.
        did: Did,
        /// Which.
        which: Option<Vec<CampaignId>>,
        /// At most so many days ago.
        days: Option<u32>,
    },
}

/// What somebody did with a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Did {
    /// They got it.
    Got,
    /// They answered it.
    Replied,
    /// They followed a link in it.
    Clicked,
}

/// What words must be. All are folded ([`super::fold`]).
#[derive(Clone, PartialEq, Eq)]
pub enum Words {
    /// There are some.
    Known,
    /// One of these.
    OneOf(Vec<String>),
    /// They contain this.
    Contain(String),
    /// They start so.
    Start(String),
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Known => "known",
            Self::OneOf(_) => "one of some",
            Self::Contain(_) => "contain",
            Self::Start(_) => "start",
        })
    }
}

/// A day of the business.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    /// This one, in days since 1970.
    On(i64),
    /// So many after today, or before it.
    Today(i64),
}

/// A moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// This one.
    At(Timestamp),
    /// When the day begins that is so many after today, or before it.
    StartOf(i64),
    /// So many times 24 hours ago.
    Ago(u32),
}

/// A day as a number: days since 1970.
#[must_use]
pub fn day_number(date: Date) -> i64 {
    date.duration_since(Date::constant(1970, 1, 1)).as_hours() / 24
}

/// When a day begins; `None`: out of the calendar.
pub(super) fn start_of(day: i64, zone: &TimeZone) -> Option<Timestamp> {
    let date = Date::constant(1970, 1, 1).checked_add(SignedDuration::from_hours(day.checked_mul(24)?)).ok()?;
    zone.to_ambiguous_timestamp(date.at(0, 0, 0, 0)).compatible().ok()
}

impl Day {
    /// So many days later.
    pub(super) fn plus(self, days: i64) -> Self {
        match self {
            Self::On(day) => Self::On(day + days),
            Self::Today(after) => Self::Today(after + days),
        }
    }

    /// Days since 1970.
    #[must_use]
    pub fn number(self, now: Timestamp, zone: &TimeZone) -> i64 {
        match self {
            Self::On(day) => day,
            Self::Today(after) => day_number(zone.to_datetime(now).date()) + after,
        }
    }
}

impl Moment {
    /// Which moment it is now.
    #[must_use]
    pub fn timestamp(self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::StartOf(after) => start_of(Day::Today(after).number(now, zone), zone).unwrap_or(if after < 0 {
                Timestamp::MIN
            } else {
                Timestamp::MAX
            }),
            Self::Ago(days) => now.checked_sub((24 * i64::from(days)).hours()).unwrap_or(Timestamp::MIN),
        }
    }
}
