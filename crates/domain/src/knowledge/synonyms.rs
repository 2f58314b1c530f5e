//! Words that mean the same to a tenant: `crown, cap` on a line of its own.

use thiserror::Error;

use super::groups::Groups;

/// So many lines are a thesaurus, not a business.
pub const GROUPS_MAX: usize = 500;
/// So many names has nothing.
pub const WORDS_MAX: usize = 20;
/// A longer name is a sentence. In words.
const NAME_WORDS_MAX: usize = 4;

/// Groups of words of which each finds the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Synonyms {
    groups: Groups,
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
            for name in names {
                let short = name.split_whitespace().count() <= NAME_WORDS_MAX;
                if !short || !synonyms.groups.add(name, &format!("§{group}")) {
                    return Err(SynonymsError::Name { line, name: name.to_owned() });
                }
            }
        }
        Ok(synonyms)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// The groups.
    pub(super) fn groups(&self) -> &Groups {
        &self.groups
    }
}
