//! When something is: at an hour of somebody's clock, some days before a day of theirs, in office hours.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::document::is_usual;
use crate::hours::WeekHours;

/// A time of the day, in hours and minutes: `09:30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hour(Time);

impl Hour {
    /// Minutes after the full hour.
    pub(super) fn minute(self) -> i8 {
        self.0.minute()
    }
}

impl TryFrom<String> for Hour {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, &'static str> {
        let wrong = "This is no time of the day. Write hours and minutes, as in 09:30.";
        let number = |digits: &str| {
            digits.parse::<i8>().ok().filter(|_| digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let (hour, minute) = text.split_once(':').ok_or(wrong)?;
        let (hour, minute) = number(hour).zip(number(minute)).ok_or(wrong)?;
        Time::new(hour, minute, 0, 0).map(Self).map_err(|_| wrong)
    }
}

impl Hour {
    /// As a clock shows it.
    pub(super) const fn time(self) -> Time {
        self.0
    }
}

impl From<Hour> for String {
    fn from(hour: Hour) -> Self {
        format!("{:02}:{:02}", hour.0.hour(), hour.0.minute())
    }
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "they are called as they are")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Day {
    pub(super) const fn weekday(self) -> Weekday {
        match self {
            Self::Mon => Weekday::Monday,
            Self::Tue => Weekday::Tuesday,
            Self::Wed => Weekday::Wednesday,
            Self::Thu => Weekday::Thursday,
            Self::Fri => Weekday::Friday,
            Self::Sat => Weekday::Saturday,
            Self::Sun => Weekday::Sunday,
        }
    }
}

/// When something is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum At {
    /// At this moment.
    Moment(Timestamp),
    /// When their clock next shows this, on one of these days; none: on any.
    Local {
        /// What it shows.
        time: Hour,
        /// On which days.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        days: Vec<Day>,
    },
    /// On a day that a field or a variable holds, or so many days after it, or before it.
    Date {
        /// Which field or variable.
        field: String,
        /// So many days later; less than nothing: earlier.
        #[serde(default, skip_serializing_if = "is_usual")]
        days: i32,
        /// At which hour of their clock.
        time: Hour,
    },
    /// As soon as these hours of the week are open, on the clock of the business.
    Hours(WeekHours),
}

/// It cannot be told when something is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NotKnown {
    /// Nothing is known of them under this name.
    Nothing(String),
    /// There is no such time.
    Never,
}

impl At {
    /// When that is, at `now` or later, but for a moment and a day, which may be over. `theirs` and `ours`: the clocks of the
    /// person and of the business; `day`: the day that a field holds.
    pub(super) fn from(
        &self,
        now: Timestamp,
        theirs: &TimeZone,
        ours: &TimeZone,
        day: impl Fn(&str) -> Option<Date>,
    ) -> Result<Timestamp, NotKnown> {
        match self {
            Self::Moment(at) => Ok(*at),
            Self::Local { time, days } => next_local(now, *time, days, theirs).ok_or(NotKnown::Never),
            Self::Date { field, days, time } => {
                let of = day(field).ok_or_else(|| NotKnown::Nothing(field.clone()))?;
                on(of, *days, *time, theirs).ok_or(NotKnown::Never)
            }
            Self::Hours(hours) => hours.next_open(now, ours).ok_or(NotKnown::Never),
        }
    }
}

fn next_local(now: Timestamp, time: Hour, days: &[Day], zone: &TimeZone) -> Option<Timestamp> {
    let today = zone.to_datetime(now).date();
    (0..=8).find_map(|ahead| {
        let day = today.checked_add(i64::from(ahead).days()).ok()?;
        let is_meant = days.is_empty() || days.iter().any(|one| one.weekday() == day.weekday());
        on(day, 0, time, zone).filter(|at| is_meant && *at >= now)
    })
}

/// So many days after a day, when the clock shows a time. A time that the clock skips is the one after it.
pub(super) fn on(day: Date, days: i32, time: Hour, zone: &TimeZone) -> Option<Timestamp> {
    let day = day.checked_add(i64::from(days).days()).ok()?;
    zone.to_ambiguous_timestamp(day.to_datetime(time.0)).compatible().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(json: &str, now: &str) -> String {
        let at: At = serde_json::from_str(json).unwrap();
        let theirs = TimeZone::get("America/New_York").unwrap();
        let day = |key: &str| (key == "due").then(|| jiff::civil::date(2026, 12, 1));
        match at.from(now.parse().unwrap(), &theirs, &TimeZone::UTC, day) {
            Ok(at) => at.to_string(),
            Err(why) => format!("{why:?}"),
        }
    }

    #[test]
    fn it_is_told_by_their_clock() {
        // 27 November 2026 is a Friday, and New York is five hours behind.
        let now = "2026-11-27T16:00:00Z";
        for (json, expected) in [
            (r#"{"moment":"2026-01-01T00:00:00Z"}"#, "2026-01-01T00:00:00Z"),
            (r#"{"local":{"time":"11:00"}}"#, "2026-11-27T16:00:00Z"),
            (r#"{"local":{"time":"10:59"}}"#, "2026-11-28T15:59:00Z"),
            (r#"{"local":{"time":"10:00","days":["mon","tue"]}}"#, "2026-11-30T15:00:00Z"),
            (r#"{"local":{"time":"10:00","days":["fri"]}}"#, "2026-12-04T15:00:00Z"),
            (r#"{"date":{"field":"due","days":-1,"time":"10:00"}}"#, "2026-11-30T15:00:00Z"),
            (r#"{"date":{"field":"due","time":"10:00"}}"#, "2026-12-01T15:00:00Z"),
            (r#"{"date":{"field":"born","time":"10:00"}}"#, "Nothing(\"born\")"),
            (r#"{"hours":[{"days":["sat"],"from":"09:00","until":"12:00"}]}"#, "2026-11-28T09:00:00Z"),
            (r#"{"hours":[]}"#, "Never"),
        ] {
            assert_eq!(at(json, now), expected, "{json}");
        }
        let skipped = at(r#"{"local":{"time":"02:30"}}"#, "2027-03-14T06:00:00Z");
        assert_eq!(skipped, "2027-03-14T07:30:00Z", "the clock shows 3:30 then");
    }

    #[test]
    fn a_time_of_the_day_has_one_form() {
        for (text, fits) in [("09:30", true), ("9:30", false), ("24:00", false), ("0930", false), ("+9:30", false)] {
            assert_eq!(Hour::try_from(text.to_owned()).is_ok(), fits, "{text}");
        }
    }
}
