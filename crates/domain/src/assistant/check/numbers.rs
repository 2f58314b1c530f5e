//! Long numbers in a reply, such as those of orders and codes: whoever is told one that nobody has named is told somebody
//! else's, or an invented one.

use super::Sources;
use super::fold::Folded;

/// Shorter ones are years, sizes and counts.
const DIGITS_MIN: usize = 5;

/// Numbers of the reply that nobody has named. Sums, days and phone numbers have rules of their own.
pub(super) fn unsupported(said: &Folded, sources: &Sources) -> Vec<String> {
    let known = [&sources.told, &sources.theirs].into_iter().chain(&sources.own);
    let known: Vec<&str> = known.flat_map(|text| runs(&text.text)).collect();
    let is_known = |number: &str| known.contains(&number);
    runs(&said.text).filter(|number| number.len() >= DIGITS_MIN && !is_known(number)).map(str::to_owned).collect()
}

fn runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty())
}
