//! What a reply says: a keyword, a number, a day, yes or no, one of some choices.
//!
//! It reads what people text in answer to a question, in the ten languages that most texts come in (English, Spanish, French,
//! Portuguese, German, Italian, Dutch, Polish, Russian, Chinese), and rather reads nothing than something else: "no 5 is
//! fine" is no number, and "yes but not on Monday" no yes.

mod date;
mod number;
#[cfg(test)]
mod tests;
mod yes_no;

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use date::date;
pub use number::number;
pub use yes_no::yes_no;

use super::step::Heard;
use crate::assistant::needs_no_answer;
use crate::condition::fold;
use crate::field::{Field, FieldError, Kind};
use crate::id::MessageId;
use crate::keyword::letters;

/// A keyword in a longer text than this is talk, in words.
const KEYWORD_WORDS_MAX: usize = 4;

/// A text from somebody.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// Which message.
    pub id: MessageId,
    /// What it says.
    pub body: String,
    /// When it was sent, as the carrier says.
    pub sent_at: Timestamp,
}

impl Text {
    /// Whether somebody is to answer it, if it answers nothing itself. `from`: who wrote it, E.164.
    #[must_use]
    pub fn wants_answer(&self, from: &str) -> bool {
        needs_no_answer(&self.body, from, false).is_none()
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Text").field("id", &self.id).field("sent_at", &self.sent_at).finish_non_exhaustive()
    }
}

/// How what is said is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The day on which it is said, on their clock: "tomorrow" is the next one.
    pub today: Date,
    /// Where they are, 5/6 is the sixth of May.
    pub month_first: bool,
}

/// What a reply was understood as.
#[derive(Clone, PartialEq, Eq)]
pub struct Understood {
    /// Which of the cases it is.
    pub case: usize,
    /// Of what was said, the part that says it, as it is kept: a number, a day, a choice.
    pub value: String,
}

impl fmt::Debug for Understood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Understood").field("case", &self.case).finish_non_exhaustive()
    }
}

impl Reading {
    /// The first of the cases that a reply of one or several texts is: all of it together, or else one text of it, the latest
    /// first. `None`: none of those that can be told without a model.
    #[must_use]
    pub fn understand<'h>(&self, texts: &[&str], cases: impl Iterator<Item = &'h Heard> + Clone) -> Option<Understood> {
        let joined = texts.join("\n");
        let alone = texts.iter().rev().copied().filter(|_| texts.len() > 1);
        std::iter::once(joined.as_str()).chain(alone).find_map(|said| {
            cases
                .clone()
                .enumerate()
                .filter(|(_, heard)| **heard != Heard::Any)
                .find_map(|(case, heard)| self.is(said, heard).map(|value| Understood { case, value }))
        })
    }

    /// What is kept of a text if it is this; `None`: it is not.
    #[must_use]
    pub fn is(&self, said: &str, heard: &Heard) -> Option<String> {
        match heard {
            Heard::Any => Some(said.trim().to_owned()),
            Heard::Yes => yes_no(said).filter(|yes| *yes).map(|_| "yes".to_owned()),
            Heard::No => yes_no(said).filter(|yes| !*yes).map(|_| "no".to_owned()),
            Heard::Date => date(said, self.today, self.month_first).map(|day| day.to_string()),
            Heard::Keywords(words) => keyword(said, words).map(str::to_owned),
            Heard::Choice(choices) => choice(said, choices).and_then(|nth| choices.get(nth)).cloned(),
            Heard::Number { min, max } => number(said).filter(|number| {
                let value = number.parse::<f64>().unwrap_or(f64::NAN);
                min.is_none_or(|min| value >= min) && max.is_none_or(|max| value <= max)
            }),
            Heard::Intent(_) => None,
        }
    }

    /// What was said, as a field or a variable keeps it.
    ///
    /// # Errors
    /// It cannot be read as that.
    pub fn read(&self, field: &Field, said: &str) -> Result<String, FieldError> {
        let plain = field.read(said);
        if plain.is_ok() {
            return plain;
        }
        match &field.kind {
            Kind::Text => plain,
            Kind::Number => number(said).ok_or(FieldError::NotANumber),
            Kind::Date => {
                date(said, self.today, self.month_first).map(|day| day.to_string()).ok_or(FieldError::NotADate)
            }
            Kind::YesNo => {
                let word = |yes| if yes { "yes".to_owned() } else { "no".to_owned() };
                yes_no(said).map(word).ok_or(FieldError::NotYesOrNo)
            }
            Kind::Choice { choices } => {
                choice(said, choices).and_then(|nth| choices.get(nth)).cloned().map_or(plain, Ok)
            }
        }
    }
}

/// The word or phrase that a text is, or that a short text has in it. Case, accents and signs do not matter.
#[must_use]
pub fn keyword<'w>(said: &str, words: &'w [String]) -> Option<&'w str> {
    let whole: String = letters(said).take(400).collect();
    let said = words_of(said);
    let is_meant = |word: &&String| {
        let squashed: String = letters(word).collect();
        let inside = words_of(word);
        let is_short = said.len() <= KEYWORD_WORDS_MAX.max(inside.len() + 2);
        !squashed.is_empty()
            && (squashed == whole || is_short && said.windows(inside.len().max(1)).any(|part| part == inside))
    };
    words.iter().find(is_meant).map(String::as_str)
}

/// Which of the choices a text names, from 0: by its words, by its number from 1, or by its letter from A.
#[must_use]
pub fn choice(said: &str, choices: &[String]) -> Option<usize> {
    let whole: String = letters(said).take(400).collect();
    let exact = choices.iter().position(|choice| letters(choice).collect::<String>() == whole);
    if exact.is_some() && !whole.is_empty() {
        return exact;
    }
    if let Some(nth) = number(said).and_then(|number| number.parse::<usize>().ok()) {
        // Of choices that are numbers, they name one or none.
        let are_numbers = choices.iter().any(|choice| number::number(choice).is_some());
        return nth.checked_sub(1).filter(|nth| *nth < choices.len() && !are_numbers);
    }
    let words = words_of(said);
    if let [letter] = words.as_slice()
        && letter.len() == 1
    {
        let nth = letter.bytes().next().and_then(|byte| byte.checked_sub(b'a')).map(usize::from);
        return nth.filter(|nth| *nth < choices.len());
    }
    // One of them, and no other, is named in it.
    let mut named = choices.iter().enumerate().filter(|(_, choice)| {
        let inside = words_of(choice);
        !inside.is_empty() && words.windows(inside.len()).any(|part| part == inside)
    });
    named.next().map(|(nth, _)| nth).filter(|_| named.next().is_none())
}

/// The words of a text, folded, without the signs between them.
fn words_of(text: &str) -> Vec<String> {
    let folded = fold(text).replace(['’', '\''], "");
    folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| letters(word).collect::<String>())
        .filter(|word| !word.is_empty())
        .collect()
}
