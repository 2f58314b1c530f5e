//! The pace of one sending number, in segments: the generic cell rate algorithm (ITU-T I.371) on one stored instant.
//!
//! The state is the *theoretical arrival time*: the instant from which the next text may go. Each text moves it on by
//! its segments' share of the rate, of which [`SHARE_MILLI`] thousandths are used. A caller who comes late is forgiven
//! some of it, so that small delays cost no throughput.
//!
//! **What holds in every window of one second:** with texts of one segment never more than the rate and one, a fraction of
//! a text counting as none: 4 at 3.9 a second. (A text goes as a whole: one of four segments at one segment per second
//! goes at once, and is paid for by the three seconds of silence after it.) With nothing held back the last text of such a
//! second would be late by nothing at 3.999 a second and too early at the least delay; what is held back is the room for
//! delays, two thirds of it for the caller's and one for those on the way to the carrier, where texts bunch up again.

use jiff::SignedDuration;

use crate::segment::MAX_SEGMENTS;

/// The most lateness that is forgiven, in microseconds.
pub const FORGIVEN_US_MAX: i64 = 1_000_000;

/// How much of the rate is used, in thousandths.
pub const SHARE_MILLI: u64 = 984;

/// One segment per second and number of milli-segments per second.
const MILLI: u64 = 1_000;
const SECOND_US: u64 = 1_000_000;

/// A rate limit. Plain data: the instants are the caller's to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    rate_milli: u64,
}

impl Pace {
    /// A pace of `rate_milli` thousandths of a segment per second: 100 is one segment in ten seconds. `None` for zero,
    /// at which nothing would ever go.
    #[must_use]
    pub fn new(rate_milli: u64) -> Option<Self> {
        (rate_milli > 0).then_some(Self { rate_milli })
    }

    /// Thousandths of a segment per second.
    #[must_use]
    pub fn rate_milli(self) -> u64 {
        self.rate_milli
    }

    /// Asks to send a text of `segments` (none counts as one) at `now_us`. `tat_us` is what the last call that went
    /// through gave, and 0 (or anything past) for a number that has not sent yet. All in microseconds since the epoch.
    ///
    /// A `tat_us` further ahead than the longest text can have put it, after a clock was set back or the rate raised,
    /// is cut down to that.
    ///
    /// # Errors
    /// The instant, after `now_us`, at which to ask again. The state stays as it was.
    pub fn take(self, now_us: i64, tat_us: i64, segments: u32) -> Result<i64, i64> {
        let tat_us = tat_us.min(now_us.saturating_add(self.time_of(MAX_SEGMENTS)));
        if now_us < tat_us {
            return Err(tat_us);
        }
        let since = tat_us.max(now_us.saturating_sub(self.forgiven_us()));
        Ok(since.saturating_add(self.time_of(segments.max(1))))
    }

    /// As [`Self::take`], for texts that are taken some time before they go: the instant at which this one goes, at most
    /// `ahead_us` after `now_us`, and the new state. Whoever takes many together pays for one commit, not for one each.
    ///
    /// # Errors
    /// The instant at which to ask again: when half of that time is used up.
    pub fn take_ahead(self, now_us: i64, ahead_us: i64, tat_us: i64, segments: u32) -> Result<(i64, i64), i64> {
        let last_us = now_us.saturating_add(ahead_us);
        match self.take(last_us, tat_us, segments) {
            Err(tat_us) => Err(tat_us.saturating_sub(ahead_us / 2)),
            Ok(_) => {
                let goes_us = now_us.max(tat_us);
                self.take(goes_us, tat_us, segments).map(|next_us| (goes_us, next_us))
            }
        }
    }

    /// How long so many segments take on end, rounded up to a microsecond; endless: longer than time can be counted.
    #[must_use]
    pub fn lasts(self, segments: u64) -> SignedDuration {
        let us = u128::from(segments) * u128::from(SECOND_US * MILLI * MILLI);
        let us = us.div_ceil(u128::from(self.rate_milli) * u128::from(SHARE_MILLI));
        SignedDuration::from_micros(i64::try_from(us).unwrap_or(i64::MAX))
    }

    /// How long `segments` take at this pace, rounded up, so that rounding never quickens it.
    fn time_of(self, segments: u32) -> i64 {
        i64::try_from(self.lasts(segments.into()).as_micros()).unwrap_or(i64::MAX)
    }

    /// Two thirds of what is between the end of a second and the first text that would be too many for it; never so much
    /// that two texts go as one.
    fn forgiven_us(self) -> i64 {
        let too_many = u32::try_from(self.rate_milli / MILLI + 1).unwrap_or(u32::MAX);
        let room = self.time_of(too_many).saturating_sub(SECOND_US.cast_signed());
        (room / 3 * 2).min(self.time_of(1) / 2).clamp(0, FORGIVEN_US_MAX)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const START_US: i64 = 1_795_000_000_000_000;
    const SECOND: i64 = 1_000_000;

    /// When the texts of `segments` (again and again) go, over `seconds`, with a caller who wakes late by `lateness`
    /// (again and again).
    fn run(pace: Pace, seconds: i64, segments: &[u32], lateness: &[i64]) -> Vec<(i64, u32)> {
        let (mut now, mut tat) = (START_US, 0);
        let mut lateness = lateness.iter().cycle();
        let mut segments = segments.iter().copied().cycle();
        let mut waiting = segments.next().unwrap();
        let mut gone = Vec::new();
        while now < START_US + seconds * SECOND {
            match pace.take(now, tat, waiting) {
                Ok(new_tat) => {
                    tat = new_tat;
                    gone.push((now, waiting));
                    waiting = segments.next().unwrap();
                }
                Err(wait_until) => {
                    assert!(wait_until > now);
                    now = wait_until + lateness.next().unwrap();
                }
            }
        }
        gone
    }

    /// The most segments in any window of one second that begins at a text, its end not included.
    fn busiest_second(gone: &[(i64, u32)]) -> u32 {
        (0..gone.len())
            .map(|i| gone[i..].iter().take_while(|(at, _)| *at < gone[i].0 + SECOND).map(|(_, n)| n).sum())
            .max()
            .unwrap_or(0)
    }

    fn total(gone: &[(i64, u32)]) -> u32 {
        gone.iter().map(|(_, n)| n).sum()
    }

    /// Between the end of a second and the first text that would be too many for it.
    fn pace_room_us(rate_milli: u64) -> i64 {
        Pace::new(rate_milli).unwrap().time_of(whole(rate_milli) + 1) - SECOND
    }

    /// The rate, a fraction of a segment counting as none.
    fn whole(rate_milli: u64) -> u32 {
        u32::try_from(rate_milli / 1000).unwrap()
    }

    #[test]
    fn what_is_taken_ahead_goes_at_its_pace() {
        const AHEAD: i64 = 50_000;
        for rate_milli in [500, 3_900, 100_000, 1_000_000, 20_000_000] {
            let pace = Pace::new(rate_milli).unwrap();
            let (mut now, mut tat, mut gone) = (START_US, 0, Vec::new());
            while now < START_US + 10 * SECOND {
                match pace.take_ahead(now, AHEAD, tat, 1) {
                    Ok((goes, next)) => {
                        assert!((now..=now + AHEAD).contains(&goes), "{rate_milli}");
                        gone.push((goes, 1));
                        tat = next;
                    }
                    Err(wait) => {
                        assert!(wait > now, "{rate_milli}: asked again at once");
                        now = wait;
                    }
                }
            }
            let least = 10 * u32::try_from(rate_milli).unwrap() / 1_000 * 97 / 100;
            assert!(total(&gone) >= least, "{rate_milli}: only {}", total(&gone));
            if rate_milli < 1_000_000 {
                assert!(busiest_second(&gone) <= whole(rate_milli) + 1, "{rate_milli}");
            }
        }
    }

    #[test]
    fn at_two_a_second() {
        let pace = Pace::new(2_000).unwrap();
        let first = pace.take(START_US, 0, 1).unwrap();
        assert_eq!(first, START_US + 254_066, "the first after a rest is forgiven half of its time");
        assert_eq!(pace.take(START_US, first, 1), Err(first));
        let second = pace.take(first, first, 3).unwrap();
        assert_eq!(second, first + 1_524_391, "three segments take their time");
        assert_eq!(
            pace.take(second + 100_000, second, 1),
            Ok(second + 508_131),
            "a tenth of a second late is forgiven"
        );
        assert_eq!(
            pace.take(second + 900_000, second, 1),
            Ok(second + 900_000 - 254_065 + 508_131),
            "the rest is lost"
        );
    }

    #[test]
    fn many_segments_last_as_long_as_they_take_one_by_one() {
        let lasts = |rate, segments| Pace::new(rate).unwrap().lasts(segments);
        assert_eq!(lasts(2_000, 0), SignedDuration::ZERO);
        assert_eq!(lasts(2_000, 3), SignedDuration::from_micros(1_524_391), "as that of one text of three");
        assert_eq!(lasts(1_000, 1_000_000).as_hours(), 282, "a million at one a second: nearly twelve days");
        assert_eq!(lasts(1, u64::MAX), SignedDuration::from_micros(i64::MAX));
    }

    #[test]
    fn no_rate_is_no_pace() {
        assert_eq!(Pace::new(0), None);
    }

    #[test]
    fn a_clock_set_back_does_not_silence_a_number() {
        let pace = Pace::new(1_000).unwrap();
        let tat = START_US + 86_400 * SECOND;
        assert_eq!(pace.take(START_US, tat, 1), Err(START_US + 10_162_602));
    }

    #[test]
    fn extremes_do_not_overflow() {
        for rate in [1, u64::MAX] {
            let pace = Pace::new(rate).unwrap();
            for (now, tat) in
                [(0, 0), (i64::MAX, i64::MAX), (i64::MIN, i64::MIN), (i64::MAX, i64::MIN), (i64::MIN, i64::MAX)]
            {
                let _ = pace.take(now, tat, u32::MAX);
            }
        }
    }

    #[test]
    fn a_rate_that_no_microsecond_divides() {
        for rate in [100, 333, 1_000, 2_999, 3_001, 7_777, 33_333, 49_999, 50_000] {
            let gone = run(Pace::new(rate).unwrap(), 60, &[1], &[0]);
            assert!(busiest_second(&gone) <= whole(rate) + 1, "{rate}");
            assert!(u64::from(total(&gone)) * 100_000 >= rate * 60 * 98, "{rate}: {}", total(&gone));
        }
    }

    proptest! {
        // 0.1 to 50 segments a second. Late by up to a hundredth of a second always, and by more once in two hundred times.
        #[test]
        fn no_second_has_too_many_and_the_rate_is_reached(
            rate in prop_oneof![100_u64..2_000, 2_000_u64..=50_000, (1_u64..=50).prop_map(|n| n * 1_000)],
            jitter in prop::collection::vec(0_i64..10_000, 1..200),
            stall_us in 0_i64..15_000,
        ) {
            let pace = Pace::new(rate).unwrap();
            let mut lateness: Vec<i64> = jitter.repeat(200 / jitter.len() + 1);
            lateness[100] += stall_us;
            let gone = run(pace, 60, &[1], &lateness);
            prop_assert!(busiest_second(&gone) <= whole(rate) + 1);
            prop_assert!(
                u64::from(total(&gone)) * 100_000 >= rate * 60 * 98,
                "{} of {} went", total(&gone), rate * 60 / 1_000
            );
        }

        // However late the caller and whatever the texts' lengths.
        #[test]
        fn a_second_has_at_most_the_rate_and_one_text(
            rate in 100_u64..=50_000,
            lateness in prop::collection::vec(prop_oneof![0_i64..2_000, 0_i64..3_000_000], 1..50),
            segments in prop::collection::vec(1_u32..=10, 1..20),
        ) {
            let gone = run(Pace::new(rate).unwrap(), 60, &segments, &lateness);
            let longest = *segments.iter().max().unwrap();
            prop_assert!(busiest_second(&gone) <= whole(rate) + 1 + longest);
        }

        #[test]
        fn long_texts_reach_the_rate_too(rate in 1_000_u64..=50_000, segments in prop::collection::vec(1_u32..=10, 1..20)) {
            let gone = run(Pace::new(rate).unwrap(), 60, &segments, &[3_000, 0, 9_000]);
            prop_assert!(u64::from(total(&gone)) * 100_000 >= rate * 60 * 98);
        }

        // Texts that bunch up on their way by less than their share of the room still keep the bound.
        #[test]
        fn the_way_to_the_carrier_has_its_share(
            rate in 100_u64..=50_000,
            delays in prop::collection::vec(0_i64..1_000_000, 20),
            lateness in prop::collection::vec(0_i64..30_000, 1..20),
        ) {
            let way = pace_room_us(rate) / 3;
            let mut gone = run(Pace::new(rate).unwrap(), 20, &[1], &lateness);
            for (text, delay) in gone.iter_mut().zip(delays.iter().cycle()) {
                text.0 += delay % way;
            }
            gone.sort_unstable();
            prop_assert!(busiest_second(&gone) <= whole(rate) + 1);
        }
    }
}
