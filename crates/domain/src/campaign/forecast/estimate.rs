//! What a forecast means in money and in time, by what is known of the numbers and of the carrier's bills.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Forecast, HOUR_S, Load};
use crate::id::NumberId;
use crate::message::Cost;
use crate::pace::Pace;
use crate::region::country_of;

/// What carriers billed a part at lately, by our number and by country.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prices {
    /// The last currency that each of our numbers was billed in.
    currencies: BTreeMap<NumberId, String>,
    /// Empty: it can be several countries.
    bands: BTreeMap<(NumberId, &'static str), Band>,
}

/// The least and the most that a part cost, in micro-units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Band {
    lowest: i64,
    highest: i64,
}

impl Prices {
    /// A text to `phone` was billed so. To be told the latest first: bills in another currency than the latest are too old to
    /// say anything.
    pub fn learn(&mut self, from: NumberId, phone: &str, cost: &Cost, parts: u32) {
        let parts = i64::from(parts);
        if parts == 0 || cost.micros < 0 {
            return;
        }
        if self.currencies.entry(from).or_insert_with(|| cost.currency.clone()) != &cost.currency {
            return;
        }
        // Rounded so that the band holds what was billed.
        let (lowest, highest) = (cost.micros / parts, cost.micros.saturating_add(parts - 1) / parts);
        let band = self.bands.entry((from, country_of(phone).unwrap_or_default())).or_insert(Band { lowest, highest });
        *band = band.with(Band { lowest, highest });
    }

    /// Of this number to this country; else of others of our numbers, those that are billed in the same currency as the first.
    fn of(&self, number: NumberId, country: &str) -> Option<(&str, Band)> {
        let currency = |number: &NumberId| self.currencies.get(number).map(String::as_str);
        let there = || self.bands.iter().filter(|((_, to), _)| *to == country);
        if let Some((_, band)) = there().find(|((from, _), _)| *from == number) {
            return Some((currency(&number)?, *band));
        }
        let first = there().find_map(|((from, _), _)| currency(from))?;
        let others = there().filter(|((from, _), _)| currency(from) == Some(first)).map(|(_, band)| *band);
        Some((first, others.reduce(Band::with)?))
    }
}

impl Band {
    fn with(self, other: Self) -> Self {
        Self { lowest: self.lowest.min(other.lowest), highest: self.highest.max(other.highest) }
    }
}

/// What texts would cost, in one currency.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostBand {
    /// ISO 4217.
    pub currency: String,
    /// At the lowest price that a part was billed at lately, in micro-units.
    pub lowest_micros: i64,
    /// At the highest.
    pub highest_micros: i64,
    /// The segments that it is reckoned for.
    pub segments: u64,
}

/// What a forecast means in money and in time. A stored document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Estimate {
    /// One for each currency.
    pub costs: Vec<CostBand>,
    /// Segments whose price nobody knows: no text was billed there lately.
    pub unpriced_segments: u64,
    /// Where those go, ISO 3166; empty: it can be several countries.
    pub unpriced_countries: BTreeSet<String>,
    /// When the last text has gone at the numbers' paces, if nothing else is sent and no window closes meanwhile; `None`: there
    /// is nothing to send, or a number has no pace.
    pub finishes_at: Option<Timestamp>,
    /// What the numbers that have something to send let go together, in thousandths of a segment per second.
    pub rate_millis: u64,
}

impl Forecast {
    /// `rates`: of our numbers, in thousandths of a segment per second.
    #[must_use]
    pub fn estimate(&self, rates: &BTreeMap<NumberId, u64>, prices: &Prices) -> Estimate {
        let mut estimate = Estimate::default();
        let mut ends = Vec::new();
        for (number, load) in &self.loads {
            let rate = rates.get(number).copied().unwrap_or_default();
            estimate.rate_millis = estimate.rate_millis.saturating_add(rate);
            ends.push(Pace::new(rate).and_then(|pace| load.ends(self.starts_at, pace)));
            for (country, segments) in &load.to {
                estimate.add(prices.of(*number, country), country, *segments);
            }
        }
        // One that never ends makes the whole never end.
        estimate.finishes_at = ends.into_iter().collect::<Option<Vec<_>>>().and_then(|ends| ends.into_iter().max());
        estimate
    }
}

impl Load {
    /// When the last of it has gone. What may go later goes behind what is left from before.
    fn ends(&self, starts_at: Timestamp, pace: Pace) -> Option<Timestamp> {
        let mut at = starts_at.checked_add(pace.lasts(self.at_once)).ok()?;
        for (hour, segments) in &self.from {
            let opens = Timestamp::from_second(hour.checked_mul(HOUR_S)?).ok()?;
            at = at.max(opens).checked_add(pace.lasts(*segments)).ok()?;
        }
        Some(at)
    }
}

impl Estimate {
    fn add(&mut self, price: Option<(&str, Band)>, country: &str, segments: u64) {
        let Some((currency, band)) = price else {
            self.unpriced_segments += segments;
            self.unpriced_countries.insert(country.to_owned());
            return;
        };
        let at = self.costs.iter().position(|cost| cost.currency == currency).unwrap_or_else(|| {
            self.costs.push(CostBand { currency: currency.into(), ..CostBand::default() });
            self.costs.len() - 1
        });
        if let Some(cost) = self.costs.get_mut(at) {
            let times = |micros: i64| i64::try_from(segments).unwrap_or(i64::MAX).saturating_mul(micros);
            cost.lowest_micros = cost.lowest_micros.saturating_add(times(band.lowest));
            cost.highest_micros = cost.highest_micros.saturating_add(times(band.highest));
            cost.segments += segments;
        }
    }
}
