//! When texts leave for the carrier. A claim keeps the pace, but how long its commit takes varies: what was claimed evenly
//! would leave in bunches. So a text that would be one too many for its second waits for the next, some milliseconds.

use std::collections::{HashMap, VecDeque};

use domain::id::NumberId;
use jiff::Timestamp;

/// A second, and what the way to the carrier may take more for one text than for another. Less than what the pace leaves
/// unused ([`domain::pace::SHARE_MILLI`]), so that waiting never adds up.
const SECOND_US: i64 = 1_000_000 + 15_000;

/// No text waits longer. Texts of several segments can fill their seconds badly, and a clock can be set back: then the pace
/// alone holds, as it does on the average.
const WAIT_US_MAX: i64 = 100_000;

/// What left from each number during the last second.
#[derive(Debug, Default)]
pub(super) struct Departures(HashMap<NumberId, Left>);

#[derive(Debug, Default)]
struct Left {
    departures: VecDeque<Departure>,
    /// Of all of them.
    segments: u32,
}

#[derive(Debug)]
struct Departure {
    at_us: i64,
    segments: u32,
}

impl Departures {
    /// When the next text of a number leaves that may send so many segments in a thousand seconds: `now` or soon after. It
    /// is taken to leave then.
    pub(super) fn next(&mut self, number: NumberId, rate_millis: u64, segments: u32, now: Timestamp) -> Timestamp {
        let left = self.0.entry(number).or_default();
        let most = u32::try_from(rate_millis / 1_000).unwrap_or(u32::MAX).saturating_add(1);
        let segments = segments.clamp(1, most);
        let mut at_us = now.as_microsecond().max(left.departures.back().map_or(i64::MIN, |last| last.at_us));
        while let Some(first) = left.departures.front() {
            let over_at_us = first.at_us.saturating_add(SECOND_US);
            if over_at_us > at_us && left.segments.saturating_add(segments) <= most {
                break;
            }
            at_us = at_us.max(over_at_us);
            left.segments = left.segments.saturating_sub(first.segments);
            left.departures.pop_front();
        }
        at_us = at_us.min(now.as_microsecond().saturating_add(WAIT_US_MAX));
        left.segments = left.segments.saturating_add(segments);
        left.departures.push_back(Departure { at_us, segments });
        Timestamp::from_microsecond(at_us).unwrap_or(now)
    }

    /// Forgets the numbers from which nothing left for a second.
    pub(super) fn forget_old(&mut self, now: Timestamp) {
        let over = now.as_microsecond() - SECOND_US;
        self.0.retain(|_, left| left.departures.back().is_some_and(|last| last.at_us > over));
    }
}

#[cfg(test)]
mod tests {
    use domain::pace::Pace;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const START_US: i64 = 1_795_000_000_000_000;

    fn at(us: i64) -> Timestamp {
        Timestamp::from_microsecond(START_US + us).unwrap()
    }

    fn number(n: u128) -> NumberId {
        NumberId(Uuid::from_u128(n))
    }

    #[test]
    fn what_fits_leaves_at_once() {
        let mut departures = Departures::default();
        for ms in [0, 1, 2] {
            assert_eq!(departures.next(number(1), 2_500, 1, at(ms * 1_000)), at(ms * 1_000));
        }
        let early = at(SECOND_US - 20_000);
        assert_eq!(departures.next(number(1), 2_500, 1, early), at(SECOND_US), "a second after the first");
        assert_eq!(departures.next(number(1), 2_500, 1, early), at(1_000 + SECOND_US), "and after the second");
        assert_eq!(departures.next(number(2), 2_500, 1, early), early, "another number has its own");
    }

    #[test]
    fn segments_count() {
        let mut departures = Departures::default();
        assert_eq!(departures.next(number(1), 3_000, 3, at(0)), at(0));
        assert_eq!(departures.next(number(1), 3_000, 2, at(1_000_000)), at(SECOND_US));
        assert_eq!(departures.next(number(1), 3_000, 9, at(2_000_000)), at(2 * SECOND_US), "as a whole, alone");
    }

    #[test]
    fn nothing_waits_long() {
        let mut departures = Departures::default();
        assert_eq!(departures.next(number(1), 900, 1, at(0)), at(0));
        assert_eq!(departures.next(number(1), 900, 1, at(0)), at(WAIT_US_MAX));
        let set_back = at(-60_000_000);
        assert_eq!(departures.next(number(1), 900, 1, set_back), at(-60_000_000 + WAIT_US_MAX));
    }

    #[test]
    fn what_is_long_past_is_forgotten() {
        let mut departures = Departures::default();
        departures.next(number(1), 1_000, 1, at(0));
        departures.next(number(2), 1_000, 1, at(900_000));
        departures.forget_old(at(1_500_000));
        assert_eq!(departures.0.keys().collect::<Vec<_>>(), [&number(2)]);
    }

    /// Claims keep the pace, and their commits take up to `delays`.
    #[derive(Debug)]
    struct Day {
        rate_milli: u64,
        delays: Vec<i64>,
    }

    impl Day {
        /// When each text is ready and when it leaves, for twenty seconds.
        fn departures(&self, segments: u32) -> Vec<(i64, i64)> {
            let pace = Pace::new(self.rate_milli).unwrap();
            let (mut departures, mut tat, mut left) = (Departures::default(), 0, Vec::new());
            let mut delays = self.delays.iter().cycle();
            let mut claim = START_US;
            while claim < START_US + 20_000_000 {
                tat = pace.take(claim, tat, segments).unwrap();
                let committed = claim + delays.next().unwrap();
                let ready = Timestamp::from_microsecond(committed).unwrap();
                let leaves = departures.next(number(1), self.rate_milli, segments, ready).as_microsecond();
                left.push((committed, leaves));
                claim = tat.max(committed);
            }
            left
        }
    }

    fn days() -> impl Strategy<Value = Day> {
        (100_u64..60_000, proptest::collection::vec(0_i64..40_000, 1..50))
            .prop_map(|(rate_milli, delays)| Day { rate_milli, delays })
    }

    proptest! {
        /// What leaves is never more than the limit and one in any second, and what waits does not pile up.
        #[test]
        fn no_second_has_too_many(day in days()) {
            let left = day.departures(1);
            for (committed, leaves) in &left {
                prop_assert!(leaves - committed < WAIT_US_MAX, "waits for {} us", leaves - committed);
            }
            let left: Vec<i64> = left.into_iter().map(|(_, leaves)| leaves).collect();
            let most = usize::try_from(day.rate_milli / 1_000 + 1).unwrap();
            for many in left.windows(most + 1) {
                prop_assert!(many[most] - many[0] >= SECOND_US);
            }
        }

        /// Of several segments each: the pace is still used.
        #[test]
        fn nothing_is_lost_by_waiting(day in days(), segments in 2_u32..=10) {
            let left = day.departures(segments);
            for (committed, leaves) in &left {
                prop_assert!((0..=WAIT_US_MAX).contains(&(leaves - committed)));
            }
        }
    }
}
