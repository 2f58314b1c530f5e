//! Chance that is the same for the same seed.

use jiff::SignedDuration;

/// Drawn numbers, one after the other (SplitMix64, Steele, Lea and Flood 2014).
#[derive(Debug, Clone, Copy)]
pub(super) struct Chance(u64);

impl Chance {
    /// Of one of many, who draw apart from one another.
    pub(super) fn of(seed: u64, who: u32) -> Self {
        let mut chance = Self(seed ^ u64::from(who).wrapping_mul(0xD6E8_FEB8_6659_FD93));
        chance.number();
        chance
    }

    pub(super) const fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to below 1, evenly.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
    pub(super) fn share(&mut self) -> f64 {
        (self.number() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// So often of a hundred times.
    pub(super) fn happens(&mut self, percent: f64) -> bool {
        self.share() * 100.0 < percent
    }

    /// From 0 up to below a number; 0 for 0.
    pub(super) fn below(&mut self, of: u64) -> u64 {
        self.number() % of.max(1)
    }

    /// Which of some, by their weights; `None`: they weigh nothing.
    pub(super) fn one_of(&mut self, weights: impl Iterator<Item = u32> + Clone) -> Option<usize> {
        let all: u64 = weights.clone().map(u64::from).sum();
        let mut drawn = if all == 0 { return None } else { self.below(all) };
        weights.enumerate().find_map(|(nth, weight)| match drawn.checked_sub(weight.into()) {
            Some(rest) => {
                drawn = rest;
                None
            }
            None => Some(nth),
        })
    }

    /// How long somebody takes: half of all take at most `half`, nine of ten at most `most` (a log-logistic distribution, whose
    /// few last take very long, as people do).
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "seconds of at most some years")]
    pub(super) fn takes(&mut self, half: SignedDuration, most: SignedDuration) -> SignedDuration {
        let (half, most) = (half.as_secs().max(1) as f64, most.as_secs().max(2) as f64);
        let drawn = self.share().clamp(1e-9, 1.0 - 1e-9);
        let spread = (most / half).max(1.001).ln() / 9.0_f64.ln();
        let seconds = half * (drawn / (1.0 - drawn)).powf(spread);
        SignedDuration::from_secs(seconds.min(1e9) as i64)
    }
}
