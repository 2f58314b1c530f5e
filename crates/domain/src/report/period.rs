//! Which days a report is over, and which it is compared with.

use jiff::civil::Date;
use jiff::{ToSpan, Unit};

/// A report is over at most so many days.
pub const DAYS_MAX: i32 = 366;

/// Some days, from the first to the last of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first.
    pub from: Date,
    /// The last.
    pub until: Date,
}

/// Why these days are no period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// The last is before the first.
    #[error("the last day is before the first")]
    Backwards,
    /// There are more than [`DAYS_MAX`].
    #[error("these are more than {DAYS_MAX} days")]
    TooLong,
}

impl Period {
    /// From one day to another.
    ///
    /// # Errors
    /// When they are in the wrong order, or too far apart.
    pub fn new(from: Date, until: Date) -> Result<Self, PeriodError> {
        let period = Self { from, until };
        match period.days() {
            ..=0 => Err(PeriodError::Backwards),
            days if days > DAYS_MAX => Err(PeriodError::TooLong),
            _ => Ok(period),
        }
    }

    /// The last `days` days, today among them.
    #[must_use]
    pub fn last(days: i32, today: Date) -> Self {
        Self { from: today.checked_sub((days - 1).days()).unwrap_or(today), until: today }
    }

    /// How many days.
    #[must_use]
    pub fn days(&self) -> i32 {
        self.from.until((Unit::Day, self.until)).map_or(0, |span| span.get_days() + 1)
    }

    /// As many days, just before these.
    #[must_use]
    pub fn before(&self) -> Self {
        let back = |day: Date| day.checked_sub(self.days().days()).unwrap_or(Date::MIN);
        Self { from: back(self.from), until: back(self.until) }
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = Date> + use<> {
        let until = self.until;
        self.from.series(1.day()).take_while(move |day| *day <= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn it_is_compared_with_as_many_days_before() {
        let week = Period::last(7, date(2026, 11, 29));
        assert_eq!((week.from, week.until, week.days()), (date(2026, 11, 23), date(2026, 11, 29), 7));
        let before = week.before();
        assert_eq!((before.from, before.until, before.days()), (date(2026, 11, 16), date(2026, 11, 22), 7));
        assert_eq!(week.iter().count(), 7);
        assert_eq!(Period::last(1, date(2026, 3, 1)).before(), Period::last(1, date(2026, 2, 28)));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        assert_eq!(Period::new(date(2026, 2, 2), date(2026, 2, 1)), Err(PeriodError::Backwards));
        assert_eq!(Period::new(date(2024, 1, 1), date(2026, 2, 1)), Err(PeriodError::TooLong));
        assert!(Period::new(date(2026, 2, 1), date(2026, 2, 1)).is_ok());
    }
}
