//! Why a text may not go now, in a sentence.

use std::fmt::{self, Write};

use jiff::Timestamp;
use jiff::civil::{DateTime, Weekday};

use super::hours::Rest;
use super::{Closed, Rule};

impl Closed {
    /// The sentence, and when it goes instead: `It is 20:30 in Florida, where texts like this may go from 8:00 to 20:00 (Florida
    /// Telephone Solicitation Act, since 1 July 2021); it goes tomorrow at 8:00.`
    #[must_use]
    pub fn until(&self, opens: Timestamp) -> String {
        let mut said = self.to_string();
        said.pop();
        let _ = write!(said, "; it goes {}.", when(self.local(), self.zone.to_datetime(opens)));
        said
    }

    fn local(&self) -> DateTime {
        self.zone.to_datetime(self.at)
    }

    fn by_law(&self, rule: &Rule, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.local();
        let it_is = if self.is_certain { "It is" } else { "It may be" };
        let place = self.place.map_or("", |place| place.name());
        match rule.allows.of(local.date()) {
            Ok((from, until)) => write!(
                f,
                "{it_is} {}:{:02} in {place}, where texts like this may go from {from}:00 to {until}:00",
                local.hour(),
                local.minute()
            )?,
            Err(rest) => {
                let (today, then) = match rest {
                    Rest::Saturday => ("Saturday", "a Saturday"),
                    Rest::Sunday => ("Sunday", "a Sunday"),
                    Rest::Holiday => ("a public holiday", "a public holiday"),
                };
                write!(f, "{it_is} {today} in {place}, where texts like this may not go on {then}")?;
            }
        }
        write!(f, " ({}", rule.source)?;
        if let Some(from) = rule.from {
            write!(f, ", since {}", from.strftime("%-d %B %Y"))?;
        }
        f.write_str(").")
    }
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rule {
            Some(rule) => self.by_law(rule, f),
            None => {
                let local = self.local();
                let it_is = if self.is_certain { "It is" } else { "It may be" };
                write!(
                    f,
                    "{it_is} {}:{:02} where this person is, which is in quiet hours.",
                    local.hour(),
                    local.minute()
                )
            }
        }
    }
}

/// `today at 8:00`, `tomorrow at 8:00`, `on Monday at 8:00`.
pub(crate) fn when(now: DateTime, then: DateTime) -> String {
    let days = now.date().until(then.date()).map_or(0, |span| span.get_days());
    let day = match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        2..=6 => format!("on {}", name_of(then.weekday())),
        _ => format!("on {}", then.date().strftime("%-d %B")),
    };
    format!("{day} at {}:{:02}", then.hour(), then.minute())
}

const fn name_of(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}
