//! A number in a reply.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::words_of;
use crate::condition::fold;
use crate::import;

/// Number words, from 0 on, by language.
const WORDS: [&str; 10] = [
    "zero one two three four five six seven eight nine ten eleven twelve",
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce",
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze",
    "zero um dois três quatro cinco seis sete oito nove dez onze doze",
    "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici",
    "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf",
    "zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć jedenaście dwanaście",
    "ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать",
    "零 一 二 三 四 五 六 七 八 九 十 十一 十二",
];

/// What stands between a number and the number that it is of: `8 out of 10`.
const OF: [&str; 10] = ["/", "outof", "of", "von", "de", "sur", "su", "van", "из", "na"];

static VALUES: LazyLock<BTreeMap<String, usize>> = LazyLock::new(|| {
    let mut values = BTreeMap::new();
    for words in WORDS {
        for (value, word) in words.split(' ').enumerate() {
            values.entry(words_of(word).concat()).or_insert(value);
        }
    }
    values
});

/// The one number that a text says, as a field keeps it: `8`, `I'd say 8`, `8/10`, `eight`, `1,250.50`. `None`: none, or
/// several.
#[must_use]
pub fn number(said: &str) -> Option<String> {
    let said = said.trim();
    if said.len() > 200 {
        return None;
    }
    if let Some(number) = import::number(said, false) {
        return Some(tidy(number));
    }
    let (mut found, mut is_of) = (None, false);
    for token in tokens(&fold(said)) {
        let value = match digits(&token) {
            Some(Read::Number(number)) => Some(number),
            Some(Read::Other) => return None,
            None => VALUES.get(&words_of(&token).concat()).map(ToString::to_string),
        };
        match (value, &found) {
            (Some(_), Some(_)) if is_of => is_of = false,
            // "A 5, a clear 5" is one number.
            (Some(one), Some(other)) if one == *other => {}
            (Some(_), Some(_)) => return None,
            (Some(one), None) => found = Some(one),
            (None, _) => is_of = found.is_some() && OF.contains(&token.as_str()),
        }
    }
    found
}

enum Read {
    Number(String),
    /// It has digits and is no number, such as a time, a day or an order's name.
    Other,
}

fn digits(token: &str) -> Option<Read> {
    if !token.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let plain = token.trim_start_matches(['#', '$', '€', '£', '~']).trim_end_matches(['€', '$', '£', '%', '*', '+']);
    Some(import::number(plain, false).map_or(Read::Other, |number| Read::Number(tidy(number))))
}

/// Words, and numbers with the marks inside of them. A slash is a word of its own.
fn tokens(said: &str) -> Vec<String> {
    let spaced = said.replace("out of", "outof").replace('/', " / ");
    let is_end =
        |c: char| matches!(c, '.' | ',' | '!' | '?' | ';' | ':' | '(' | ')' | '"' | '“' | '”' | '…' | '。' | '，');
    spaced
        .split_whitespace()
        .map(|token| token.trim_matches(is_end).to_owned())
        .filter(|token| !token.is_empty())
        .collect()
}

/// Without zeros before it.
fn tidy(number: String) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number.as_str()), |digits| ("-", digits));
    let short = digits.trim_start_matches('0');
    let short = if short.is_empty() || short.starts_with('.') { format!("0{short}") } else { short.to_owned() };
    format!("{sign}{short}")
}
