//! Names of one or more words that stand for a group.

use std::collections::{BTreeSet, HashMap};

use language::Language;

use super::words;

/// Which groups a text names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Groups {
    /// The stems of each name and the group's term, under the first of them.
    by_first: HashMap<String, Vec<(Vec<String>, String)>>,
}

/// A group that a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// The term that stands for the group.
    pub(super) group: String,
    /// Where its name begins, in words.
    pub(super) at: usize,
    /// How many words it has.
    pub(super) words: usize,
}

impl Groups {
    /// Adds a name to a group. False: there is no word in it that could be found.
    pub(super) fn add(&mut self, name: &str, group: &str) -> bool {
        let stems = stems(&words::words(name, Some(Language::English)));
        let Some(first) = stems.first().cloned() else { return false };
        let names = self.by_first.entry(first).or_default();
        if !names.iter().any(|(known, of)| *known == stems && of == group) {
            names.push((stems, group.to_owned()));
        }
        true
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.by_first.is_empty()
    }

    /// Whether a word begins some name.
    pub(super) fn knows(&self, stem: &str) -> bool {
        self.by_first.contains_key(stem)
    }

    /// The groups that a text names, in its order, by the stems of its words.
    pub(super) fn named(&self, stems: &[String]) -> Vec<Named> {
        let mut named = Vec::new();
        for (at, stem) in stems.iter().enumerate() {
            for (name, group) in self.by_first.get(stem).into_iter().flatten() {
                if stems[at..].starts_with(name) {
                    named.push(Named { group: group.clone(), at, words: name.len() });
                }
            }
        }
        named
    }

    /// The groups alone, each once.
    pub(super) fn terms(&self, stems: &[String]) -> BTreeSet<String> {
        self.named(stems).into_iter().map(|named| named.group).collect()
    }
}

/// As names are compared: by English stems, since the words of one name come in one form.
pub(super) fn stems(words: &[String]) -> Vec<String> {
    words.iter().map(|word| language::stem(Language::English, word)).collect()
}
