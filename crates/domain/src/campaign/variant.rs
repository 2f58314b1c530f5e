//! Several texts of one campaign, and whoever gets none of them, to see which does best.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::lot::{Draw, lot};
use crate::id::CampaignId;
use crate::template::Template;

/// Of a hundred, at most so many get nothing.
pub const HOLDOUT_MAX: u8 = 50;
/// At most so many texts are compared.
pub const VARIANTS_MAX: usize = 8;
/// The most that one of them weighs.
pub const WEIGHT_MAX: u32 = 1_000;

/// One of the texts of a campaign.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// What people call it.
    pub name: String,
    /// The text, a [`Template`].
    pub body: String,
    /// How many get it, compared with the others: 1 to [`WEIGHT_MAX`].
    #[serde(default = "one")]
    pub weight: u32,
}

impl fmt::Debug for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Variant").field("weight", &self.weight).finish_non_exhaustive()
    }
}

const fn one() -> u32 {
    1
}

/// What somebody gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assigned {
    /// Nothing, to compare with.
    Nothing,
    /// The one text that there is.
    OnlyText,
    /// The text of this place, from 0.
    Variant(u32),
}

/// The texts of a campaign, ready to be made.
#[derive(Debug, Clone)]
pub struct Texts {
    only: Template,
    /// Each with what it weighs.
    variants: Vec<(Template, u32)>,
    holdout_percent: u8,
    /// By whose lots it is told who gets which: the first campaign's, where one is the next try of another.
    lots_of: CampaignId,
}

impl Texts {
    /// Those of one text only, for everybody.
    #[must_use]
    pub fn only(template: Template) -> Self {
        Self { only: template, variants: Vec::new(), holdout_percent: 0, lots_of: CampaignId(uuid::Uuid::nil()) }
    }

    /// Several, each with its weight; of no variant at all `only` is everybody's.
    #[must_use]
    pub fn several(only: Template, variants: Vec<(Template, u32)>, holdout_percent: u8, lots_of: CampaignId) -> Self {
        Self { only, variants, holdout_percent, lots_of }
    }

    /// What this phone gets: always the same.
    #[must_use]
    pub fn assigned(&self, phone: &str) -> Assigned {
        if lot(Draw::Holdout, self.lots_of, phone, 100) < u32::from(self.holdout_percent) {
            return Assigned::Nothing;
        }
        let weights = || self.variants.iter().map(|(_, weight)| *weight);
        let mut drawn = lot(Draw::Variant, self.lots_of, phone, weights().sum());
        for (place, weight) in (0..).zip(weights()) {
            match drawn.checked_sub(weight) {
                Some(rest) => drawn = rest,
                None => return Assigned::Variant(place),
            }
        }
        Assigned::OnlyText
    }

    /// The text of what is assigned; `None`: there is none.
    #[must_use]
    pub fn of(&self, assigned: Assigned) -> Option<&Template> {
        match assigned {
            Assigned::Nothing => None,
            Assigned::OnlyText => Some(&self.only),
            Assigned::Variant(place) => self.variants.get(usize::try_from(place).ok()?).map(|(template, _)| template),
        }
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Template> {
        std::iter::once(&self.only).chain(self.variants.iter().map(|(template, _)| template))
    }

    /// What they name, each as often as it is named.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.all().flat_map(Template::names)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn texts(weights: &[u32], holdout_percent: u8, lots_of: u128) -> Texts {
        let template = |n: usize| format!("text {n}").parse().unwrap();
        let variants = weights.iter().enumerate().map(|(n, weight)| (template(n), *weight)).collect();
        Texts::several(template(99), variants, holdout_percent, CampaignId(Uuid::from_u128(lots_of)))
    }

    fn phones() -> impl Iterator<Item = String> {
        (0..10_000).map(|n| format!("+1212{n:07}"))
    }

    #[test]
    fn everybody_gets_one_text_always_the_same_and_by_weight() {
        let of = texts(&[3, 1], 10, 7);
        let mut counts = [0_u32; 3];
        for phone in phones() {
            let assigned = of.assigned(&phone);
            assert_eq!(of.assigned(&phone), assigned);
            match assigned {
                Assigned::Nothing => counts[2] += 1,
                Assigned::Variant(place) => counts[usize::try_from(place).unwrap()] += 1,
                Assigned::OnlyText => panic!("there are variants"),
            }
        }
        assert!((6_500..7_000).contains(&counts[0]) && (2_050..2_450).contains(&counts[1]), "{counts:?}");
        assert!((900..1_100).contains(&counts[2]), "{counts:?}");
        let other = texts(&[3, 1], 10, 8);
        assert!(phones().any(|phone| of.assigned(&phone) != other.assigned(&phone)), "each campaign draws anew");
    }

    #[test]
    fn without_variants_there_is_one_text() {
        let of = Texts::only("Hi {name}".parse().unwrap());
        assert!(phones().take(500).all(|phone| of.assigned(&phone) == Assigned::OnlyText));
        assert_eq!(of.names().collect::<Vec<_>>(), ["name"]);
        assert!(of.of(Assigned::OnlyText).is_some() && of.of(Assigned::Nothing).is_none());
        assert!(of.of(Assigned::Variant(0)).is_none());
    }
}
