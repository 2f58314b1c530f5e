//! Chance that can be played again: every throw is a function of a seed, a purpose and an ordinal, never of scheduling.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a throw is for. The purposes do not disturb each other: turning one fault on leaves the others' sequence as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum Purpose {
    Request = 1,
    Burst = 2,
    Outcome = 3,
    Webhook = 4,
    Attempt = 5,
    Reorder = 6,
    Pace = 7,
    Id = 8,
    SigningKey = 9,
}

/// SplitMix64 (Steele, Lea, Flood 2014), started from a seed, a purpose and an ordinal.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64, purpose: Purpose, ordinal: u64) -> Self {
        let mut start = Self(seed ^ (purpose as u64).wrapping_mul(0xD6E8_FEB8_6659_FD93));
        let base = start.next();
        Self(base ^ ordinal.wrapping_mul(0xA076_1D64_78BD_642F))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// True with this probability. Always takes one throw, so later throws do not depend on the answer.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        const STEPS: f64 = (1_u64 << 53) as f64;
        let throw = (self.next() >> 11) as f64 / STEPS;
        throw < probability
    }

    /// A number below `bound`, or 0 where there is none.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let throw = self.next();
        u64::try_from((u128::from(throw) * u128::from(bound)) >> 64).unwrap_or(0)
    }

    /// A duration in the span, its ends included.
    pub(crate) fn within(&mut self, span: Span) -> Duration {
        let width = span.max_ms.saturating_sub(span.min_ms);
        Duration::from_millis(span.min_ms + self.below(width.saturating_add(1)))
    }

    /// An identifier in the shape of a UUIDv4.
    pub(crate) fn uuid(&mut self) -> Uuid {
        Uuid::from_u64_pair(self.next(), self.next()).into_v4()
    }
}

trait IntoV4 {
    fn into_v4(self) -> Uuid;
}

impl IntoV4 for Uuid {
    fn into_v4(self) -> Uuid {
        uuid::Builder::from_random_bytes(self.into_bytes()).into_uuid()
    }
}

/// A range of delays in milliseconds, both ends included. Equal ends are a fixed delay; the default is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// The shortest delay.
    pub min_ms: u64,
    /// The longest delay.
    pub max_ms: u64,
}

impl Span {
    /// Always this long.
    #[must_use]
    pub const fn fixed(ms: u64) -> Self {
        Self { min_ms: ms, max_ms: ms }
    }

    /// From `min_ms` to `max_ms`, both included.
    #[must_use]
    pub const fn between(min_ms: u64, max_ms: u64) -> Self {
        Self { min_ms, max_ms }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_ordinal_throws_the_same() {
        let throws = |seed| (0..64).map(|n| Dice::new(seed, Purpose::Request, n).next()).collect::<Vec<_>>();
        assert_eq!(throws(7), throws(7));
        assert_ne!(throws(7), throws(8));
    }

    #[test]
    fn chances_come_out_about_right() {
        for wanted in [0.0, 0.2, 0.5, 1.0] {
            let hits = (0..20_000).filter(|n| Dice::new(3, Purpose::Request, *n).chance(wanted)).count();
            let got = hits as f64 / 20_000.0;
            assert!((got - wanted).abs() < 0.02, "wanted {wanted}, got {got}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_delay_stays_in_its_span(seed: u64, min in 0_u64..5_000, width in 0_u64..5_000) {
            let delay = Dice::new(seed, Purpose::Pace, 0).within(Span::between(min, min + width)).as_millis();
            proptest::prop_assert!((u128::from(min)..=u128::from(min + width)).contains(&delay));
        }
    }
}
