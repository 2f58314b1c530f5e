//! Turns of phrase, in a small notation.
//!
//! | Written | Is |
//! |---|---|
//! | `take me off` | these words in this order |
//! | `take\|remove` | one of these |
//! | `do_not\|dont` | several words in one place |
//! | `ever?` | may be missing |
//! | `LIST` | one of what the class of this name holds |
//! | `*` | any one word |

use super::cut::words_of;

/// Places between words, as bits: bit 0 is before the first word. A sentence has fewer than 64.
pub(super) type Places = u64;

/// What a grammar calls its classes, and what they hold.
pub(super) type Classes = &'static [(&'static str, &'static str)];

pub(super) struct Pattern(Vec<Element>);

struct Element {
    ways: Vec<Vec<String>>,
    is_optional: bool,
}

/// Stands for any one word; no word is written so.
const ANY: &str = "*";

impl Pattern {
    /// The patterns of a list, parted by commas.
    pub(super) fn list(list: &str, classes: Classes) -> Vec<Self> {
        let patterns = list.split(',').map(str::trim).filter(|pattern| !pattern.is_empty());
        patterns.map(|pattern| Self(pattern.split_whitespace().map(|one| element(one, classes)).collect())).collect()
    }

    /// Where it can end if it begins at one of these places.
    pub(super) fn after(&self, words: &[String], from: Places) -> Places {
        self.0.iter().fold(from, |at, element| element.after(words, at))
    }

    /// Words of which a sentence needs one, for this to be in it: the least common, as far as length tells.
    pub(super) fn keys(&self) -> impl Iterator<Item = &String> {
        let shortest = |element: &&Element| element.ways.iter().filter_map(|way| way.first()).map(String::len).min();
        let required = self.0.iter().filter(|element| !element.is_optional);
        let named = required.filter(|element| element.ways.iter().all(|way| way.first().is_some_and(|one| one != ANY)));
        let rarest = named.max_by_key(shortest);
        rarest.into_iter().flat_map(|element| &element.ways).filter_map(|way| way.first())
    }
}

impl Element {
    fn after(&self, words: &[String], from: Places) -> Places {
        let mut to = if self.is_optional { from } else { 0 };
        for start in (0..=words.len()).filter(|start| from & (1 << start) != 0) {
            let rest = &words[start..];
            for way in &self.ways {
                if way.len() <= rest.len() && way.iter().zip(rest).all(|(way, word)| way == ANY || way == word) {
                    to |= 1 << (start + way.len());
                }
            }
        }
        to
    }
}

fn element(written: &str, classes: Classes) -> Element {
    let (written, is_optional) = match written.strip_suffix('?') {
        Some(written) => (written, true),
        None => (written, false),
    };
    let mut ways = Vec::new();
    for way in written.split('|') {
        match classes.iter().find(|(name, _)| *name == way) {
            Some((_, held)) => ways.extend(element(held, classes).ways),
            None if way == ANY => ways.push(vec![ANY.to_owned()]),
            None => ways.push(words_of(&way.replace('_', " "))),
        }
    }
    Element { ways, is_optional }
}
