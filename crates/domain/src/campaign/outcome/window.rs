//! The time that a funnel is over, in stretches of the same length.

use jiff::{SignedDuration, Timestamp};

/// At most so many stretches: more tell nothing more.
pub const BUCKETS_MAX: usize = 240;
/// A funnel goes on for so long after a campaign has ended: later answers are few.
const AFTER_THE_END: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Lengths that people read easily, in seconds.
const LENGTHS: [i64; 9] = [60, 300, 900, 3_600, 3 * 3_600, 6 * 3_600, 12 * 3_600, 24 * 3_600, 7 * 24 * 3_600];

/// A length that somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Every {
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// 24 hours.
    Day,
}

impl Every {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Minute, Self::Hour, Self::Day];

    /// As asked for.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    const fn seconds(self) -> i64 {
        match self {
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => 86_400,
        }
    }
}

/// There would be more stretches than [`BUCKETS_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "that would be {0} stretches of time, and at most {BUCKETS_MAX} are shown: ask for longer ones, or for none in particular"
)]
pub struct TooMany(pub i64);

/// Stretches of the same length, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Where the first begins.
    pub from: Timestamp,
    /// How long each is, in seconds.
    pub every: i64,
    count: i64,
}

impl Window {
    /// From a campaign's start to now, or to a week after its end. `every`: how long each stretch is; `None`: as short as is
    /// easily read. `None`: it has not begun.
    ///
    /// # Errors
    /// When so short ones are too many.
    pub fn of(
        now: Timestamp,
        starts_at: Option<Timestamp>,
        ended_at: Option<Timestamp>,
        every: Option<Every>,
    ) -> Result<Option<Self>, TooMany> {
        let Some(from) = starts_at.filter(|at| *at <= now) else { return Ok(None) };
        let last = ended_at.and_then(|at| at.checked_add(AFTER_THE_END).ok()).unwrap_or(now).min(now);
        let seconds = last.duration_since(from).as_secs().max(0);
        let count = |every: i64| seconds / every + 1;
        let max = i64::try_from(BUCKETS_MAX).unwrap_or(i64::MAX);
        let every = match every.map(Every::seconds) {
            Some(every) if count(every) > max => return Err(TooMany(count(every))),
            Some(every) => every,
            None => LENGTHS.into_iter().find(|every| count(*every) <= max).unwrap_or(seconds / max + 1),
        };
        Ok(Some(Self { from, every, count: count(every) }))
    }

    /// How many there are.
    #[must_use]
    pub fn buckets(&self) -> usize {
        usize::try_from(self.count).unwrap_or(BUCKETS_MAX).min(BUCKETS_MAX)
    }

    /// When the nth begins.
    #[must_use]
    pub fn begins(&self, nth: usize) -> Timestamp {
        let after = i64::try_from(nth).unwrap_or(i64::MAX).saturating_mul(self.every);
        self.from.checked_add(SignedDuration::from_secs(after)).unwrap_or(Timestamp::MAX)
    }

    /// In which one a moment is; `None`: in none.
    pub(super) fn bucket(&self, at: Timestamp) -> Option<usize> {
        // Whole seconds round towards zero: what is before the first must not fall into it.
        if at < self.from {
            return None;
        }
        let nth = at.duration_since(self.from).as_secs() / self.every;
        usize::try_from(nth).ok().filter(|nth| *nth < self.buckets())
    }
}
