//! A template filled for one person, in their language.

use icu_calendar::Date;
use icu_calendar::cal::Iso;
use icu_datetime::fieldsets::{E, YMD};
use icu_datetime::{DateTimeFormatter, DateTimeFormatterPreferences};
use icu_decimal::input::Decimal;
use icu_decimal::options::DecimalFormatterOptions;
use icu_decimal::{DecimalFormatter, DecimalFormatterPreferences};
use icu_locale_core::Locale;
use jiff::civil;

use super::person::Person;
use super::{How, Part, Template};
use crate::field::Kind;

/// The person lacks what a text cannot do without.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("nothing is known of them as {name}, and the text has no other word for it")]
pub struct Lacks {
    /// Under which name.
    pub name: String,
}

/// Fills templates in one language, many times over.
#[derive(Debug)]
pub struct Rendering {
    date: Option<DateTimeFormatter<YMD>>,
    weekday: Option<DateTimeFormatter<E>>,
    decimal: Option<DecimalFormatter>,
}

impl Rendering {
    /// `language`: a BCP 47 tag, as in `en-GB`; what is none, or is not known, counts as English.
    #[must_use]
    pub fn new(language: &str) -> Self {
        let locale: Locale = language.parse().unwrap_or(Locale::UNKNOWN);
        let locale = if locale.id.language.is_unknown() { icu_locale_core::locale!("en") } else { locale };
        let dates = DateTimeFormatterPreferences::from(&locale);
        Self {
            date: DateTimeFormatter::try_new(dates, YMD::long()).ok(),
            weekday: DateTimeFormatter::try_new(dates, E::long()).ok(),
            decimal: DecimalFormatter::try_new(
                DecimalFormatterPreferences::from(&locale),
                DecimalFormatterOptions::default(),
            )
            .ok(),
        }
    }

    /// The text for this person.
    ///
    /// # Errors
    /// The first name under which nothing is known of them, if the template has no other word for it. An empty other word
    /// takes the blank before it along, so that nobody reads `Hi ,`.
    pub fn render(&self, template: &Template, person: Person<'_>) -> Result<String, Lacks> {
        let mut text = String::new();
        let mut lapsed = false;
        for part in &template.parts {
            let follows_nothing = std::mem::take(&mut lapsed);
            match part {
                Part::Words(words) => {
                    if follows_nothing && words.starts_with([' ', '\n', ',', '.', ';', ':', '!', '?']) {
                        text.truncate(text.trim_end_matches(' ').len());
                    }
                    text.push_str(words);
                }
                Part::Link(link) => text.push_str(&link.of(person.phone)),
                Part::Place(place) => match (person.get(&place.name), &place.fallback) {
                    (Some((kind, value)), _) => self.write(&mut text, kind, value, place.how),
                    (None, Some(fallback)) if fallback.is_empty() => lapsed = true,
                    (None, Some(fallback)) => text.push_str(fallback),
                    (None, None) => return Err(Lacks { name: place.name.clone() }),
                },
            }
        }
        if lapsed {
            text.truncate(text.trim_end_matches(' ').len());
        }
        Ok(text)
    }

    /// A value that is not of the kind that is asked for is written as it is.
    fn write(&self, text: &mut String, kind: &Kind, value: &str, how: Option<How>) {
        let written = match (how, kind) {
            (Some(How::Upper), _) => Some(value.to_uppercase()),
            (Some(How::Lower), _) => Some(value.to_lowercase()),
            (Some(How::Title), _) => Some(title(value)),
            (Some(How::Weekday), _) => self.weekday(value),
            (Some(How::Date), _) | (None, Kind::Date) => self.date(value),
            (Some(How::Number(decimals)), _) => self.number(value, decimals),
            (None, Kind::Number) => self.number(value, None),
            (None, Kind::Text | Kind::YesNo | Kind::Choice { .. }) => None,
        };
        text.push_str(written.as_deref().unwrap_or(value));
    }

    fn date(&self, value: &str) -> Option<String> {
        Some(self.date.as_ref()?.format(&day(value)?).to_string())
    }

    fn weekday(&self, value: &str) -> Option<String> {
        Some(self.weekday.as_ref()?.format(&day(value)?).to_string())
    }

    fn number(&self, value: &str, decimals: Option<u8>) -> Option<String> {
        let mut number: Decimal = value.parse().ok()?;
        if let Some(decimals) = decimals {
            let decimals = i16::from(decimals);
            number.round(-decimals);
            number.absolute.trim_end();
            number.absolute.pad_end(-decimals);
        }
        Some(self.decimal.as_ref()?.format(&number).to_string())
    }
}

fn day(value: &str) -> Option<Date<Iso>> {
    let date: civil::Date = value.parse().ok()?;
    Date::try_new_iso(i32::from(date.year()), date.month().unsigned_abs(), date.day().unsigned_abs()).ok()
}

/// Each word with a capital; what has capitals inside, such as McDonald, keeps them.
fn title(value: &str) -> String {
    let is_shouted = value.chars().any(char::is_alphabetic) && value == value.to_uppercase();
    let mut begins = true;
    let mut written = String::with_capacity(value.len());
    for c in value.chars() {
        if begins {
            written.extend(c.to_uppercase());
        } else if is_shouted {
            written.extend(c.to_lowercase());
        } else {
            written.push(c);
        }
        begins = c.is_whitespace() || c == '-';
    }
    written
}
