//! A code that is texted to the contact: who sends it back from their own phone wants what it stands for.

use std::fmt;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How many digits it has.
pub const DIGITS: usize = 6;
/// How long it is good for.
pub const LASTS: SignedDuration = SignedDuration::from_mins(10);
/// After so many wrong ones it is worth nothing any more.
pub const TRIES: u32 = 3;
/// What stands for it in the text that carries it.
pub const PLACE: &str = "{code}";
/// The tenant's words around it, at most.
pub const TEXT_CHARS_MAX: usize = 300;
/// An argument is told with so many characters.
const ARGUMENT_CHARS_MAX: usize = 60;

/// A code and the text that carries it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// [`DIGITS`] digits, from a source of secrets.
    pub digits: String,
    /// What is sent.
    pub text: String,
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Code").finish_non_exhaustive()
    }
}

impl Code {
    /// The code that `chance` stands for, in the tenant's `words`; in them, a name of an argument in braces is what it is.
    #[must_use]
    pub fn new(chance: u64, words: &str, arguments: &Map<String, Value>) -> Self {
        let digits = format!("{:06}", chance % 1_000_000);
        let mut text = String::with_capacity(words.len());
        for part in parts(words) {
            match part {
                Part::Words(words) => text.push_str(words),
                Part::Place(PLACE) => text.push_str(&digits),
                Part::Place(place) => {
                    let value = arguments.get(&place[1..place.len() - 1]).map(told).unwrap_or_default();
                    text.extend(value.chars().filter(|c| !c.is_control()).take(ARGUMENT_CHARS_MAX));
                }
            }
        }
        Self { digits, text }
    }
}

/// The names in braces in a tenant's words, but for the code's own.
pub fn places(words: &str) -> impl Iterator<Item = &str> {
    parts(words).filter_map(|part| match part {
        Part::Place(PLACE) | Part::Words(_) => None,
        Part::Place(place) => Some(&place[1..place.len() - 1]),
    })
}

/// The code that somebody texts, if that is all they text: whoever writes "I never asked for 123456" confirms nothing.
#[must_use]
pub fn typed(body: &str) -> Option<String> {
    let mut digits = String::with_capacity(DIGITS);
    for c in body.chars() {
        if let Some(digit) = digit(c) {
            digits.push(digit);
        } else if !c.is_whitespace() && !matches!(c, '-' | '.') {
            return None;
        }
        if digits.len() > DIGITS {
            return None;
        }
    }
    (digits.len() == DIGITS).then_some(digits)
}

enum Part<'a> {
    Words(&'a str),
    /// With its braces.
    Place(&'a str),
}

fn parts(words: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = words;
    std::iter::from_fn(move || {
        let place = rest.find('{').and_then(|from| Some((from, from + rest[from..].find('}')? + 1)));
        match place {
            _ if rest.is_empty() => None,
            None => Some(Part::Words(std::mem::take(&mut rest))),
            Some((0, to)) => {
                let (place, after) = rest.split_at(to);
                rest = after;
                Some(Part::Place(place))
            }
            Some((from, _)) => {
                let (before, after) = rest.split_at(from);
                rest = after;
                Some(Part::Words(before))
            }
        }
    })
}

fn told(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Of the keyboards that write digits in their own way: Arabic, Persian, Devanagari, full width.
fn digit(c: char) -> Option<char> {
    let zero = match c {
        '0'..='9' => return Some(c),
        '\u{0660}'..='\u{0669}' => 0x0660,
        '\u{06F0}'..='\u{06F9}' => 0x06F0,
        '\u{0966}'..='\u{096F}' => 0x0966,
        '\u{FF10}'..='\u{FF19}' => 0xFF10,
        _ => return None,
    };
    char::from_digit(u32::from(c) - zero, 10)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_a_code_alone_is_one() {
        for body in ["042917", " 042917\n", "042 917", "042-917", "042917.", "٠٤٢٩١٧", "०४२९१७"] {
            assert_eq!(typed(body).as_deref(), Some("042917"), "{body}");
        }
        for body in ["", "04291", "0429170", "no 042917", "042917?", "I did not ask for 042917", "1234567 890"] {
            assert_eq!(typed(body), None, "{body}");
        }
    }

    #[test]
    fn the_words_say_what_is_confirmed() {
        let arguments = json!({ "order": "7\u{7}", "sum": 12, "note": "x".repeat(90) });
        let arguments = arguments.as_object().unwrap();
        let code = Code::new(7_000_042, "Pay back {sum} for order {order}{gone}? Reply {code}. {", arguments);
        assert_eq!((code.digits.as_str(), code.text.as_str()), ("000042", "Pay back 12 for order 7? Reply 000042. {"));
        assert_eq!(Code::new(1, "{note}", arguments).text.chars().count(), ARGUMENT_CHARS_MAX);
        assert_eq!(places("{code} {a}{b} {").collect::<Vec<_>>(), ["a", "b"]);
        assert!(!format!("{code:?}").contains("42"));
    }
}
