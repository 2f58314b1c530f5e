//! Days and hours in a reply: each must be named by a source, or by the contact.

use std::collections::BTreeSet;

use super::Allowed;
use super::words::Folded;

const MONTHS: &[(&str, u8)] = &[
    ("january", 1),
    ("jan", 1),
    ("february", 2),
    ("feb", 2),
    ("march", 3),
    ("mar", 3),
    ("april", 4),
    ("apr", 4),
    ("may", 5),
    ("june", 6),
    ("jun", 6),
    ("july", 7),
    ("jul", 7),
    ("august", 8),
    ("aug", 8),
    ("september", 9),
    ("sept", 9),
    ("sep", 9),
    ("october", 10),
    ("oct", 10),
    ("november", 11),
    ("nov", 11),
    ("december", 12),
    ("dec", 12),
    ("januar", 1),
    ("februar", 2),
    ("märz", 3),
    ("mai", 5),
    ("juni", 6),
    ("juli", 7),
    ("oktober", 10),
    ("dezember", 12),
    ("enero", 1),
    ("febrero", 2),
    ("marzo", 3),
    ("abril", 4),
    ("mayo", 5),
    ("junio", 6),
    ("julio", 7),
    ("agosto", 8),
    ("septiembre", 9),
    ("octubre", 10),
    ("noviembre", 11),
    ("diciembre", 12),
    ("janvier", 1),
    ("février", 2),
    ("mars", 3),
    ("avril", 4),
    ("juin", 6),
    ("juillet", 7),
    ("août", 8),
    ("septembre", 9),
    ("octobre", 10),
    ("novembre", 11),
    ("décembre", 12),
];

/// A moment that a text names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Moment {
    /// Month and day.
    Day(u8, u8),
    /// Minutes after midnight; what is said without am or pm counts for both halves of the day.
    Hour(u16),
    /// A day of the week, by its number.
    Weekday(u8),
}

const WEEKDAYS: &[(&str, u8)] = &[
    ("monday", 1),
    ("mondays", 1),
    ("mon", 1),
    ("tuesday", 2),
    ("tuesdays", 2),
    ("tue", 2),
    ("tues", 2),
    ("wednesday", 3),
    ("wednesdays", 3),
    ("wed", 3),
    ("thursday", 4),
    ("thursdays", 4),
    ("thu", 4),
    ("thur", 4),
    ("thurs", 4),
    ("friday", 5),
    ("fridays", 5),
    ("fri", 5),
    ("saturday", 6),
    ("saturdays", 6),
    ("sat", 6),
    ("sunday", 7),
    ("sundays", 7),
    ("sun", 7),
    ("montag", 1),
    ("dienstag", 2),
    ("mittwoch", 3),
    ("donnerstag", 4),
    ("freitag", 5),
    ("samstag", 6),
    ("sonntag", 7),
    ("lunes", 1),
    ("martes", 2),
    ("miércoles", 3),
    ("jueves", 4),
    ("viernes", 5),
    ("sábado", 6),
    ("domingo", 7),
    ("lundi", 1),
    ("mardi", 2),
    ("mercredi", 3),
    ("jeudi", 4),
    ("vendredi", 5),
    ("samedi", 6),
    ("dimanche", 7),
];

/// Moments of the reply that neither a source nor the contact names, as they are written.
pub(super) fn unsupported(said: &Folded, given: &Folded, theirs: &Folded, allowed: &Allowed) -> Vec<String> {
    let mut known: BTreeSet<Moment> = moments(&given.0).into_iter().flat_map(|(moments, _)| moments).collect();
    known.extend(moments(&theirs.0).into_iter().flat_map(|(moments, _)| moments));
    known.extend(allowed.days.iter().flat_map(|day| moments(&Folded::of(day).0)).flat_map(|(moments, _)| moments));
    // Who says "Monday to Friday" or "daily" has named every day between.
    if spans_week(&given.0) {
        known.extend((1..=7).map(Moment::Weekday));
    }
    let unknown =
        moments(&said.0).into_iter().filter(|(moments, _)| !moments.iter().any(|moment| known.contains(moment)));
    unknown.map(|(_, written)| written).collect::<BTreeSet<_>>().into_iter().collect()
}

fn spans_week(text: &str) -> bool {
    let day = |word: &str| WEEKDAYS.iter().any(|(name, _)| *name == word);
    let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || c == ',').collect();
    let spans = words.windows(3).any(|three| {
        day(three[0].trim_matches(is_sign))
            && matches!(three[1], "to" | "through" | "thru" | "until" | "-" | "–" | "bis" | "a" | "à")
            && day(three[2].trim_matches(is_sign))
    });
    let joined =
        words.iter().any(|word| word.split(['-', '–']).filter(|part| day(part.trim_matches(is_sign))).count() > 1);
    spans
        || joined
        || ["daily", "every day", "seven days", "7 days", "weekdays", "weekend", "all week", "täglich"]
            .iter()
            .any(|word| text.contains(word))
}

fn is_sign(c: char) -> bool {
    !c.is_alphanumeric()
}

/// Each with the readings that it may have.
fn moments(text: &str) -> Vec<(Vec<Moment>, String)> {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')' | '–' | '—' | ';'))
        .filter(|word| !word.is_empty())
        .collect();
    let mut found = Vec::new();
    for (nth, word) in words.iter().enumerate() {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let next = words.get(nth + 1).map_or("", |next| next.trim_matches(|c: char| !c.is_alphanumeric()));
        let before = nth
            .checked_sub(1)
            .and_then(|nth| words.get(nth))
            .map_or("", |word| word.trim_matches(|c: char| !c.is_alphanumeric()));
        // "sun" and "mar" are words, too: a day of the week or a month stands with a number, or is written out.
        if let Some((_, day)) = WEEKDAYS.iter().find(|(name, _)| {
            *name == bare
                && (name.len() > 4 || name.starts_with("tue") || *name == "fri" || *name == "wed" || *name == "thu")
        }) {
            found.push((vec![Moment::Weekday(*day)], bare.to_owned()));
        }
        if let Some((_, month)) = MONTHS.iter().find(|(name, _)| *name == bare)
            && let Some(day) = ordinal(next).or_else(|| ordinal(before))
        {
            found.push((vec![Moment::Day(*month, day)], format!("{bare} {day}")));
        }
        found.extend(date(bare));
        for part in bare.split('-') {
            found.extend(hour(part, next));
        }
    }
    found
}

fn ordinal(word: &str) -> Option<u8> {
    let digits = word.trim_end_matches(|c: char| !c.is_ascii_digit());
    let rest = &word[digits.len()..];
    let fits = matches!(rest, "" | "st" | "nd" | "rd" | "th" | "." | "º");
    digits.parse().ok().filter(|day| fits && (1..=31).contains(day))
}

/// `2026-11-27`, `11/27`, `27.11.`: where it is not clear which is the month, both readings.
fn date(word: &str) -> Option<(Vec<Moment>, String)> {
    let parts: Vec<&str> = word.split(['-', '/', '.']).filter(|part| !part.is_empty()).collect();
    let numbers: Option<Vec<u16>> = parts.iter().map(|part| part.parse().ok()).collect();
    let moment = |month: u16, day: u16| {
        let valid = (1..=12).contains(&month) && (1..=31).contains(&day);
        valid.then(|| Moment::Day(u8::try_from(month).unwrap_or(0), u8::try_from(day).unwrap_or(0)))
    };
    let readings: Vec<Moment> = match (numbers?.as_slice(), parts.first().map_or(0, |part| part.len())) {
        ([_, month, day], 4) => moment(*month, *day).into_iter().collect(),
        ([one, other, year], _) if *year > 99 || word.contains('/') || word.matches('.').count() > 1 => {
            [moment(*one, *other), moment(*other, *one)].into_iter().flatten().collect()
        }
        ([one, other], _) if word.contains('/') => {
            [moment(*one, *other), moment(*other, *one)].into_iter().flatten().collect()
        }
        _ => Vec::new(),
    };
    (!readings.is_empty()).then(|| (readings, word.to_owned()))
}

/// `7am`, `7 pm`, `7:30`, `19:00`, `7.30pm`, `19h`. A number alone is no hour.
fn hour(word: &str, next: &str) -> Option<(Vec<Moment>, String)> {
    let digits = word.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.').unwrap_or(word.len());
    let (time, own) = word.split_at(digits);
    let half = match (own, next) {
        ("am" | "a.m" | "a", _) | ("", "am" | "a.m") => Some(false),
        ("pm" | "p.m" | "p", _) | ("", "pm" | "p.m") => Some(true),
        ("h" | "uhr", _) | ("", "uhr" | "h" | "o'clock" | "oclock") => None,
        ("", _) if time.contains(':') => None,
        _ => return None,
    };
    let (hours, minutes) = time.split_once([':', '.']).unwrap_or((time, "0"));
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    if hours > 24 || minutes > 59 {
        return None;
    }
    let written = if own.is_empty() && half.is_some() { format!("{word} {next}") } else { word.to_owned() };
    let at = |hours: u16| Moment::Hour(hours % 24 * 60 + minutes);
    let readings = match half {
        Some(false) => vec![at(hours % 12)],
        Some(true) => vec![at(hours % 12 + 12)],
        None if (1..=12).contains(&hours) => vec![at(hours % 12), at(hours % 12 + 12)],
        None => vec![at(hours)],
    };
    Some((readings, written))
}
