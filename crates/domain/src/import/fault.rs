//! What is wrong with a row, in words that say how to mend it.

use std::fmt;

use super::country;
use crate::field::FieldError;
use crate::phone::PhoneError;

/// So much of a value is repeated in a sentence.
const SHOWN_CHARS: usize = 40;

/// What is wrong, and where.
#[derive(Clone, PartialEq, Eq)]
pub struct Fault {
    /// In which column, from 0.
    pub column: usize,
    /// What.
    pub kind: FaultKind,
}

/// What is wrong with a cell, or with the row.
#[derive(Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// Nobody can be reached.
    PhoneMissing,
    /// No telephone number.
    Phone {
        /// What stands there.
        value: String,
        /// Where a number without country code is at home.
        country: String,
        /// Why not.
        why: PhoneError,
    },
    /// A spreadsheet has shortened it, as in `4.91512E+12`: its digits are gone.
    PhoneShortened(String),
    /// No e-mail address.
    Email(String),
    /// No time zone.
    TimeZone(String),
    /// No language.
    Language(String),
    /// Neither yes nor no.
    YesOrNo(String),
    /// No moment.
    Moment(String),
    /// A moment that has not come.
    InTheFuture(String),
    /// Longer than is kept.
    TooLong {
        /// What it is, as in "name".
        what: &'static str,
        /// At most so many characters.
        max: usize,
    },
    /// More labels than somebody has.
    TooManyTags(usize),
    /// Does not fit a field of the tenant's.
    Field {
        /// Its name for people.
        label: String,
        /// What stands there.
        value: String,
        /// Why not.
        why: FieldError,
    },
    /// More values than there are columns.
    TooManyValues {
        /// So many.
        values: usize,
        /// For so many.
        columns: usize,
    },
}

impl FaultKind {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::PhoneMissing => "phone_missing",
            Self::Phone { why, .. } => match why {
                PhoneError::TooShort | PhoneError::ShortCode => "phone_too_short",
                PhoneError::TooLong => "phone_too_long",
                PhoneError::UnknownCountryCode => "phone_unknown_country_code",
                PhoneError::NotValid => "phone_not_valid",
                PhoneError::NoRegion | PhoneError::UnknownRegion => "phone_no_country",
                PhoneError::NotANumber | PhoneError::NotASender => "phone_not_a_number",
            },
            Self::PhoneShortened(_) => "phone_shortened",
            Self::Email(_) => "not_an_email",
            Self::TimeZone(_) => "unknown_time_zone",
            Self::Language(_) => "unknown_language",
            Self::YesOrNo(_) => "not_yes_or_no",
            Self::Moment(_) => "not_a_date",
            Self::InTheFuture(_) => "in_the_future",
            Self::TooLong { .. } => "too_long",
            Self::TooManyTags(_) => "too_many_tags",
            Self::Field { .. } => "field_not_fitting",
            Self::TooManyValues { .. } => "too_many_values",
        }
    }
}

impl Fault {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.kind.code()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            FaultKind::PhoneMissing => {
                f.write_str("There is no phone number. Write one in the row, or leave the row out.")
            }
            FaultKind::Phone { value, country, why } => phone(f, &shown(value), country::name(country), *why),
            FaultKind::PhoneShortened(value) => write!(
                f,
                "A spreadsheet has shortened the phone number to {}, and its digits are lost. Format the column as text in the \
                 original file, and export it again.",
                shown(value)
            ),
            FaultKind::Email(value) => {
                write!(f, "{} is no e-mail address. Write it as in ann@example.com, or leave it empty.", shown(value))
            }
            FaultKind::TimeZone(value) => write!(
                f,
                "{} is no time zone. Use a name of the IANA database, as in Europe/Berlin, or leave it empty.",
                shown(value)
            ),
            FaultKind::Language(value) => {
                write!(f, "{} is no language that we know. Write its code, as in de, or leave it empty.", shown(value))
            }
            FaultKind::YesOrNo(value) => {
                write!(f, "{} says neither yes nor no. Write yes or no, or leave it empty.", shown(value))
            }
            FaultKind::Moment(value) => {
                write!(f, "{} is no date. Write it as in 2026-11-27, or leave it empty.", shown(value))
            }
            FaultKind::InTheFuture(value) => {
                write!(
                    f,
                    "{} has not come yet, so nobody can have agreed then. Write the day on which it was.",
                    shown(value)
                )
            }
            FaultKind::TooLong { what, max } => write!(f, "The {what} is longer than {max} characters. Shorten it."),
            FaultKind::TooManyTags(max) => write!(f, "There are more than {max} tags. Leave some out."),
            FaultKind::Field { label, value, why } => write!(f, "{label}: {} {why}.", shown(value)),
            FaultKind::TooManyValues { values, columns } => write!(
                f,
                "The row has {values} values for {columns} columns. Put quotation marks around values that have the \
                 separator in them."
            ),
        }
    }
}

fn phone(f: &mut fmt::Formatter<'_>, value: &str, country: &str, why: PhoneError) -> fmt::Result {
    match why {
        PhoneError::TooShort | PhoneError::ShortCode => write!(
            f,
            "{value} is too short for a phone number of {country}. Write it in full, with area code; a foreign one with + and \
             its country code."
        ),
        PhoneError::TooLong => {
            write!(
                f,
                "{value} is too long for a phone number of {country}. Write one number only, with + and its country code."
            )
        }
        PhoneError::UnknownCountryCode => {
            write!(f, "No country has the code with which {value} starts. Check the digits after the +.")
        }
        PhoneError::NotValid => write!(
            f,
            "{value} is not in use as a phone number of {country}. Check the digits; write a foreign one with + and its \
             country code."
        ),
        PhoneError::NoRegion | PhoneError::UnknownRegion => {
            write!(f, "{value} has no country code. Write it with + and its country code.")
        }
        PhoneError::NotANumber | PhoneError::NotASender => {
            write!(f, "{value} is no phone number. Write one number, in digits, with + and its country code.")
        }
    }
}

/// A value in a sentence.
fn shown(value: &str) -> String {
    let short: String = value.chars().take(SHOWN_CHARS).collect();
    let rest = if short.len() < value.len() { "…" } else { "" };
    format!("`{short}{rest}`")
}

/// Without what stands in the row.
impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.code(), self.column)
    }
}

/// Without what stands in the row.
impl fmt::Debug for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
