//! How many stand where, what they did, and what that took.

use std::collections::BTreeMap;

use super::One;
use crate::campaign::Standing;

/// How many stand where, what they did, and what that took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    standing: [u64; Standing::ALL.len()],
    /// How many answered.
    pub replied: u64,
    /// How many followed a link.
    pub clicked: u64,
    /// How many said STOP after it.
    pub opted_out: u64,
    /// Of how many segments the texts are that were made.
    pub segments: u64,
    /// As how many parts they were billed, as far as receipts told.
    pub parts: u64,
    /// What they cost, as far as receipts told: millionths, by currency (ISO 4217).
    pub cost: BTreeMap<String, i64>,
}

impl Figures {
    /// All together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.standing.iter().sum()
    }

    /// How many stand so.
    #[must_use]
    pub fn standing(&self, standing: Standing) -> u64 {
        self.standing[place(standing)]
    }

    pub(super) fn add(&mut self, one: &One<'_>) {
        self.standing[place(one.standing)] += 1;
        self.replied += u64::from(one.replied_at.is_some());
        self.clicked += u64::from(one.clicked_at.is_some());
        self.opted_out += u64::from(one.opted_out_at.is_some());
        self.segments += u64::from(one.segments.unwrap_or_default());
        self.parts += u64::from(one.parts.unwrap_or_default());
        if let Some((micros, currency)) = one.cost {
            match self.cost.get_mut(currency) {
                Some(sum) => *sum = sum.saturating_add(micros),
                None => drop(self.cost.insert(currency.to_owned(), micros)),
            }
        }
    }

    pub(super) fn join(&mut self, other: &Self) {
        for (sum, more) in self.standing.iter_mut().zip(other.standing) {
            *sum += more;
        }
        self.replied += other.replied;
        self.clicked += other.clicked;
        self.opted_out += other.opted_out;
        self.segments += other.segments;
        self.parts += other.parts;
        for (currency, micros) in &other.cost {
            let sum = self.cost.entry(currency.clone()).or_default();
            *sum = sum.saturating_add(*micros);
        }
    }
}

fn place(standing: Standing) -> usize {
    Standing::ALL.iter().position(|one| *one == standing).unwrap_or_default()
}
