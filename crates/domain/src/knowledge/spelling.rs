//! Slips of the finger: words that are one letter away from a known one.
//!
//! One letter more, one less, another, or two neighbours swapped: that leaves either the first two letters or the last two
//! as they are, so a word is compared only with those that share them.

use std::collections::{BTreeSet, HashMap, HashSet};

/// Shorter words have too many neighbours.
const LETTERS_MIN: usize = 5;
/// Longer ones are no words.
const LETTERS_MAX: usize = 24;

/// The words that there are, to be found in spite of a slip.
#[derive(Debug, Clone, Default)]
pub(super) struct Spelling {
    known: HashSet<Box<str>>,
    by_ends: HashMap<Ends, Vec<Box<str>>>,
}

/// Two letters that begin or end a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Ends {
    First(char, char),
    Last(char, char),
}

impl Spelling {
    /// Adds a text's words.
    pub(super) fn learn(&mut self, words: &[String]) {
        for word in words {
            let letters: Vec<char> = word.chars().collect();
            let fits = (LETTERS_MIN - 1..=LETTERS_MAX).contains(&letters.len());
            if fits && !word.chars().any(|c| c.is_ascii_digit()) && self.known.insert(word.as_str().into()) {
                for ends in ends(&letters) {
                    self.by_ends.entry(ends).or_default().push(word.as_str().into());
                }
            }
        }
    }

    /// The known words that are one letter away from `word`, in alphabetical order.
    pub(super) fn near(&self, word: &str) -> BTreeSet<&str> {
        let letters: Vec<char> = word.chars().collect();
        if !(LETTERS_MIN..=LETTERS_MAX).contains(&letters.len()) {
            return BTreeSet::new();
        }
        let candidates = ends(&letters).into_iter().filter_map(|ends| self.by_ends.get(&ends)).flatten();
        candidates.map(AsRef::as_ref).filter(|known| is_one_apart(known, word)).collect()
    }

    /// Whether the word is one of them.
    pub(super) fn knows(&self, word: &str) -> bool {
        self.known.contains(word)
    }
}

fn ends(letters: &[char]) -> [Ends; 2] {
    let last = letters.len() - 1;
    [Ends::First(letters[0], letters[1]), Ends::Last(letters[last - 1], letters[last])]
}

/// Whether one letter more, less or another, or two neighbours swapped, makes one of the other.
pub(crate) fn is_one_apart(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[start..], &b[start..]);
    match (a, b) {
        ([], [_]) | ([_], []) => true,
        ([], _) | (_, []) => false,
        _ => {
            let swapped = a.len() == b.len() && a.len() > 1 && a[0] == b[1] && a[1] == b[0] && a[2..] == b[2..];
            a[1..] == b[1..] || a[1..] == *b || *a == b[1..] || swapped
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_is_forgiven_and_two_are_not() {
        let mut spelling = Spelling::default();
        spelling.learn(&["delivery", "sourdough", "parking", "gluten"].map(str::to_owned));
        for (slip, meant) in [
            ("delivry", "delivery"),
            ("delivvery", "delivery"),
            ("delibery", "delivery"),
            ("devilery", ""),
            ("delievry", "delivery"),
            ("elivery", "delivery"),
            ("deliveryy", "delivery"),
            ("pakring", "parking"),
            ("glutn", "gluten"),
            ("glut", ""),
            ("marking", "parking"),
            ("sordoh", ""),
        ] {
            let near: Vec<&str> = spelling.near(slip).into_iter().collect();
            assert_eq!(near.join(" "), meant, "{slip}");
        }
    }
}
