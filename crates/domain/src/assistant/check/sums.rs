//! Sums of money in a reply: each must be named by a source.

use super::fold::Folded;

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
    // Units of other scripts are found in their own letters, and disguised ones in ours.
    let both = |text: &Folded| [sums(&text.text), sums(&text.exact)].concat();
    let known: Vec<i64> = both(given).into_iter().map(|(hundredths, _)| hundredths).collect();
    // A price list may name its currency once, at the top: then any number in it will do that is no hour and no day.
    let plain = numbers(&given.text).into_iter().filter(|number| is_plain(&given.text, number));
    let numbers: Vec<i64> = plain.map(|number| number.hundredths).collect();
    let has_money =
        !known.is_empty() || given.text.contains(SIGNS) || UNITS.iter().any(|unit| given.words().contains(unit));
    let is_known = |sum: i64| known.contains(&sum) || (has_money && numbers.contains(&sum));
    let spelled = spelled(&said.words())
        .into_iter()
        .filter(|(sum, written)| !sum.is_some_and(is_known) && !given.words().join(" ").contains(written.as_str()));
    let written = both(said).into_iter().filter(|(sum, _)| !is_known(*sum)).map(|(_, written)| written);
    written.chain(spelled.map(|(_, written)| written)).collect()
}

/// Words behind a number that make it no sum.
const NO_SUMS: &[&str] = &[
    "am", "pm", "h", "uhr", "o'clock", "minutes", "min", "hours", "hour", "days", "day", "weeks", "months", "years",
    "year",
];

fn is_plain(text: &str, number: &Number) -> bool {
    let is_joint = |c: char| matches!(c, ':' | '-' | '–' | '/' | '#' | '+');
    let after = &text[number.end..];
    let next = after.trim_start().split(|c: char| !c.is_alphanumeric() && c != '\'').next().unwrap_or_default();
    !text[..number.start].ends_with(is_joint) && !after.starts_with(is_joint) && !NO_SUMS.contains(&next)
}

/// Units of scripts that put nothing between number and unit.
const CLOSE_UNITS: &[&str] = &[
    "元",
    "块",
    "塊",
    "円",
    "圆",
    "원",
    "折",
    "美元",
    "欧元",
    "руб",
    "грн",
    "ريال",
    "درهم",
    "دولار",
    "يورو",
    "روپے",
    "रुपय",
    "रुपए",
    "রুপি",
    "টাকা",
    "บาท",
];
/// What stands before a bare sum …
const PRICE_WORDS: &[&str] = &[
    "cost",
    "costs",
    "price",
    "prices",
    "priced",
    "pay",
    "fee",
    "fees",
    "charge",
    "charged",
    "total",
    "worth",
    "kostet",
    "kosten",
    "preis",
    "cuesta",
    "cuestan",
    "precio",
    "coûte",
    "prix",
    "custa",
    "preço",
    "costa",
    "prezzo",
    "стоит",
    "cтoит",
    "цена",
    "kost",
    "prijs",
    "kosztuje",
    "cena",
];
/// … maybe with one of these between …
const LITTLE: &[&str] =
    &["is", "only", "just", "of", "about", "around", "you", "nur", "solo", "it", "at", "from", "now"];
/// … and behind it, if there is a word at all.
const AFTER_SUM: &[&str] =
    &["each", "per", "for", "only", "total", "in", "and", "or", "plus", "altogether", "today", "now"];

fn is_bare_sum(before: &str, after: &str) -> bool {
    let mut words = before.rsplit(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let close = words.by_ref().find(|word| !LITTLE.contains(word));
    let next = after.trim_start().split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let stands_alone = !after.starts_with([':', '-', '/']) && (next.is_empty() || AFTER_SUM.contains(&next));
    stands_alone && close.is_some_and(|word| PRICE_WORDS.contains(&word))
}

const ONES: &[&str] = &[
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: &[&str] = &["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
/// Number words of other languages, whose sums a source must name in the same words.
const FOREIGN: &[&str] = &[
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "diez",
    "quince",
    "veinte",
    "treinta",
    "cuarenta",
    "cincuenta",
    "cien",
    "mil",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "dix",
    "vingt",
    "trente",
    "quarante",
    "cinquante",
    "cent",
    "mille",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "zehn",
    "fünfzehn",
    "zwanzig",
    "dreißig",
    "vierzig",
    "fünfzig",
    "hundert",
    "tausend",
    "dez",
    "vinte",
    "trinta",
    "cinquenta",
    "dieci",
    "venti",
    "trenta",
    "cinquanta",
    "cento",
];

/// The value of an English number word in ones.
pub(super) fn word_value(word: &str) -> Option<i64> {
    let place = |words: &[&str], word: &str| {
        words.iter().position(|known| *known == word).and_then(|at| i64::try_from(at).ok())
    };
    let ten = |word: &str| place(TENS, word).map(|at| (at + 2) * 10);
    place(ONES, word).or_else(|| ten(word))
}

/// Sums in words, such as "ninety nine dollars": value in hundredths, if it can be told, and how it is written.
fn spelled(words: &[&str]) -> Vec<(Option<i64>, String)> {
    let is_number =
        |word: &str| word_value(word).is_some() || matches!(word, "hundred" | "thousand") || FOREIGN.contains(&word);
    let mut found = Vec::new();
    for (unit, _) in words.iter().enumerate().filter(|(_, word)| UNITS.contains(word)) {
        let start = words[..unit].iter().rposition(|word| !is_number(word) && *word != "and").map_or(0, |at| at + 1);
        let number = &words[start..unit];
        if number.iter().any(|word| is_number(word)) {
            found.push((english(number), words[start..=unit].join(" ")));
        }
    }
    found
}

fn english(words: &[&str]) -> Option<i64> {
    let (mut whole, mut part) = (0i64, 0i64);
    for word in words {
        match *word {
            "and" => {}
            "hundred" => part = part.max(1) * 100,
            "thousand" => (whole, part) = (whole + part.max(1) * 1_000, 0),
            word => part += word_value(word)?,
        }
    }
    Some((whole + part) * 100)
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
                || CLOSE_UNITS.iter().any(|unit| after.starts_with(unit))
                || is_bare_sum(before, &text[number.end..])
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
