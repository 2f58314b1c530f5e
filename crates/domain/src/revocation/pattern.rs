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

use std::collections::HashMap;

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

    /// The words with which it can begin; `None`: it can begin with any, or be nothing at all.
    fn starts(&self) -> Option<Vec<&String>> {
        let mut starts = Vec::new();
        for element in &self.0 {
            for way in &element.ways {
                starts.push(way.first().filter(|word| *word != ANY)?);
            }
            if !element.is_optional {
                return Some(starts);
            }
        }
        None
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

/// Many patterns, of which few are worth a try at a word.
pub(super) struct Patterns {
    all: Vec<Pattern>,
    /// Which can begin with a word.
    by_start: HashMap<String, Vec<usize>>,
    /// Which can begin with any.
    anywhere: Vec<usize>,
}

impl Patterns {
    pub(super) fn new(all: Vec<Pattern>) -> Self {
        let (mut by_start, mut anywhere) = (HashMap::<String, Vec<usize>>::new(), Vec::new());
        for (nth, pattern) in all.iter().enumerate() {
            let Some(mut starts) = pattern.starts() else {
                anywhere.push(nth);
                continue;
            };
            starts.sort_unstable();
            starts.dedup();
            for start in starts {
                by_start.entry(start.clone()).or_default().push(nth);
            }
        }
        Self { all, by_start, anywhere }
    }

    /// Where one of them can end if it begins at one of these places.
    pub(super) fn after(&self, words: &[String], from: Places) -> Places {
        let mut to = 0;
        for start in (0..=words.len()).filter(|start| from & (1 << start) != 0) {
            let named = words.get(start).and_then(|word| self.by_start.get(word));
            let worth = named.into_iter().flatten().chain(&self.anywhere);
            to |= worth.fold(0, |to, nth| to | self.all[*nth].after(words, 1 << start));
        }
        to
    }

    /// Where any number of them, one after the other, can end.
    pub(super) fn repeated(&self, words: &[String], from: Places) -> Places {
        repeated(from, |new| self.after(words, new))
    }

    pub(super) fn nth(&self, nth: usize) -> &Pattern {
        &self.all[nth]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Pattern> {
        self.all.iter()
    }
}

/// Where any number of steps can end.
pub(super) fn repeated(from: Places, step: impl Fn(Places) -> Places) -> Places {
    let (mut all, mut new) = (from, from);
    while new != 0 {
        new = step(new) & !all;
        all |= new;
    }
    all
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
