//! Quiet hours: when nobody is to be texted, on the contact's own clock.

use std::fmt;

mod week;

pub use week::{WeekHours, day_around};

use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// How far ahead an open moment is looked for. Windows repeat daily: what does not overlap in a week never does, unless
/// a clock change comes to its help, and nobody waits for that.
const SEARCH_DAYS: i64 = 8;

/// The hours of the day in which nothing is sent, from `from` until just before `until`; they may span midnight.
///
/// In JSON `{"from": "21:00", "until": "08:00"}`. The two differ: there is always an open time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct QuietHours {
    from: civil::Time,
    until: civil::Time,
}

/// Why quiet hours, or a way out of them, could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// Not a time of the day.
    #[error("`{0}` is not a time of the day: write hours and minutes, as in 21:00")]
    NotATime(String),
    /// `from` and `until` are the same.
    #[error("quiet hours that begin when they end have no length: choose two different times, or no quiet hours")]
    NoLength,
    /// No time zone has the name.
    #[error("no time zone is called `{0}`: use a name of the IANA database, as in America/New_York")]
    UnknownZone(String),
    /// Nobody said in which zones.
    #[error("no time zone was given: quiet hours need at least one")]
    NoZone,
    /// The zones' open hours do not overlap.
    #[error(
        "no moment is outside quiet hours in all of the contact's possible time zones: set the contact's time zone"
    )]
    NeverOpen,
    /// More spans than a week needs.
    #[error("a week has at most 28 spans of hours: join some of them")]
    TooMany,
    /// A span of hours ends when or before it begins.
    #[error("the hours end before they begin: give a later end, or split a night at midnight (24:00)")]
    EndsBeforeItBegins,
    /// Beyond the calendar.
    #[error("the time is too far away to be reckoned with")]
    OutOfRange,
}

impl HoursError {
    /// The stable code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotATime(_) => "not_a_time",
            Self::NoLength => "no_length",
            Self::UnknownZone(_) => "unknown_time_zone",
            Self::NoZone => "no_time_zone",
            Self::NeverOpen => "never_open",
            Self::TooMany => "too_many",
            Self::EndsBeforeItBegins => "ends_before_it_begins",
            Self::OutOfRange => "out_of_range",
        }
    }
}

impl QuietHours {
    /// Quiet from `from` until just before `until`, of the same or the next day.
    ///
    /// # Errors
    /// `no_length` if they are the same.
    pub fn new(from: civil::Time, until: civil::Time) -> Result<Self, HoursError> {
        if from == until { Err(HoursError::NoLength) } else { Ok(Self { from, until }) }
    }

    /// When they begin.
    #[must_use]
    pub fn from(&self) -> civil::Time {
        self.from
    }

    /// When they have ended.
    #[must_use]
    pub fn until(&self) -> civil::Time {
        self.until
    }

    /// Whether a clock that shows `time` is in them.
    #[must_use]
    pub fn contain(&self, time: civil::Time) -> bool {
        if self.from < self.until {
            self.from <= time && time < self.until
        } else {
            self.from <= time || time < self.until
        }
    }

    /// Whether `at` is outside them on the clocks of all `zones`.
    #[must_use]
    pub fn are_over(&self, at: Timestamp, zones: &[TimeZone]) -> bool {
        zones.iter().all(|zone| !self.contain(zone.to_datetime(at).time()))
    }

    /// The first instant at or after `now` that is outside quiet hours on the clocks of all `zones`.
    ///
    /// Clocks are believed as they stand: an hour skipped in spring is no open hour, and an hour repeated in autumn is
    /// quiet twice if it is quiet.
    ///
    /// # Errors
    /// `no_time_zone` without zones, `never_open` if their open hours do not overlap, `out_of_range` at the end of time.
    pub fn next_open(&self, now: Timestamp, zones: &[TimeZone]) -> Result<Timestamp, HoursError> {
        if zones.is_empty() {
            return Err(HoursError::NoZone);
        }
        let last = now.checked_add(SignedDuration::from_hours(24 * SEARCH_DAYS)).map_err(|_| HoursError::OutOfRange)?;
        let mut at = now;
        while at <= last {
            match zones.iter().find(|zone| self.contain(zone.to_datetime(at).time())) {
                None => return Ok(at),
                Some(quiet) => at = self.next_change(at, quiet)?,
            }
        }
        Err(HoursError::NeverOpen)
    }

    /// The next instant after `at` at which the quiet clock of `zone` may show an open time: it reaches `until`, or it is
    /// put forward or back before that.
    pub(crate) fn next_change(&self, at: Timestamp, zone: &TimeZone) -> Result<Timestamp, HoursError> {
        let time = zone.to_datetime(at).time();
        let mut left = time.duration_until(self.until);
        if left <= SignedDuration::ZERO {
            left += SignedDuration::from_hours(24);
        }
        let reached = at.checked_add(left).map_err(|_| HoursError::OutOfRange)?;
        let clock_change = zone.following(at).next().map(|change| change.timestamp());
        Ok(clock_change.map_or(reached, |change| change.min(reached)))
    }
}

/// The time zone of that name in the IANA database.
///
/// # Errors
/// `unknown_time_zone`; no zone is ever guessed.
pub fn zone(name: &str) -> Result<TimeZone, HoursError> {
    TimeZone::get(name.trim()).map_err(|_| HoursError::UnknownZone(name.to_owned()))
}

/// As it stands in JSON.
#[derive(Serialize, Deserialize)]
struct Written {
    from: String,
    until: String,
}

impl TryFrom<Written> for QuietHours {
    type Error = HoursError;
    fn try_from(written: Written) -> Result<Self, HoursError> {
        Self::new(time_of_day(&written.from)?, time_of_day(&written.until)?)
    }
}

impl From<QuietHours> for Written {
    fn from(hours: QuietHours) -> Self {
        let written = |time: civil::Time| format!("{:02}:{:02}", time.hour(), time.minute());
        Self { from: written(hours.from), until: written(hours.until) }
    }
}

impl fmt::Display for QuietHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Written { from, until } = (*self).into();
        write!(f, "{from}–{until}")
    }
}

/// Reads `21:00`; nothing finer than minutes.
fn time_of_day(text: &str) -> Result<civil::Time, HoursError> {
    let wrong = || HoursError::NotATime(text.chars().take(20).collect());
    let (hour, minute) = text.split_once(':').ok_or_else(wrong)?;
    let number = |digits: &str| {
        let plain = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
        digits.parse::<i8>().ok().filter(|_| plain)
    };
    let (hour, minute) = number(hour).zip(number(minute)).ok_or_else(wrong)?;
    civil::Time::new(hour, minute, 0, 0).map_err(|_| wrong())
}

#[cfg(test)]
mod tests;
