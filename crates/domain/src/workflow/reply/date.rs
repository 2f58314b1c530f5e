//! A day in a reply.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::Date;

use super::words_of;
use crate::assistant::calendar::{MONTHS, RELATIVE, WEEKDAYS};
use crate::import::{self, DateOrder};

const TODAY: [&str; 13] = [
    "today",
    "tonight",
    "hoy",
    "aujourdhui",
    "hoje",
    "heute",
    "oggi",
    "vandaag",
    "dzis",
    "dzisiaj",
    "сегодня",
    "今天",
    "今日",
];

/// The one day that a text says: `2026-11-27`, `27/11`, `Nov 27`, `27. November`, `tomorrow`, `on Friday`. A day without a year
/// is the next one from `today` on; a day of the week is the next after today. `None`: none, or several.
#[must_use]
pub fn date(said: &str, today: Date, month_first: bool) -> Option<Date> {
    let said = said.trim();
    if said.len() > 200 {
        return None;
    }
    let order = if month_first { DateOrder::MonthFirst } else { DateOrder::DayFirst };
    if let Some(date) = import::date(said, order) {
        return Some(date);
    }
    let words = words_of(said);
    let mut found: Vec<Date> = Vec::new();
    for (nth, word) in words.iter().enumerate() {
        found.extend(near(word, today));
        found.extend(month(word).and_then(|month| beside(&words, nth, month, today)));
    }
    for part in said.split_whitespace().map(|part| part.trim_matches(|c: char| !c.is_alphanumeric())) {
        if part.contains(['/', '-', '.']) {
            found.extend(import::date(part, order).or_else(|| short(part, today, month_first)));
        }
    }
    found.dedup();
    match found.as_slice() {
        [date] => Some(*date),
        // "Tomorrow, Saturday": the days agree.
        [one, rest @ ..] if rest.iter().all(|other| other == one) => Some(*one),
        _ => None,
    }
}

/// What a word means.
#[derive(Debug, Clone, Copy)]
enum Word {
    Today,
    Tomorrow,
    /// Monday is 1.
    Weekday(u8),
    Month(u8),
}

static CALENDAR: LazyLock<BTreeMap<String, Word>> = LazyLock::new(|| {
    let today = TODAY.iter().map(|word| (*word, Word::Today));
    let tomorrow = RELATIVE.first().into_iter().flat_map(|words| words.iter()).map(|word| (*word, Word::Tomorrow));
    let weekdays = WEEKDAYS.iter().map(|(word, weekday)| (*word, Word::Weekday(*weekday)));
    let months = MONTHS.iter().map(|(word, month)| (*word, Word::Month(*month)));
    let all = today.chain(tomorrow).chain(weekdays).chain(months);
    all.map(|(word, means)| (words_of(word).concat(), means)).collect()
});

fn near(word: &str, today: Date) -> Option<Date> {
    match CALENDAR.get(word)? {
        Word::Today => Some(today),
        Word::Tomorrow => today.tomorrow().ok(),
        Word::Weekday(weekday) => {
            let ahead = i64::from(*weekday) - i64::from(today.weekday().to_monday_one_offset());
            today.checked_add(((ahead + 6).rem_euclid(7) + 1).days()).ok()
        }
        Word::Month(_) => None,
    }
}

fn month(word: &str) -> Option<i8> {
    match CALENDAR.get(word)? {
        Word::Month(month) => i8::try_from(*month).ok(),
        _ => None,
    }
}

/// The day that stands beside a month, and the year behind them.
fn beside(words: &[String], nth: usize, month: i8, today: Date) -> Option<Date> {
    let day = |word: Option<&String>| {
        let word = word?;
        let digits = word.trim_end_matches(|c: char| c.is_alphabetic());
        digits.parse::<i8>().ok().filter(|day| (1..=31).contains(day))
    };
    // `27 de noviembre`
    let skipped = usize::from(nth.checked_sub(1).and_then(|at| words.get(at)).is_some_and(|word| word == "de"));
    let before = day(nth.checked_sub(1 + skipped).and_then(|at| words.get(at)));
    let (day, year_at) = match before {
        Some(day) => (day, nth + 1),
        None => (day(words.get(nth + 1))?, nth + 2),
    };
    let year =
        words.get(year_at).and_then(|word| word.parse::<i16>().ok()).filter(|year| (1_900..=2_200).contains(year));
    match year {
        Some(year) => Date::new(year, month, day).ok(),
        None => next(month, day, today),
    }
}

/// `27/11`, `27.11.`
fn short(part: &str, today: Date, month_first: bool) -> Option<Date> {
    let mut numbers =
        part.split(['/', '.']).filter(|digits| !digits.is_empty()).map(|digits| digits.parse::<i8>().ok());
    let (first, second) = (numbers.next()??, numbers.next()??);
    if numbers.next().is_some() {
        return None;
    }
    let month_first = month_first && !part.contains('.');
    let (month, day) = match (first, second) {
        (first, second) if first > 12 => (second, first),
        (first, second) if second > 12 => (first, second),
        (first, second) if month_first => (first, second),
        (first, second) => (second, first),
    };
    next(month, day, today)
}

/// The next day of this month and number; the last of February in most years is found in one that has it.
fn next(month: i8, day: i8, today: Date) -> Option<Date> {
    (0..=8).find_map(|ahead| Date::new(today.year() + ahead, month, day).ok().filter(|date| *date >= today))
}
