//! What texts will cost that were not billed yet, by what others were billed.

use std::collections::BTreeMap;

/// What parts were billed at, by country and currency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prices(BTreeMap<String, BTreeMap<String, Billed>>);

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Billed {
    parts: i64,
    micros: i64,
}

impl Prices {
    /// So many parts to a country were billed so.
    pub fn learn(&mut self, country: &str, currency: &str, parts: i64, micros: i64) {
        if parts <= 0 {
            return;
        }
        let of_country = self.0.entry(country.to_owned()).or_default();
        let billed = of_country.entry(currency.to_owned()).or_default();
        billed.parts += parts;
        billed.micros = billed.micros.saturating_add(micros);
    }

    /// What so many segments to a country will cost, at the mean of what was billed there; where nothing was, of what was billed
    /// anywhere. In the currency in which most of it was. `None`: nothing was billed at all.
    #[must_use]
    pub fn estimate(&self, country: &str, segments: i64) -> Option<(&str, i64)> {
        let mut anywhere: BTreeMap<&str, Billed> = BTreeMap::new();
        for (currency, billed) in self.0.values().flatten() {
            let sum = anywhere.entry(currency).or_default();
            sum.parts += billed.parts;
            sum.micros = sum.micros.saturating_add(billed.micros);
        }
        let there = self.0.get(country).into_iter().flatten().map(|(currency, billed)| (currency.as_str(), *billed));
        let (currency, billed) = there.max_by_key(|(_, billed)| billed.parts).or_else(|| {
            anywhere.iter().map(|(currency, billed)| (*currency, *billed)).max_by_key(|(_, billed)| billed.parts)
        })?;
        let micros = i128::from(billed.micros) * i128::from(segments) / i128::from(billed.parts);
        let known = self.0.values().flatten().map(|(known, _)| known.as_str()).find(|known| *known == currency)?;
        Some((known, i64::try_from(micros).unwrap_or(i64::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_billed_costs_what_others_did() {
        let mut prices = Prices::default();
        assert_eq!(prices.estimate("US", 3), None);
        prices.learn("US", "USD", 10, 40_000);
        prices.learn("US", "EUR", 1, 9_000);
        prices.learn("DE", "EUR", 2, 160_000);
        prices.learn("FR", "EUR", 0, 5);
        for (country, segments, wanted) in
            [("US", 3, ("USD", 12_000)), ("DE", 1, ("EUR", 80_000)), ("FR", 2, ("USD", 8_000)), ("", 0, ("USD", 0))]
        {
            assert_eq!(prices.estimate(country, segments), Some(wanted), "{country}");
        }
    }
}
