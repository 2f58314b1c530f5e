//! Words that mean the same to a tenant: `crown, cap` on a line of its own.

use thiserror::Error;

use language::Language;

use super::groups::{Groups, stems};
use super::words;

/// So many lines are a thesaurus, not a business.
pub const GROUPS_MAX: usize = 500;
/// So many names has nothing.
pub const WORDS_MAX: usize = 20;
/// A longer name is a sentence. In words.
const NAME_WORDS_MAX: usize = 4;

/// What the terms of the groups begin with; a number follows.
const OWN: &str = "§";

/// Groups of words of which each finds the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Synonyms {
    groups: Groups,
    /// The names of each group, as they were written.
    names: Vec<Vec<String>>,
}

/// Why lines are no synonyms.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SynonymsError {
    /// A line with a single word, or with none but commas.
    #[error("line {line} has no second word: write the words that mean the same on one line, with commas between them")]
    Alone {
        /// Counted from 1.
        line: usize,
    },
    /// A line with more than [`WORDS_MAX`] words.
    #[error("line {line} has more than {WORDS_MAX} words")]
    TooManyWords {
        /// Counted from 1.
        line: usize,
    },
    /// A name of more than four words, or of none that could be found.
    #[error("line {line}: \"{name}\" cannot be looked for: a name has one to {NAME_WORDS_MAX} words")]
    Name {
        /// Counted from 1.
        line: usize,
        /// As it was written.
        name: String,
    },
    /// More than [`GROUPS_MAX`] lines.
    #[error("there are more than {GROUPS_MAX} lines")]
    TooManyLines,
}

impl Synonyms {
    /// Reads a group from each line; the words of a group stand between commas. Empty lines do not count.
    ///
    /// # Errors
    /// For the first line that is no group.
    pub fn parse(text: &str) -> Result<Self, SynonymsError> {
        let mut synonyms = Self::default();
        let lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
        for (group, (text, line)) in lines.enumerate() {
            if group >= GROUPS_MAX {
                return Err(SynonymsError::TooManyLines);
            }
            let names: Vec<&str> = text.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
            match names.len() {
                0 | 1 => return Err(SynonymsError::Alone { line }),
                many if many > WORDS_MAX => return Err(SynonymsError::TooManyWords { line }),
                _ => {}
            }
            for name in &names {
                let short = name.split_whitespace().count() <= NAME_WORDS_MAX;
                if !short || !synonyms.groups.add(name, &format!("{OWN}{group}")) {
                    return Err(SynonymsError::Name { line, name: (*name).to_owned() });
                }
            }
            synonyms.names.push(names.into_iter().map(str::to_owned).collect());
        }
        Ok(synonyms)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// What else the things are called that a text names, by the stems of its words.
    pub(super) fn others(&self, stems: &[String]) -> Vec<&str> {
        let groups = self.groups.terms(stems);
        let places = groups.iter().filter_map(|term| term.strip_prefix(OWN)?.parse::<usize>().ok());
        let names = places.filter_map(|place| self.names.get(place)).flatten();
        names.map(String::as_str).filter(|name| !is_in(stems, name)).collect()
    }

    /// Whether a term stands for a group of a tenant's own.
    pub(super) fn is_own(term: &str) -> bool {
        term.strip_prefix(OWN).is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
    }

    /// The groups.
    pub(super) fn groups(&self) -> &Groups {
        &self.groups
    }
}

fn is_in(text: &[String], name: &str) -> bool {
    let name = stems(&words::words(name, Some(Language::English)));
    text.windows(name.len().max(1)).any(|some| some == name)
}
