//! What stands in cells, in the ways in which people and programs of many countries write it.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use serde::{Deserialize, Serialize};

use super::headers::squashed;

/// In which order a date's numbers stand, where it can be read in two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// 27/11/2026
    #[default]
    DayFirst,
    /// 11/27/2026
    MonthFirst,
}

/// What programs write where they know nothing.
const NOTHING: [&str; 8] = ["-", "--", "n/a", "#n/a", "null", "(null)", "\\n", "nan"];

/// A cell without what spreadsheets put around it; nothing, if it says that nothing is known.
pub(super) fn cell(raw: &str) -> &str {
    let text = crate::csv::without_apostrophe(raw.trim());
    // `="0171…"`, which keeps a spreadsheet from calculating.
    let text = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')).unwrap_or(text).trim();
    if text.len() <= 6 && NOTHING.iter().any(|nothing| text.eq_ignore_ascii_case(nothing)) { "" } else { text }
}

/// One line of text: what breaks it becomes a space.
pub(super) fn line(text: &str) -> String {
    if !text.contains(|c: char| c.is_control() || c == '\u{A0}') && !text.contains("  ") {
        return text.to_owned();
    }
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

const YES: [&str; 38] = [
    "yes",
    "y",
    "true",
    "t",
    "1",
    "x",
    "on",
    "ok",
    "ja",
    "j",
    "si",
    "s",
    "sim",
    "oui",
    "o",
    "vrai",
    "verdadero",
    "verdadeiro",
    "vero",
    "waar",
    "wahr",
    "tak",
    "da",
    "ano",
    "evet",
    "igen",
    "kylla",
    "да",
    "так",
    "optedin",
    "optin",
    "subscribed",
    "agreed",
    "granted",
    "accepted",
    "consented",
    "confirmed",
    "active",
];
const NO: [&str; 31] = [
    "no",
    "n",
    "false",
    "f",
    "0",
    "off",
    "nein",
    "non",
    "nao",
    "nee",
    "nie",
    "nej",
    "nei",
    "ne",
    "ei",
    "faux",
    "falso",
    "onwaar",
    "falsch",
    "hayir",
    "nem",
    "nu",
    "нет",
    "ні",
    "optedout",
    "optout",
    "unsubscribed",
    "revoked",
    "denied",
    "declined",
    "withdrawn",
];

/// Yes or no, in many languages.
pub(super) fn yes_no(text: &str) -> Option<bool> {
    if text.len() > 40 {
        return None;
    }
    // Most are a plain word already, and there are many of them.
    let word = if text.bytes().all(|byte| byte.is_ascii_alphanumeric()) { None } else { Some(squashed(text)) };
    let word = word.as_deref().unwrap_or(text);
    let is = |words: &[&str]| words.iter().any(|one| one.eq_ignore_ascii_case(word));
    if is(&YES) || text == "✓" || text == "✔" { Some(true) } else { is(&NO).then_some(false) }
}

/// A number as a field keeps it: digits, with a point before the decimals. `comma`: a comma that stands alone parts decimals.
pub(crate) fn number(text: &str, comma: bool) -> Option<String> {
    let kept: String =
        text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '’' | '€' | '$' | '£')).collect();
    let (sign, digits) = match kept.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", kept.strip_prefix('+').unwrap_or(&kept)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',')) {
        return None;
    }
    let point = match (digits.rfind('.'), digits.rfind(',')) {
        (None, None) => None,
        (Some(point), Some(comma)) => Some(point.max(comma)),
        (Some(at), None) => decimal(digits, '.', at, !comma),
        (None, Some(at)) => decimal(digits, ',', at, comma),
    };
    let (whole, decimals) = point.map_or((digits, ""), |at| (&digits[..at], &digits[at + 1..]));
    if decimals.contains(['.', ',']) || !is_grouped(whole) {
        return None;
    }
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    let whole = if whole.is_empty() { "0" } else { &whole };
    Some(if decimals.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{decimals}") })
}

/// Where decimals begin, if there is one kind of mark: several of it, or three digits behind one that does not part decimals
/// at home, are thousands.
fn decimal(digits: &str, mark: char, at: usize, at_home: bool) -> Option<usize> {
    let several = digits.matches(mark).count() > 1;
    let thousands = digits.len() - at - 1 == 3 && !at_home && !digits.starts_with('0');
    (!several && !thousands).then_some(at)
}

/// `1234`, or `1.234.567` with threes behind the first.
fn is_grouped(whole: &str) -> bool {
    let mut groups = whole.split(['.', ',']);
    let first = groups.next().unwrap_or_default();
    let mut rest = groups.peekable();
    rest.peek().is_none() || ((1..=3).contains(&first.len()) && rest.all(|group| group.len() == 3))
}

/// A day, as in `2026-11-27`, `27.11.2026`, `11/27/2026`, `27-11-26`, `20261127`, `27 Nov 2026`, `November 27, 2026`. What comes
/// behind it (a time) does not matter.
pub(crate) fn date(text: &str, order: DateOrder) -> Option<Date> {
    split_date(text, order).map(|(date, _)| date)
}

fn split_date(text: &str, order: DateOrder) -> Option<(Date, &str)> {
    let mut parts: [&str; 3] = [""; 3];
    let mut rest = text.trim();
    for part in &mut parts {
        let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        // `2026-11-27T09:00`: the letter belongs to the time.
        let end = if rest.as_bytes().first().is_some_and(u8::is_ascii_digit) {
            rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()).min(end)
        } else {
            end
        };
        (*part, rest) = rest.split_at(end);
        if part.len() == 8 && part.bytes().all(|byte| byte.is_ascii_digit()) {
            let date = civil_date(part[..4].parse().ok()?, part[4..6].parse().ok()?, part[6..].parse().ok()?)?;
            return Some((date, rest));
        }
        rest = rest.trim_start_matches(['-', '/', '.', ',', ' ', '\u{A0}']);
    }
    let [a, b, c] = parts;
    let date = match (a.parse::<i16>(), b.parse::<i16>(), c.parse::<i16>()) {
        (Ok(year), Ok(month), Ok(day)) if a.len() == 4 => civil_date(year, month, day),
        (Ok(first), Ok(second), Ok(year)) => {
            let (day, month) = match order {
                _ if first > 12 => (first, second),
                _ if second > 12 => (second, first),
                // Nobody writes the month first before a point.
                _ if text.contains('.') => (first, second),
                DateOrder::DayFirst => (first, second),
                DateOrder::MonthFirst => (second, first),
            };
            civil_date(full_year(year, c.len())?, month, day)
        }
        (Ok(day), Err(_), Ok(year)) => civil_date(full_year(year, c.len())?, month(b)?, day),
        (Err(_), Ok(day), Ok(year)) => civil_date(full_year(year, c.len())?, month(a)?, day),
        _ => None,
    }?;
    Some((date, rest))
}

fn civil_date(year: i16, month: i16, day: i16) -> Option<Date> {
    (1_800..=9_999).contains(&year).then_some(())?;
    Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()
}

/// Two digits are of this century up to 68, as POSIX has it.
fn full_year(year: i16, digits: usize) -> Option<i16> {
    match digits {
        4 => Some(year),
        2 if year <= 68 => Some(2_000 + year),
        2 => Some(1_900 + year),
        _ => None,
    }
}

fn month(word: &str) -> Option<i16> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let word = word.to_lowercase();
    let at = MONTHS.iter().position(|month| word.get(..3) == Some(month))?;
    i16::try_from(at + 1).ok()
}

/// A moment: with an offset, or on a clock of this zone; a day alone is its beginning.
pub(super) fn moment(text: &str, order: DateOrder, zone: &TimeZone) -> Option<Timestamp> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    let (date, rest) = split_date(text, order)?;
    let rest = rest.trim_start_matches(['T', ',']).trim();
    let time = if rest.is_empty() { Time::midnight() } else { time(rest)? };
    zone.to_ambiguous_timestamp(DateTime::from_parts(date, time)).compatible().ok()
}

/// `9:30`, `09:30:15`, `9:30 PM`.
fn time(text: &str) -> Option<civil::Time> {
    let lower = text.to_ascii_lowercase().replace('.', "");
    let (clock, noon) = match (lower.strip_suffix("pm"), lower.strip_suffix("am")) {
        (Some(clock), _) => (clock, Some(true)),
        (_, Some(clock)) => (clock, Some(false)),
        _ => (lower.as_str(), None),
    };
    let mut numbers = clock.trim().split(':').map(|part| part.parse::<i8>().ok());
    let (hour, minute) = (numbers.next()??, numbers.next()??);
    let second = numbers.next().map_or(Some(0), |second| second)?;
    let hour = match noon {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(true) => hour % 12 + 12,
        Some(false) => hour % 12,
        None => hour,
    };
    Time::new(hour, minute, second, 0).ok().filter(|_| numbers.next().is_none())
}

/// An e-mail address as it is kept. Only what cannot be one is refused: the rest shows when mail arrives.
pub(super) fn email(text: &str) -> Option<String> {
    let text = text.strip_prefix("mailto:").unwrap_or(text);
    let (local, host) = text.split_once('@')?;
    let plausible = text.len() <= 254
        && !text.contains(|c: char| c.is_whitespace() || c.is_control() || "<>,;\"".contains(c))
        && !local.is_empty()
        && !host.contains('@')
        && host.contains('.')
        && host.split('.').all(|label| !label.is_empty());
    plausible.then(|| if text.is_ascii() { text.to_ascii_lowercase() } else { text.to_lowercase() })
}

/// A time zone's name as the IANA database writes it.
pub(super) fn time_zone(text: &str) -> Option<String> {
    let zone = TimeZone::get(&text.replace(' ', "_")).ok()?;
    Some(zone.iana_name()?.to_owned())
}

/// Languages by what they are called in English and at home.
const LANGUAGES: [(&str, &[&str]); 24] = [
    ("ar", &["arabic", "العربية"]),
    ("bn", &["bengali"]),
    ("cs", &["czech", "cestina"]),
    ("da", &["danish", "dansk"]),
    ("de", &["german", "deutsch"]),
    ("en", &["english", "englisch", "anglais", "ingles"]),
    ("es", &["spanish", "espanol", "castellano"]),
    ("fi", &["finnish", "suomi"]),
    ("fr", &["french", "francais"]),
    ("hi", &["hindi"]),
    ("hu", &["hungarian", "magyar"]),
    ("it", &["italian", "italiano"]),
    ("ja", &["japanese", "日本語"]),
    ("nl", &["dutch", "nederlands"]),
    ("no", &["norwegian", "norsk"]),
    ("pl", &["polish", "polski"]),
    ("pt", &["portuguese", "portugues"]),
    ("ro", &["romanian", "romana"]),
    ("ru", &["russian", "русский"]),
    ("sv", &["swedish", "svenska"]),
    ("tr", &["turkish", "turkce"]),
    ("uk", &["ukrainian", "українська"]),
    ("ur", &["urdu"]),
    ("zh", &["chinese", "中文"]),
];

/// A language's code (ISO 639-1), from its code, a locale such as `de_AT`, or its name.
#[must_use]
pub fn language(text: &str) -> Option<String> {
    let code = text.split(['-', '_']).next().unwrap_or(text).trim();
    if code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Some(code.to_ascii_lowercase());
    }
    let name = squashed(text);
    LANGUAGES
        .iter()
        .find(|(_, names)| names.iter().any(|one| squashed(one) == name))
        .map(|(code, _)| (*code).to_owned())
}
