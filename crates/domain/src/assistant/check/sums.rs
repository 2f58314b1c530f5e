//! Sums of money in a reply: each must be named by a source.

use super::words::Folded;

const SIGNS: &[char] = &['$', '€', '£', '¥', '₹', '₽', '₴', '₩', '₺', '₱', '₫', '¢', '₪', '৳'];
const UNITS: &[&str] = &[
    "dollar",
    "dollars",
    "usd",
    "buck",
    "bucks",
    "cent",
    "cents",
    "euro",
    "euros",
    "eur",
    "pound",
    "pounds",
    "gbp",
    "quid",
    "rupee",
    "rupees",
    "inr",
    "yen",
    "yuan",
    "rmb",
    "cny",
    "zł",
    "zloty",
    "pln",
    "franken",
    "chf",
    "real",
    "reais",
    "brl",
    "peso",
    "pesos",
    "mxn",
    "рубль",
    "рублей",
    "руб",
    "kr",
    "sek",
    "nok",
    "dkk",
    "cad",
    "aud",
    "元",
    "percent",
    "%",
];

/// Sums of the reply that nothing given names, as they are written.
pub(super) fn unsupported(said: &Folded, given: &Folded) -> Vec<String> {
    let known: Vec<i64> = sums(&given.0).into_iter().map(|(hundredths, _)| hundredths).collect();
    // A price list may name its currency once, at the top: then any number in it will do.
    let numbers: Vec<i64> = numbers(&given.0).into_iter().map(|number| number.hundredths).collect();
    let has_money =
        !known.is_empty() || given.0.contains(SIGNS) || UNITS.iter().any(|unit| given.words().contains(unit));
    let is_known = |sum: i64| known.contains(&sum) || (has_money && numbers.contains(&sum));
    sums(&said.0).into_iter().filter(|(sum, _)| !is_known(*sum)).map(|(_, written)| written).collect()
}

struct Number {
    hundredths: i64,
    start: usize,
    end: usize,
}

/// Numbers with a sign or a unit of money beside them; and percentages.
fn sums(text: &str) -> Vec<(i64, String)> {
    numbers(text)
        .into_iter()
        .filter_map(|number| {
            let before = text[..number.start].trim_end();
            let after = text[number.end..].trim_start();
            let unit = after.split(|c: char| !c.is_alphanumeric() && c != '%').next().unwrap_or_default();
            let prefix = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            let is_money = before.ends_with(SIGNS)
                || after.starts_with(SIGNS)
                || after.starts_with('%')
                || UNITS.contains(&unit)
                || (matches!(prefix, "usd" | "eur" | "gbp" | "rs" | "chf" | "cad" | "aud" | "inr"));
            let from = before
                .len()
                .saturating_sub(before.chars().next_back().filter(|c| SIGNS.contains(c)).map_or(0, char::len_utf8));
            let until = if after.starts_with(SIGNS) || after.starts_with('%') || UNITS.contains(&unit) {
                text.len() - after.len() + unit.len().max(after.chars().next().map_or(0, char::len_utf8))
            } else {
                number.end
            };
            is_money.then(|| (number.hundredths, text[from..until.min(text.len())].trim().to_owned()))
        })
        .collect()
}

/// Decimal numbers, with either mark for thousands and decimals.
fn numbers(text: &str) -> Vec<Number> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len()
            && (bytes[at].is_ascii_digit()
                || (matches!(bytes[at], b'.' | b',') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)))
        {
            at += 1;
        }
        if let Some(hundredths) = hundredths(&text[start..at]) {
            found.push(Number { hundredths, start, end: at });
        }
    }
    found
}

/// `1,250.50` and `1.250,50` are the same; one mark with three digits behind it parts thousands.
fn hundredths(written: &str) -> Option<i64> {
    let last = written.rfind(['.', ',']);
    let (whole, part) = match last {
        Some(mark) if written.len() - mark - 1 != 3 => (&written[..mark], &written[mark + 1..]),
        _ => (written, ""),
    };
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    let part: String = part.chars().chain("00".chars()).take(2).collect();
    let whole: i64 = whole.parse().ok()?;
    whole.checked_mul(100)?.checked_add(part.parse().ok()?)
}
