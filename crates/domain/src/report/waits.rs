//! How long people waited, kept as counts by length: small, to be joined in any order, and exact to a sixteenth.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Waits by their length. A length has a place of its own up to 31 seconds; longer ones share a place with those that differ by
/// less than a sixteenth. Each place also keeps how long all of its waits took together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Waits(BTreeMap<u32, (i64, i64)>);

/// A length that so many waits do not exceed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantile {
    /// The mean of the waits in its place, in seconds.
    pub seconds: i64,
    /// It is surely not shorter than this,
    pub from_seconds: i64,
    /// and shorter than this.
    pub until_seconds: i64,
}

impl Waits {
    /// One more.
    pub fn add(&mut self, seconds: i64) {
        let seconds = u32::try_from(seconds.max(0)).unwrap_or(u32::MAX);
        let place = self.0.entry(place(seconds)).or_default();
        place.0 += 1;
        place.1 += i64::from(seconds);
    }

    /// Those of another count, too.
    pub fn join(&mut self, other: &Self) {
        for (at, (count, total)) in &other.0 {
            let place = self.0.entry(*at).or_default();
            place.0 += count;
            place.1 += total;
        }
    }

    /// There are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many.
    #[must_use]
    pub fn count(&self) -> i64 {
        self.0.values().map(|(count, _)| count).sum()
    }

    /// The shortest length that at least `percent` of a hundred do not exceed. `None`: there are none.
    #[must_use]
    pub fn quantile(&self, percent: i64) -> Option<Quantile> {
        let rank = (self.count() * percent + 99) / 100;
        let mut below = 0;
        let (at, (count, total)) = self.0.iter().find(|(_, (count, _))| {
            below += count;
            below >= rank.max(1)
        })?;
        Some(Quantile {
            seconds: total / (*count).max(1),
            from_seconds: i64::from(*at),
            until_seconds: i64::from(*at) + width(*at),
        })
    }
}

/// The shortest length that shares a place with this one.
fn place(seconds: u32) -> u32 {
    let low = (u32::BITS - seconds.leading_zeros()).saturating_sub(5);
    (seconds >> low) << low
}

/// How many lengths share a place that begins here.
fn width(place: u32) -> i64 {
    1 << (u32::BITS - place.leading_zeros()).saturating_sub(5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(all: &[i64]) -> Waits {
        let mut waits = Waits::default();
        all.iter().for_each(|seconds| waits.add(*seconds));
        waits
    }

    #[test]
    fn one_wait_is_its_own_median() {
        let median = of(&[420]).quantile(50).unwrap();
        assert_eq!(median, Quantile { seconds: 420, from_seconds: 416, until_seconds: 432 });
        assert_eq!(of(&[]).quantile(50), None);
        assert_eq!(of(&[-5]).quantile(50).unwrap().seconds, 0);
    }

    #[test]
    fn it_is_kept_as_it_is() {
        let waits = of(&[3, 420, 421]);
        let text = serde_json::to_string(&waits).unwrap();
        assert_eq!(text, r#"{"3":[1,3],"416":[2,841]}"#);
        assert_eq!(serde_json::from_str::<Waits>(&text).unwrap(), waits);
    }

    proptest! {
        #[test]
        fn a_quantile_is_exact_to_its_place(
            mut all in prop::collection::vec(0_i64..10_000_000, 1..200),
            percent in 1_i64..=100,
        ) {
            let told = of(&all).quantile(percent).unwrap();
            all.sort_unstable();
            let rank = usize::try_from((i64::try_from(all.len()).unwrap() * percent + 99) / 100).unwrap();
            let exact = all[rank - 1];
            prop_assert!((told.from_seconds..told.until_seconds).contains(&exact), "{exact} {told:?}");
            prop_assert!((told.from_seconds..told.until_seconds).contains(&told.seconds));
            prop_assert!(told.until_seconds - told.from_seconds <= 1.max(exact / 16 + 1));
        }

        #[test]
        fn parts_are_the_whole(all in prop::collection::vec(0_i64..100_000, 0..100), cut in 0_usize..100) {
            let (one, other) = all.split_at(cut.min(all.len()));
            let mut joined = of(other);
            joined.join(&of(one));
            prop_assert_eq!(joined, of(&all));
        }
    }
}
