//! A length of time as people write it: `15m`, `2h 30m`, `3d`, `1w`.

use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

/// The longest, in days.
const DAYS_MAX: u32 = 366;

/// Days of a person's calendar, and seconds besides. A day is until the same hour on their clock: 23 or 25 hours when the
/// clocks change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span {
    days: u32,
    seconds: u32,
}

/// It is no length of time, or too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SpanError {
    /// It cannot be read.
    #[error("This is no length of time. Write it as in 30s, 15m, 2h, 3d, 1w or 1d 12h.")]
    NotASpan,
    /// Nobody waits for it.
    #[error("This is too long. Write at most {DAYS_MAX} days.")]
    TooLong,
}

impl Span {
    /// So many seconds.
    #[must_use]
    pub const fn seconds(seconds: u32) -> Self {
        Self { days: 0, seconds }
    }

    /// So many days.
    #[must_use]
    pub const fn days(days: u32) -> Self {
        Self { days, seconds: 0 }
    }

    /// No time at all.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.days == 0 && self.seconds == 0
    }

    /// As if every day had 24 hours.
    #[must_use]
    pub fn length(self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.days) * 86_400 + i64::from(self.seconds))
    }

    /// So long after a moment, on this clock.
    #[must_use]
    pub fn after(self, at: Timestamp, zone: &TimeZone) -> Timestamp {
        let then = if self.days == 0 {
            Ok(at)
        } else {
            at.to_zoned_datetime(zone.clone()).checked_add(i64::from(self.days).days()).map(|then| then.timestamp())
        };
        then.and_then(|then| then.checked_add(SignedDuration::from_secs(self.seconds.into()))).unwrap_or(Timestamp::MAX)
    }
}

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        let (mut days, mut seconds) = (0_u64, 0_u64);
        let mut rest = text.trim();
        if rest.is_empty() {
            return Err(SpanError::NotASpan);
        }
        while !rest.is_empty() {
            let end = rest.find(|c: char| !c.is_ascii_digit()).ok_or(SpanError::NotASpan)?;
            let number: u64 = rest[..end].parse().map_err(|_| SpanError::NotASpan)?;
            rest = rest[end..].trim_start();
            let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
            let number = if number > 100_000_000 { return Err(SpanError::TooLong) } else { number };
            match rest[..end].to_ascii_lowercase().as_str() {
                "s" | "sec" | "second" | "seconds" => seconds += number,
                "m" | "min" | "minute" | "minutes" => seconds += number * 60,
                "h" | "hour" | "hours" => seconds += number * 3_600,
                "d" | "day" | "days" => days += number,
                "w" | "week" | "weeks" => days += number * 7,
                _ => return Err(SpanError::NotASpan),
            }
            rest = rest[end..].trim_start();
        }
        if days + seconds / 86_400 > u64::from(DAYS_MAX) {
            return Err(SpanError::TooLong);
        }
        let small = |number: u64| u32::try_from(number).map_err(|_| SpanError::TooLong);
        Ok(Self { days: small(days)?, seconds: small(seconds)? })
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts =
            [(self.days, "d"), (self.seconds / 3_600, "h"), (self.seconds % 3_600 / 60, "m"), (self.seconds % 60, "s")];
        let mut written = parts.iter().filter(|(number, _)| *number > 0).peekable();
        if written.peek().is_none() {
            return f.write_str("0s");
        }
        for (nth, (number, unit)) in written.enumerate() {
            write!(f, "{}{number}{unit}", if nth > 0 { " " } else { "" })?;
        }
        Ok(())
    }
}

impl TryFrom<String> for Span {
    type Error = SpanError;
    fn try_from(text: String) -> Result<Self, SpanError> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_read_and_written_in_one_way() {
        for (written, expected) in [
            ("2h", Ok("2h")),
            ("2 days", Ok("2d")),
            ("1w", Ok("7d")),
            ("90m", Ok("1h 30m")),
            ("1d 12 h", Ok("1d 12h")),
            ("36h", Ok("36h")),
            ("0s", Ok("0s")),
            ("", Err(SpanError::NotASpan)),
            ("2", Err(SpanError::NotASpan)),
            ("h", Err(SpanError::NotASpan)),
            ("2 fortnights", Err(SpanError::NotASpan)),
            ("-2h", Err(SpanError::NotASpan)),
            ("367d", Err(SpanError::TooLong)),
            ("99999999999999999999d", Err(SpanError::NotASpan)),
        ] {
            let read = written.parse::<Span>();
            assert_eq!(read.map(|span| span.to_string()), expected.map(str::to_owned), "{written}");
            if let Ok(span) = read {
                assert_eq!(span.to_string().parse(), Ok(span));
            }
        }
    }

    #[test]
    fn a_day_ends_at_the_same_hour() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let before: Timestamp = "2026-10-31T14:00:00Z".parse().unwrap();
        let after = |text: &str| text.parse::<Span>().unwrap().after(before, &zone).to_string();
        assert_eq!(after("1d"), "2026-11-01T15:00:00Z", "the clocks are put back in the night");
        assert_eq!(after("24h"), "2026-11-01T14:00:00Z");
    }
}
