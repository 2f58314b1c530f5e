//! When texts leave for the carrier. A claim keeps the pace, but how long its commit takes varies, and so does when a timer
//! wakes: what was claimed evenly would leave in bunches. So each text asks once more at the very moment at which it would
//! leave, and one that would be too many for its second waits for the next, some milliseconds.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::id::NumberId;
use jiff::Timestamp;
use tokio::sync::oneshot::{self, error::TryRecvError};

use crate::clock::Clock;

/// A second, and what the way to the carrier may take more for one text than for another. Together with a timer's lateness it
/// is less than what the pace leaves unused ([`domain::pace::SHARE_MILLI`]), so that waiting never adds up.
const SECOND_US: i64 = 1_000_000 + 12_000;

/// No text waits longer. Texts of several segments can fill their seconds badly, and a clock can be set back: then the pace
/// alone holds, as it does on the average.
const WAIT_US_MAX: i64 = 100_000;

/// What left from each number during the last second.
#[derive(Debug, Default)]
pub(super) struct Departures(Mutex<HashMap<NumberId, Number>>);

/// What left from one number.
#[derive(Debug, Default)]
struct Number {
    /// Oldest first.
    left: VecDeque<Departure>,
    /// Segments of all of them.
    within: u32,
    /// When the last that has lined up leaves.
    last: Option<oneshot::Receiver<()>>,
}

/// A text's place behind those of its number that were claimed before it: who is answered by two must hear them in this order.
#[derive(Debug)]
pub(super) struct Place {
    before: Option<oneshot::Receiver<()>>,
    /// Whoever comes next waits until this is gone, however that happens.
    _leaves: oneshot::Sender<()>,
}

#[derive(Debug)]
struct Departure {
    at_us: i64,
    segments: u32,
}

impl Departures {
    /// Lines a text of a number up, behind all that were before.
    pub(super) fn line_up(&self, number: NumberId) -> Place {
        let (leaves, last) = oneshot::channel();
        let before = self.numbers().entry(number).or_default().last.replace(last);
        Place { before, _leaves: leaves }
    }

    /// Waits until the text at this place may leave, from a number that may send so many segments in a thousand seconds. It is
    /// taken to leave then.
    pub(super) async fn wait(
        &self,
        clock: &dyn Clock,
        mut place: Place,
        number: NumberId,
        rate_millis: u64,
        segments: u32,
    ) {
        if let Some(before) = place.before.take() {
            // It has left, or never will.
            let _ = before.await;
        }
        let most = u32::try_from(rate_millis / 1_000).unwrap_or(u32::MAX).saturating_add(1);
        let last_us = clock.now().as_microsecond().saturating_add(WAIT_US_MAX);
        loop {
            let now_us = clock.now().as_microsecond();
            let leaves = self.numbers().entry(number).or_default().leave(most, segments, now_us, last_us);
            let Err(again_us) = leaves else { return };
            let Ok(again) = Timestamp::from_microsecond(again_us) else { return };
            clock.sleep_until(again).await;
        }
    }

    /// Forgets the numbers from which nothing left for a second.
    pub(super) fn forget_old(&self, now: Timestamp) {
        let over = now.as_microsecond() - SECOND_US;
        self.numbers().retain(|_, number| {
            let waits = number.last.as_mut().is_some_and(|last| last.try_recv() == Err(TryRecvError::Empty));
            waits || number.left.back().is_some_and(|last| last.at_us > over)
        });
    }

    fn numbers(&self) -> MutexGuard<'_, HashMap<NumberId, Number>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Number {
    /// A text of so many segments leaves now, if a second then has no more than `most` of them or if it is `last_us`.
    ///
    /// # Errors
    /// The instant, after `now_us`, at which to ask again.
    fn leave(&mut self, most: u32, segments: u32, now_us: i64, last_us: i64) -> Result<(), i64> {
        let segments = segments.clamp(1, most);
        let over_at = |departure: &Departure| departure.at_us.saturating_add(SECOND_US);
        while let Some(first) = self.left.pop_front_if(|first| over_at(first) <= now_us) {
            self.within -= first.segments;
        }
        let (mut within, mut fits_at_us) = (self.within, now_us);
        for departure in &self.left {
            if within.saturating_add(segments) <= most {
                break;
            }
            within -= departure.segments;
            fits_at_us = fits_at_us.max(over_at(departure));
        }
        if fits_at_us > now_us && now_us < last_us {
            return Err(fits_at_us.min(last_us));
        }
        self.within += segments;
        self.left.push_back(Departure { at_us: now_us, segments });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;
    use std::collections::BinaryHeap;

    use domain::pace::Pace;
    use futures_util::FutureExt as _;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::clock::SystemClock;

    const START_US: i64 = 1_795_000_000_000_000;

    /// Asks at `us`, long before it must leave.
    fn ask(number: &mut Number, most: u32, segments: u32, us: i64) -> Result<(), i64> {
        let answer = number.leave(most, segments, START_US + us, START_US + us + 10 * WAIT_US_MAX);
        answer.map_err(|again| again - START_US)
    }

    #[test]
    fn what_fits_leaves_at_once() {
        let mut number = Number::default();
        for ms in [0, 1, 2] {
            assert_eq!(ask(&mut number, 3, 1, ms * 1_000), Ok(()));
        }
        assert_eq!(ask(&mut number, 3, 1, 995_000), Err(SECOND_US), "a second after the first");
        assert_eq!(ask(&mut number, 3, 1, SECOND_US), Ok(()));
        assert_eq!(ask(&mut number, 3, 1, SECOND_US), Err(1_000 + SECOND_US), "and after the second");
    }

    #[test]
    fn segments_count() {
        let mut number = Number::default();
        assert_eq!(ask(&mut number, 4, 3, 0), Ok(()));
        assert_eq!(ask(&mut number, 4, 2, 1_000_000), Err(SECOND_US));
        assert_eq!(ask(&mut number, 4, 1, 1_000_000), Ok(()), "a short one fits yet");
        assert_eq!(ask(&mut number, 4, 9, SECOND_US), Err(1_000_000 + SECOND_US), "as a whole, alone");
        assert_eq!(ask(&mut number, 4, 9, 1_000_000 + SECOND_US), Ok(()));
    }

    #[test]
    fn nothing_waits_long() {
        let mut number = Number::default();
        assert_eq!(ask(&mut number, 1, 1, 0), Ok(()));
        let last = START_US + WAIT_US_MAX;
        assert_eq!(number.leave(1, 1, START_US, last), Err(last));
        assert_eq!(number.leave(1, 1, last, last), Ok(()));
        let set_back = START_US - 60_000_000;
        assert_eq!(number.leave(1, 1, set_back, set_back + WAIT_US_MAX), Err(set_back + WAIT_US_MAX));
    }

    #[test]
    fn what_is_long_past_is_forgotten() {
        let departures = Departures::default();
        let number = |n| NumberId(Uuid::from_u128(n));
        for (n, us) in [(1, 0), (2, 900_000)] {
            ask(departures.numbers().entry(number(n)).or_default(), 2, 1, us).unwrap();
        }
        departures.forget_old(Timestamp::from_microsecond(START_US + 1_500_000).unwrap());
        assert_eq!(departures.numbers().keys().collect::<Vec<_>>(), [&number(2)]);
    }

    #[tokio::test]
    async fn texts_of_a_number_leave_in_the_order_of_their_claims() {
        let (departures, clock) = (Departures::default(), SystemClock);
        let number = |n| NumberId(Uuid::from_u128(n));
        let [first, second, third] = [1, 1, 1].map(|n| departures.line_up(number(n)));
        let other = departures.line_up(number(2));
        departures.wait(&clock, other, number(2), 9_000_000, 1).await;
        let mut late = Box::pin(departures.wait(&clock, third, number(1), 9_000_000, 1));
        assert!(late.as_mut().now_or_never().is_none(), "two are before it");
        departures.forget_old(Timestamp::MAX);
        departures.wait(&clock, first, number(1), 9_000_000, 1).await;
        assert!(late.as_mut().now_or_never().is_none(), "one is before it");
        drop(second);
        assert!(late.as_mut().now_or_never().is_some(), "nothing holds a number up for good");
    }

    /// Claims keep the pace, their commits take up to `delays`, and timers wake late by up to `lateness`.
    #[derive(Debug)]
    struct Day {
        rate_milli: u64,
        delays: Vec<i64>,
        lateness: Vec<i64>,
    }

    impl Day {
        /// When each text is ready and when it leaves, for twenty seconds, in the order in which they leave.
        fn departures(&self, segments: u32) -> Vec<(i64, i64)> {
            let pace = Pace::new(self.rate_milli).unwrap();
            let most = u32::try_from(self.rate_milli / 1_000 + 1).unwrap();
            let (mut delays, mut lateness) = (self.delays.iter().cycle(), self.lateness.iter().cycle());
            let (mut claim, mut tat, mut waiting) = (START_US, 0, BinaryHeap::new());
            while claim < START_US + 20_000_000 {
                tat = pace.take(claim, tat, segments).unwrap();
                let ready = claim + delays.next().unwrap();
                waiting.push(Reverse((ready, ready)));
                claim = tat.max(ready);
            }
            let (mut number, mut left) = (Number::default(), Vec::new());
            while let Some(Reverse((now, ready))) = waiting.pop() {
                match number.leave(most, segments, now, ready + WAIT_US_MAX) {
                    Ok(()) => left.push((ready, now)),
                    Err(again) => {
                        assert!(again > now);
                        waiting.push(Reverse((again + lateness.next().unwrap(), ready)));
                    }
                }
            }
            left
        }
    }

    fn days() -> impl Strategy<Value = Day> {
        let delays = proptest::collection::vec(0_i64..40_000, 1..50);
        let lateness = proptest::collection::vec(0_i64..4_000, 1..50);
        (100_u64..60_000, delays, lateness).prop_map(|(rate_milli, delays, lateness)| Day {
            rate_milli,
            delays,
            lateness,
        })
    }

    proptest! {
        /// What leaves is never more than the limit and one in any second, and what waits does not pile up.
        #[test]
        fn no_second_has_too_many(day in days()) {
            let left = day.departures(1);
            for (ready, leaves) in &left {
                prop_assert!(leaves - ready < WAIT_US_MAX, "waits for {} us", leaves - ready);
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
            let late = day.lateness.iter().max().unwrap();
            for (ready, leaves) in day.departures(segments) {
                prop_assert!((0..=WAIT_US_MAX + late).contains(&(leaves - ready)));
            }
        }
    }
}
