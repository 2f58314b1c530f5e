//! The hours of a rule.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time, Weekday};

use super::Calendar;

/// From one full hour until just before another of the same day; the latter may be 24.
pub(super) type Window = (i8, i8);

/// When something is allowed on a clock, by the day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    on_weekdays: Window,
    on_saturdays: Option<Window>,
    on_sundays: Option<Window>,
    never_on: Option<Calendar>,
}

/// Why a day has no hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    Saturday,
    Sunday,
    Holiday,
}

impl Hours {
    pub(super) const fn daily(from: i8, until: i8) -> Self {
        let window = (from, until);
        Self { on_weekdays: window, on_saturdays: Some(window), on_sundays: Some(window), never_on: None }
    }

    pub(super) const fn on_saturdays(self, from: i8, until: i8) -> Self {
        Self { on_saturdays: Some((from, until)), ..self }
    }

    pub(super) const fn on_sundays(self, from: i8, until: i8) -> Self {
        Self { on_sundays: Some((from, until)), ..self }
    }

    pub(super) const fn never_on_sundays(self) -> Self {
        Self { on_sundays: None, ..self }
    }

    pub(super) const fn never_on_holidays(self, of: Calendar) -> Self {
        Self { never_on: Some(of), ..self }
    }

    /// The hours of that day, or why it has none.
    pub(super) fn of(&self, day: Date) -> Result<Window, Rest> {
        if self.never_on.is_some_and(|calendar| calendar.has(day)) {
            return Err(Rest::Holiday);
        }
        match day.weekday() {
            Weekday::Sunday => self.on_sundays.ok_or(Rest::Sunday),
            Weekday::Saturday => self.on_saturdays.ok_or(Rest::Saturday),
            _ => Ok(self.on_weekdays),
        }
    }

    /// How long it takes, on a clock that nobody touches, until this may have changed; `None`: it is allowed.
    pub(super) fn closed_for(&self, now: DateTime) -> Option<SignedDuration> {
        let time = now.time();
        let until_hour = |hour: i8| Time::new(hour, 0, 0, 0).ok().map(|then| time.duration_until(then));
        let until_midnight = || time.duration_until(Time::midnight()) + SignedDuration::from_hours(24);
        match self.of(now.date()) {
            Ok((from, _)) if now.hour() < from => until_hour(from),
            Ok((_, until)) if now.hour() < until => None,
            Ok(_) | Err(_) => Some(until_midnight()),
        }
    }
}
