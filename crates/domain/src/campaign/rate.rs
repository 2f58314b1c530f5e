//! How fast a campaign goes: what was handed over in this minute and the one before it.

use jiff::{SignedDuration, Timestamp};

/// A shorter look is mostly chance.
const LOOK: SignedDuration = SignedDuration::from_secs(3);
const MINUTE_US: i64 = 60_000_000;

/// What one number handed over of a campaign lately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lately {
    /// Which minute since 1970.
    pub minute: i64,
    /// The first text of that minute.
    pub since: Timestamp,
    /// Texts in that minute.
    pub handed: i64,
    /// Texts in the minute before it.
    pub earlier: i64,
}

/// The minute that it is, since 1970.
#[must_use]
pub fn minute(now: Timestamp) -> i64 {
    now.as_microsecond().div_euclid(MINUTE_US)
}

impl Lately {
    /// Texts a minute, over the last minute; `None`: it was not looked at for long enough.
    #[must_use]
    pub fn per_minute(&self, now: Timestamp) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "texts of a minute")]
        let float = |count: i64| count as f64;
        // How much of the last minute lies in the one before this.
        let rest = 1.0 - float(now.as_microsecond().rem_euclid(MINUTE_US)) / float(MINUTE_US);
        match minute(now) - self.minute {
            0 if self.earlier == 0 => {
                let looked = now.duration_since(self.since);
                (looked >= LOOK).then(|| float(self.handed) * 60.0 / looked.as_secs_f64())
            }
            0 => Some(float(self.handed) + float(self.earlier) * rest),
            1 => Some(float(self.handed) * rest),
            _ => Some(0.0),
        }
    }
}

/// How long those take whose turn may come now, at this rate; `None`: nobody can say.
#[must_use]
pub fn seconds_left(waiting: i64, per_minute: Option<f64>) -> Option<i64> {
    if waiting == 0 {
        return Some(0);
    }
    let rate = per_minute.filter(|rate| *rate > 0.0)?;
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a guess, for people who wait")]
    let seconds = (waiting as f64 * 60.0 / rate).ceil().min(i64::MAX as f64) as i64;
    Some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        // A whole minute.
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn the_last_minute_is_what_counts() {
        let first = Lately { minute: minute(at(0)), since: at(10), handed: 50, earlier: 0 };
        assert_eq!(first.per_minute(at(12)), None, "too soon");
        assert_eq!(first.per_minute(at(20)), Some(300.0), "fifty in ten seconds");
        let later = Lately { minute: minute(at(60)), since: at(60), handed: 100, earlier: 300 };
        assert_eq!(later.per_minute(at(80)), Some(300.0), "and two thirds of the minute before");
        assert_eq!(later.per_minute(at(150)), Some(50.0), "half of it is long ago");
        assert_eq!(later.per_minute(at(180)), Some(0.0));
    }

    #[test]
    fn what_is_left_takes_its_time() {
        for (waiting, rate, expected) in [
            (0, None, Some(0)),
            (10, None, None),
            (10, Some(0.0), None),
            (600, Some(300.0), Some(120)),
            (1, Some(300.0), Some(1)),
        ] {
            assert_eq!(seconds_left(waiting, rate), expected, "{waiting} {rate:?}");
        }
    }
}
