//! Fields that could be made for columns that are none of ours.

use super::headers::words;
use super::recognise::{Look, Recognised, Why};
use super::{Column, values};
use crate::field::{Field, Kind, is_key, is_taken};

/// Longer keys are none.
const KEY_MAX: usize = 40;
const LABEL_CHARS_MAX: usize = 100;

/// Offers a field for each column that is ignored and has something in it.
pub(super) fn suggest(recognised: &mut Recognised, columns: &[Look<'_>], fields: &[Field]) {
    let mut keys: Vec<String> = fields.iter().map(|field| field.key.clone()).collect();
    let Recognised { names, guesses, dates, decimal_comma, .. } = recognised;
    for ((name, guess), look) in names.iter().zip(guesses.iter_mut()).zip(columns) {
        let is_offered =
            guess.column == Column::Ignore && matches!(guess.why, Why::Unknown | Why::Taken) && !name.is_empty();
        if !is_offered || look.cells.is_empty() {
            continue;
        }
        let all = |fits: &dyn Fn(&str) -> bool| look.cells.iter().all(|cell| fits(cell));
        let kind = if all(&|cell| values::yes_no(cell).is_some() && cell.parse::<u8>().is_err()) {
            Kind::YesNo
        } else if all(&|cell| values::date(cell, *dates).is_some()) {
            Kind::Date
        } else if all(&|cell| values::number(cell, *decimal_comma).is_some() && is_quantity(cell)) {
            Kind::Number
        } else {
            // Few values in the first rows are no closed list.
            Kind::Text
        };
        let Some(key) = key(name, &keys) else { continue };
        keys.push(key.clone());
        let label = name.chars().filter(|c| !c.is_control()).take(LABEL_CHARS_MAX).collect();
        guess.suggestion = Some(Field { key, label, kind });
    }
}

/// Not a postal code, a customer's number or anything else whose zeros in front or many digits matter.
fn is_quantity(cell: &str) -> bool {
    let has_zero_in_front =
        cell.len() > 1 && cell.starts_with('0') && !cell.starts_with(['.', ',']) && !cell[1..].starts_with(['.', ',']);
    !has_zero_in_front && !cell.starts_with('+') && cell.bytes().filter(u8::is_ascii_digit).count() <= 12
}

/// A key that is not taken; `None`: there is no letter in the name that a key can have.
fn key(name: &str, keys: &[String]) -> Option<String> {
    let words: Vec<String> = words(name)
        .into_iter()
        .map(|word| word.chars().filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit()).collect())
        .filter(|word: &String| !word.is_empty())
        .collect();
    let plain = words.join("_");
    let plain = if plain.starts_with(|c: char| c.is_ascii_digit()) { format!("field_{plain}") } else { plain };
    let plain = plain.get(..KEY_MAX.min(plain.len())).unwrap_or_default().trim_end_matches('_').to_owned();
    let is_free = |key: &str| is_key(key) && !is_taken(key) && !keys.iter().any(|other| other == key);
    let numbered = (2..100).map(|n| {
        let end = format!("_{n}");
        format!("{}{end}", &plain[..plain.len().min(KEY_MAX - end.len())])
    });
    std::iter::once(plain.clone()).chain(numbered).find(|key| is_free(key))
}
