//! What a tenant keeps of its contacts besides name and company: typed fields of its own.

use jiff::civil;
use serde::{Deserialize, Serialize};

mod change;
mod value;

pub use change::{Changed, FieldFault, FieldPatch};
pub use value::Value;

/// A text in a field has at most so many characters.
pub const TEXT_CHARS_MAX: usize = 500;

/// One field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its name in templates and in the API: lower-case letters, digits and underscores.
    pub key: String,
    /// Its name for people.
    pub label: String,
    /// What it holds.
    pub kind: Kind,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Kind {
    /// Words.
    Text,
    /// A decimal number, with a point.
    Number,
    /// A day, as in 2026-11-27.
    Date,
    /// `yes` or `no`.
    YesNo,
    /// One of these.
    Choice {
        /// As they are written; case does not matter when one is chosen.
        choices: Vec<String>,
    },
}

/// Why a value does not fit, in words that follow the field's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// Nothing was said.
    #[error("is empty")]
    Empty,
    /// More than a field holds.
    #[error("is longer than {TEXT_CHARS_MAX} characters")]
    TooLong,
    /// Not a decimal number.
    #[error("is not a number: write it as in 12.5")]
    NotANumber,
    /// Not a day.
    #[error("is not a date: write it as in 2026-11-27")]
    NotADate,
    /// Neither yes nor no.
    #[error("is neither yes nor no")]
    NotYesOrNo,
    /// None of the choices.
    #[error("is none of {0}")]
    NotAChoice(String),
    /// A number, where none is wanted.
    #[error("is a number")]
    Number,
    /// `true` or `false`, where neither is wanted.
    #[error("is true or false")]
    TrueOrFalse,
}

impl Field {
    /// The value as it is kept: trimmed, and written in the one way that its kind has.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn read(&self, value: &str) -> Result<String, FieldError> {
        let value = value.trim();
        if value.is_empty() {
            return Err(FieldError::Empty);
        }
        if value.chars().count() > TEXT_CHARS_MAX {
            return Err(FieldError::TooLong);
        }
        match &self.kind {
            Kind::Text => Ok(value.chars().filter(|c| !c.is_control() || *c == '\n').collect()),
            Kind::Number => {
                if is_decimal(value) {
                    Ok(value.strip_prefix('+').unwrap_or(value).to_owned())
                } else {
                    Err(FieldError::NotANumber)
                }
            }
            Kind::Date => value.parse::<civil::Date>().map(|date| date.to_string()).map_err(|_| FieldError::NotADate),
            Kind::YesNo => match value.to_lowercase().as_str() {
                "yes" | "true" => Ok("yes".into()),
                "no" | "false" => Ok("no".into()),
                _ => Err(FieldError::NotYesOrNo),
            },
            Kind::Choice { choices } => {
                let chosen = choices.iter().find(|choice| choice.to_lowercase() == value.to_lowercase());
                chosen.cloned().ok_or_else(|| FieldError::NotAChoice(choices.join(", ")))
            }
        }
    }

    /// What a value must look like, for whoever writes one.
    #[must_use]
    pub fn form(&self) -> String {
        match &self.kind {
            Kind::Text => "text".into(),
            Kind::Number => "a decimal number".into(),
            Kind::Date => "a date as YYYY-MM-DD".into(),
            Kind::YesNo => "yes or no".into(),
            Kind::Choice { choices } => format!("one of: {}", choices.join(", ")),
        }
    }
}

/// What a value is compared by, whatever its field's kind is now. The store keeps it beside the value.
#[derive(Clone, PartialEq)]
pub struct Compared {
    /// Its words, folded.
    pub folded: String,
    /// The number that it is, if it is one.
    pub number: Option<f64>,
    /// The day that it is, if it is one, in days since 1970.
    pub day: Option<i64>,
}

impl std::fmt::Debug for Compared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Compared").finish_non_exhaustive()
    }
}

impl Compared {
    /// Of a value as it is kept.
    #[must_use]
    pub fn of(value: &str) -> Self {
        let day = value.parse::<civil::Date>().ok().filter(|date| date.to_string() == value);
        Self {
            folded: crate::condition::fold(value),
            number: if is_decimal(value) { value.parse().ok() } else { None },
            day: day.map(crate::condition::day_number),
        }
    }
}

/// Digits with at most one point and a sign; few enough to be told apart.
fn is_decimal(value: &str) -> bool {
    let plain = value.strip_prefix(['-', '+']).unwrap_or(value);
    let digits = plain.bytes().filter(u8::is_ascii_digit).count();
    plain.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && plain.matches('.').count() <= 1
        && (1..=18).contains(&digits)
}

/// What every contact has, by other names than templates know ([`OWN_NAMES`](crate::template::OWN_NAMES)) and conditions
/// ([`NAMES`](crate::condition::NAMES)).
const ELSEWHERE: [&str; 7] = ["email", "tags", "language", "note", "address", "zone", "fields"];

/// Whether a key stands for something else than a field of the tenant's.
#[must_use]
pub fn is_taken(key: &str) -> bool {
    let all = [&crate::template::OWN_NAMES[..], &crate::condition::NAMES, &ELSEWHERE];
    all.iter().any(|names| names.contains(&key))
}

/// A field's key: what may stand in a template between braces.
#[must_use]
pub fn is_key(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_written_in_one_way_or_refused() {
        let choice = Kind::Choice { choices: vec!["Gold".into(), "Silver".into()] };
        let cases: &[(&Kind, &str, Result<&str, ()>)] = &[
            (&Kind::Text, " two\u{7} words ", Ok("two words")),
            (&Kind::Text, "  ", Err(())),
            (&Kind::Number, "+12.50", Ok("12.50")),
            (&Kind::Number, "-3", Ok("-3")),
            (&Kind::Number, "--3", Err(())),
            (&Kind::Number, "+-3", Err(())),
            (&Kind::Number, "1.2.3", Err(())),
            (&Kind::Number, "inf", Err(())),
            (&Kind::Number, "1e5", Err(())),
            (&Kind::Date, "2026-02-28", Ok("2026-02-28")),
            (&Kind::Date, "2026-02-30", Err(())),
            (&Kind::YesNo, "Yes", Ok("yes")),
            (&Kind::YesNo, "maybe", Err(())),
            (&choice, "gold", Ok("Gold")),
            (&choice, "bronze", Err(())),
        ];
        for (kind, value, expected) in cases {
            let field = Field { key: "k".into(), label: "K".into(), kind: (*kind).clone() };
            assert_eq!(field.read(value).as_deref().map_err(|_| ()), *expected, "{value}");
        }
    }

    #[test]
    fn what_every_contact_has_is_no_key() {
        for taken in ["name", "last_name", "phone", "email", "tags", "tag", "list", "language", "time_zone", "note"] {
            assert!(is_taken(taken), "{taken}");
        }
        assert!(!is_taken("size"));
    }

    #[test]
    fn a_key_can_stand_in_a_template() {
        assert!(is_key("tyre_size2"));
        for wrong in ["", "2nd", "Tyre", "tyre size", "größe", &"a".repeat(41)] {
            assert!(!is_key(wrong), "{wrong}");
        }
    }
}
