//! Days and hours in a reply: each must be named by a source, or by the contact.

use std::collections::BTreeSet;

use super::Allowed;
use super::calendar::{LENGTHS, MONTHS, RELATIVE, WEEKDAYS};
use super::fold::Folded;
use super::sums::word_value;

/// A moment that a text names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Moment {
    /// Month and day.
    Day(u8, u8),
    /// Minutes after midnight; what is said without am or pm counts for both halves of the day.
    Hour(u16),
    /// A day of the week, by its number.
    Weekday(u8),
    /// So many minutes long.
    Span(u32),
    /// A day by its distance, by the place of its words in `RELATIVE`.
    Relative(u8),
}

/// Moments of the reply that neither a source nor the contact names, as they are written.
pub(super) fn unsupported(said: &Folded, given: &Folded, theirs: &Folded, allowed: &Allowed) -> Vec<String> {
    let all = |text: &Folded| moments(text).into_iter().flat_map(|(moments, _)| moments);
    let mut known: BTreeSet<Moment> = all(given).collect();
    let theirs_counts = leaves_open(said);
    known.extend(all(theirs).filter(|moment| match moment {
        Moment::Day(..) | Moment::Weekday(_) | Moment::Relative(_) => true,
        Moment::Hour(_) | Moment::Span(_) => theirs_counts,
    }));
    known.extend(allowed.days.iter().flat_map(|day| all(&Folded::of(day)).collect::<Vec<_>>()));
    known.extend(hours_of_ranges(&given.text));
    // Who says "Monday to Friday" or "daily" has named every day between.
    if spans_week(&given.exact) {
        known.extend((1..=7).map(Moment::Weekday));
    }
    let unknown = moments(said).into_iter().filter(|(moments, _)| !moments.iter().any(|moment| known.contains(moment)));
    unknown.map(|(_, written)| written).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Words of a reply that repeats an hour and does not agree to it.
const OPEN_WORDS: &[&str] = &[
    "?",
    "？",
    "colleague",
    "someone",
    "somebody",
    "check",
    "ask ",
    "look",
    "request",
    "you said",
    "you asked",
    "you wrote",
    "you mentioned",
    "get back",
    "let you know",
    "pass it on",
    "unfortunately",
    "sorry",
    "not ",
    "n't",
    "kolleg",
    "anfrage",
    "leider",
    "compañer",
    "consult",
    "lo siento",
    "collègue",
    "demande",
    "désolé",
    "colega",
    "collega",
    "коллег",
    "уточн",
    "к сожалению",
    "同事",
    "抱歉",
];

fn leaves_open(said: &Folded) -> bool {
    OPEN_WORDS.iter().any(|word| said.says(word))
}

/// "Open 7-18" and "9 to 5" name hours, as far as a source is read.
fn hours_of_ranges(text: &str) -> Vec<Moment> {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '.'))
        .filter(|word| !word.is_empty())
        .collect();
    let hour = |word: &str| word.parse::<u16>().ok().filter(|hour| *hour <= 24);
    let mut found = Vec::new();
    let mut add = |one: &str, other: &str| {
        if let (Some(one), Some(other)) = (hour(one), hour(other)) {
            found.extend(readings(one, 0, None).into_iter().chain(readings(other, 0, None)));
        }
    };
    for word in &words {
        if let Some((one, other)) = word.split_once(['-', '–', '—']) {
            add(one, other);
        }
    }
    for three in words.windows(3) {
        if matches!(three[1], "to" | "until" | "till" | "-" | "–" | "bis" | "a" | "à" | "до") {
            add(three[0], three[2]);
        }
    }
    found
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
        || [
            "daily",
            "every day",
            "seven days",
            "7 days",
            "weekdays",
            "weekend",
            "all week",
            "täglich",
            "todos los días",
            "tous les jours",
            "ежедневно",
        ]
        .iter()
        .any(|word| text.contains(word))
}

fn is_sign(c: char) -> bool {
    !c.is_alphanumeric()
}

/// Each with the readings that it may have.
fn moments(text: &Folded) -> Vec<(Vec<Moment>, String)> {
    // Names of other scripts are found in their own letters, and disguised ones in ours.
    let mut found = moments_in(&text.exact);
    if text.text != text.exact {
        found.extend(moments_in(&text.text));
    }
    found
}

fn moments_in(text: &str) -> Vec<(Vec<Moment>, String)> {
    let is_end = |c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')' | '–' | '—' | ';');
    let words: Vec<&str> = text.split(is_end).filter(|word| !word.is_empty()).collect();
    let bare = |nth: Option<usize>| {
        let word = nth.and_then(|nth| words.get(nth)).copied().unwrap_or_default();
        word.trim_matches(|c: char| !c.is_alphanumeric())
    };
    let mut found = close_moments(text);
    for (nth, whole) in words.iter().enumerate() {
        let (word, next) = (bare(Some(nth)), bare(Some(nth + 1)));
        let before = nth.checked_sub(1);
        // "5 de abril", "5th of April".
        let before =
            if matches!(bare(before), "de" | "of" | "the" | "di" | "du") { nth.checked_sub(2) } else { before };
        if let Some((_, day)) = WEEKDAYS.iter().find(|(name, _)| *name == word && is_written_out(name)) {
            found.push((vec![Moment::Weekday(*day)], word.to_owned()));
        }
        let after = if next == "the" { bare(Some(nth + 2)) } else { next };
        if let Some((_, month)) = MONTHS.iter().find(|(name, _)| *name == word)
            && let Some(day) = ordinal(after).or_else(|| ordinal(bare(before)))
        {
            found.push((vec![Moment::Day(*month, day)], format!("{word} {day}")));
        }
        found.extend(date(word));
        for part in word.split('-') {
            found.extend(hour(part, next));
        }
        let own = whole.ends_with(['.', '!', '?', ':']);
        found.extend(bare_hour(bare(nth.checked_sub(1)), word, if own { "" } else { next }));
        found.extend(span(word, next));
    }
    for (nth, names) in (0..).zip(RELATIVE) {
        let names = names.iter().filter(|name| {
            if name.is_ascii() {
                text.split(|c: char| !c.is_alphanumeric()).any(|word| word == **name)
                    || name.contains(' ') && text.contains(**name)
            } else {
                text.contains(**name)
            }
        });
        found.extend(names.take(1).map(|name| (vec![Moment::Relative(nth)], (*name).to_owned())));
    }
    found
}

/// "sun" and "mar" are words, too: a day of the week stands written out, or as what is no other word.
fn is_written_out(name: &str) -> bool {
    name.len() > 4 || name.starts_with("tue") || matches!(name, "fri" | "wed" | "thu")
}

/// What stands before an hour that has no mark of its own.
const BEFORE_HOUR: &[&str] =
    &["at", "until", "till", "til", "by", "um", "ab", "bis", "las", "às", "alle", "jusqu'à", "до", "после"];
/// What may follow it; another word would say that it counts something.
const AFTER_HOUR: &[&str] =
    &["", "and", "to", "on", "today", "tomorrow", "tonight", "sharp", "every", "und", "y", "et", "or"];

/// "We close at 9", "at nine".
fn bare_hour(before: &str, word: &str, next: &str) -> Option<(Vec<Moment>, String)> {
    let hours = word.parse().ok().or_else(|| word_value(word).and_then(|value| u16::try_from(value).ok()));
    let hours = hours.filter(|hours| (1..=24).contains(hours))?;
    let fits = BEFORE_HOUR.contains(&before) && AFTER_HOUR.contains(&next);
    fits.then(|| (readings(hours, 0, None), format!("{before} {word}")))
}

/// "20 minutes", "two days", "2-3 weeks".
fn span(word: &str, next: &str) -> Option<(Vec<Moment>, String)> {
    let length = LENGTHS.iter().find_map(|(minutes, names)| names.contains(&next).then_some(*minutes))?;
    let number =
        |part: &str| part.parse().ok().or_else(|| word_value(part).and_then(|value| u32::try_from(value).ok()));
    let spans: Vec<Moment> =
        word.split('-').filter_map(number).map(|count: u32| Moment::Span(count.saturating_mul(length))).collect();
    (!spans.is_empty()).then(|| (spans, format!("{word} {next}")))
}

/// `9点`, `下午3時`, `3月5日`: nothing stands between number and mark.
fn close_moments(text: &str) -> Vec<(Vec<Moment>, String)> {
    let mut found = Vec::new();
    let mut month = None;
    let mut digits = String::new();
    let (mut afternoon, mut before) = (false, ' ');
    for c in text.chars() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let number: Option<u16> = digits.parse().ok();
        match (c, number) {
            ('点' | '點' | '時' | '时' | '시', Some(hours)) if hours <= 24 => {
                let half = (afternoon && hours < 12).then_some(true);
                found.push((readings(hours, 0, half), format!("{hours}{c}")));
            }
            ('月' | '월', Some(number)) => month = u8::try_from(number).ok(),
            ('日' | '号' | '號' | '일', Some(day)) => {
                if let (Some(month), Ok(day)) = (month.take(), u8::try_from(day)) {
                    found.push((vec![Moment::Day(month, day)], format!("{month}月{day}日")));
                }
            }
            _ => {}
        }
        afternoon = matches!((before, c), ('下' | '正', '午') | (_, '후' | '晚'))
            || (afternoon && c == ' ')
            || (before, c) == ('晚', '上');
        before = c;
        digits.clear();
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
    match word {
        "noon" | "midday" | "mittag" | "mediodía" | "midi" => return Some((vec![Moment::Hour(720)], word.to_owned())),
        "midnight" | "mitternacht" | "medianoche" | "minuit" => return Some((vec![Moment::Hour(0)], word.to_owned())),
        _ => {}
    }
    let spelled = word_value(word)
        .filter(|_| matches!(next, "am" | "pm" | "a.m" | "p.m" | "o'clock" | "oclock"))
        .map(|hours| hours.to_string());
    let word = spelled.as_deref().unwrap_or(word);
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
    Some((readings(hours, minutes, half), written))
}

/// The hours that it may be; `half`: whether it says pm.
fn readings(hours: u16, minutes: u16, half: Option<bool>) -> Vec<Moment> {
    let at = |hours: u16| Moment::Hour(hours % 24 * 60 + minutes);
    match half {
        Some(false) => vec![at(hours % 12)],
        Some(true) => vec![at(hours % 12 + 12)],
        None if (1..=12).contains(&hours) => vec![at(hours % 12), at(hours % 12 + 12)],
        None => vec![at(hours)],
    }
}
