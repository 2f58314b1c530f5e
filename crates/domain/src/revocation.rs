//! Opting out in one's own words: "take me off your list", "don't ever text me again", "wrong number".
//!
//! The law takes any reasonable means for a revocation (47 CFR 64.1200(a)(10), in force since 11 April 2025), so this is
//! asked of whatever is no keyword. It is a small grammar, not a feeling: a sentence counts if known turns of phrase lead it
//! from its first word on, such as `please` + `take me off` + `your list` + `thanks`. One word that the grammar does not know
//! in the middle, as in "take me off the 3pm list", and it is ordinary talk, which a person or an assistant reads.

mod chinese;
mod cut;
mod english;
mod germanic;
mod grammar;
mod indic;
mod pattern;
mod romance;
mod semitic;
mod slavic;
#[cfg(test)]
mod tests;

use std::fmt;

use cut::sentences;
use grammar::{GRAMMARS, Reading};

/// In a longer text only what stands alone counts: whoever tells a story may lead a sentence with anything. In characters.
const SHORT: usize = 320;

/// How sure it is that no more texts are wanted. Either way none are sent; people are told which it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// It may have been meant otherwise.
    Likely,
    /// It says so.
    Plain,
}

/// What is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Whoever is meant is not to be reached at this number.
    WrongPerson,
    /// No more texts.
    NoMoreTexts,
}

/// A text that says that no more are wanted. Its `Debug` leaves the phrase out, so that logs stay clean.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Revocation<'a> {
    /// How sure that is.
    pub certainty: Certainty,
    /// What is said.
    pub kind: Kind,
    /// The sentence that says so, as it was written.
    pub phrase: &'a str,
    /// Of which language it is (ISO 639-1).
    pub language: &'static str,
}

impl fmt::Debug for Revocation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Revocation")
            .field("certainty", &self.certainty)
            .field("kind", &self.kind)
            .field("language", &self.language)
            .finish_non_exhaustive()
    }
}

/// What this text revokes, if it does; of several sentences that do, the one that says it most plainly.
#[must_use]
pub fn revokes(body: &str) -> Option<Revocation<'_>> {
    let sentences = sentences(body);
    let is_short = body.chars().nth(SHORT).is_none();
    let mut found: Option<Revocation<'_>> = None;
    for (nth, sentence) in sentences.iter().enumerate() {
        for grammar in GRAMMARS.of(sentence) {
            let said = match grammar.read(sentence) {
                Some(Reading::Says { said, rest }) => {
                    let goes_on = rest < sentence.words.len();
                    let next = sentences.get(nth + 1).map_or(&[][..], |next| &next.words);
                    let is_for_a_while = grammar.pauses(&sentence.words[rest..]) || grammar.pauses(next);
                    Some(said).filter(|_| (is_short || !goes_on) && !is_for_a_while)
                }
                // "Stop!" may be an exclamation, unless nothing else is said that could make it one.
                Some(Reading::Bare(said)) => Some(said).filter(|_| sentences.iter().all(|other| grammar.knows(other))),
                None => None,
            };
            let Some((certainty, kind)) = said else { continue };
            if found.is_none_or(|found| (found.certainty, found.kind) < (certainty, kind)) {
                found = Some(Revocation { certainty, kind, phrase: sentence.text, language: grammar.language() });
            }
        }
    }
    found
}
