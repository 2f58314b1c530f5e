//! Words that a tenant adds to the built-in ones.

use serde::{Deserialize, Serialize};

use super::{Keyword, MESSAGE_BYTES_MAX, keyword, letters};
use crate::assistant::needs_no_answer;
use crate::revocation::revokes;

/// Words of one list, and letters of a word, at most.
const WORDS_MAX: usize = 20;
const LETTERS_MAX: usize = 40;

/// A tenant's own words. The built-in ones are asked for first, so that no list can take a word of the law away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OwnWords {
    /// No more texts.
    pub stop: Vec<String>,
    /// Who is this, and how do I get out.
    pub help: Vec<String>,
    /// Texts again.
    pub start: Vec<String>,
}

/// Why words cannot be a tenant's own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordFault {
    /// A list is longer than anybody needs.
    #[error("A list has at most {WORDS_MAX} words.")]
    TooMany,
    /// There is nothing to recognise, or too much.
    #[error("`{0}` is no keyword: write letters or digits, at most {LETTERS_MAX}.")]
    NotAWord(String),
    /// It has another meaning already, by law or among the built-in words.
    #[error("`{word}` asks for {} already, and cannot ask for {}.", .means.as_str(), .wanted.as_str())]
    Taken {
        /// This one.
        word: String,
        /// What it means.
        means: Keyword,
        /// What it was to mean.
        wanted: Keyword,
    },
    /// It stands in two lists.
    #[error("`{0}` stands in two lists. Take it out of one.")]
    Twice(String),
    /// People say it without meaning anything by it, and would get texts again that they have stopped.
    #[error("`{0}` is what people answer to anything, and would give texts to people who have stopped them.")]
    Everyday(String),
}

impl WordFault {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooMany => "too_many",
            Self::NotAWord(_) => "not_a_word",
            Self::Taken { .. } => "taken",
            Self::Twice(_) => "twice",
            Self::Everyday(_) => "everyday",
        }
    }
}

impl OwnWords {
    /// The keyword that this message is, by the built-in words or by these.
    #[must_use]
    pub fn keyword(&self, body: &str) -> Option<Keyword> {
        keyword(body).or_else(|| self.own(body))
    }

    fn own(&self, body: &str) -> Option<Keyword> {
        if body.len() > MESSAGE_BYTES_MAX || self.lists().iter().all(|(_, list)| list.is_empty()) {
            return None;
        }
        let folded = fold(body);
        let is_meant = |list: &[String]| !folded.is_empty() && list.iter().any(|word| fold(word) == folded);
        self.lists().into_iter().find(|(_, list)| is_meant(list)).map(|(keyword, _)| keyword)
    }

    /// STOP first: if ever two lists had the same word, it would stop.
    fn lists(&self) -> [(Keyword, &[String]); 3] {
        [(Keyword::Stop, &self.stop), (Keyword::Help, &self.help), (Keyword::Start, &self.start)]
    }

    /// The same, trimmed and each word once, if every word may mean what it is to mean.
    ///
    /// # Errors
    /// The first word that may not, with why.
    pub fn checked(mut self) -> Result<Self, WordFault> {
        let mut seen: Vec<(String, Keyword)> = Vec::new();
        let lists =
            [(Keyword::Stop, &mut self.stop), (Keyword::Help, &mut self.help), (Keyword::Start, &mut self.start)];
        for (wanted, list) in lists {
            if list.len() > WORDS_MAX {
                return Err(WordFault::TooMany);
            }
            let mut kept = Vec::with_capacity(list.len());
            for word in list.iter().map(|word| word.trim()) {
                let folded = fold(word);
                if folded.is_empty() || folded.chars().count() > LETTERS_MAX || word.len() > MESSAGE_BYTES_MAX {
                    return Err(WordFault::NotAWord(word.chars().take(LETTERS_MAX).collect()));
                }
                let means = keyword(word).or_else(|| revokes(word).map(|_| Keyword::Stop));
                if let Some(means) = means.filter(|means| *means != wanted) {
                    return Err(WordFault::Taken { word: word.to_owned(), means, wanted });
                }
                // Any number will do that a person has: only the words matter.
                if wanted == Keyword::Start && needs_no_answer(word, "+14155550100", false).is_some() {
                    return Err(WordFault::Everyday(word.to_owned()));
                }
                match seen.iter().find(|(before, _)| *before == folded) {
                    Some((_, before)) if *before != wanted => return Err(WordFault::Twice(word.to_owned())),
                    Some(_) => {}
                    None => {
                        seen.push((folded, wanted));
                        kept.push(word.to_owned());
                    }
                }
            }
            *list = kept;
        }
        Ok(self)
    }
}

fn fold(text: &str) -> String {
    letters(text).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(stop: &[&str], help: &[&str], start: &[&str]) -> OwnWords {
        let own = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect();
        OwnWords { stop: own(stop), help: own(help), start: own(start) }
    }

    #[test]
    fn a_tenants_words_are_heard_beside_the_built_in_ones() {
        let own = words(&["Genug", "ADIEU"], &["Wer?"], &["Los geht's"]).checked().unwrap();
        for (body, expected) in [
            ("genug!", Some(Keyword::Stop)),
            ("Adieu.", Some(Keyword::Stop)),
            ("STOP", Some(Keyword::Stop)),
            ("wer", Some(Keyword::Help)),
            ("LOS GEHTS", Some(Keyword::Start)),
            ("genug davon", None),
            ("", None),
            ("!!!", None),
        ] {
            assert_eq!(own.keyword(body), expected, "{body}");
        }
    }

    #[test]
    fn no_list_takes_a_word_of_the_law_away() {
        let own = words(&[], &["stop"], &["unsubscribe"]);
        assert_eq!((own.keyword("STOP"), own.keyword("unsubscribe")), (Some(Keyword::Stop), Some(Keyword::Stop)));
        let code = |own: OwnWords| own.checked().unwrap_err().code();
        assert_eq!(code(own), "taken");
        assert_eq!(code(words(&[], &[], &["Opt-Out"])), "taken");
        assert_eq!(code(words(&[], &["take me off your list"], &[])), "taken", "nor what reads as an opt-out");
        assert_eq!(code(words(&["help"], &[], &[])), "taken");
        assert_eq!(code(words(&["ende"], &["Ende!"], &[])), "twice");
        assert_eq!(code(words(&[], &[], &["OK"])), "everyday");
        assert_eq!(code(words(&["!!"], &[], &[])), "not_a_word");
        assert_eq!(code(words(&[&"a".repeat(41)], &[], &[])), "not_a_word");
        assert_eq!(code(words(&["x"; 21], &[], &[])), "too_many");
        let said = words(&[], &[], &["quit"]).checked().unwrap_err().to_string();
        assert_eq!(said, "`quit` asks for stop already, and cannot ask for start.");
    }

    #[test]
    fn each_word_is_kept_once_and_trimmed() {
        let kept = words(&[" ende ", "ENDE", "stop"], &[], &[]).checked().unwrap();
        assert_eq!(kept.stop, ["ende", "stop"]);
    }

    proptest! {
        #[test]
        fn any_words_are_answered(stop in prop::collection::vec(any::<String>(), 0..4), body in any::<String>()) {
            let own = OwnWords { stop, ..OwnWords::default() };
            let _ = own.keyword(&body);
            let _ = own.checked();
        }
    }
}
