//! Slips of the finger: words that are one letter away from a known one.
//!
//! Two words are one letter apart (one more, one less, another, or two neighbours swapped) only if deleting at most one
//! letter from each can make them the same. So every known word is kept under all of its deletions.

use std::collections::{BTreeSet, HashMap};

use super::words::words;

/// Shorter words have too many neighbours.
const LETTERS_MIN: usize = 5;
/// Longer ones are no words.
const LETTERS_MAX: usize = 24;

/// The words that a text has, to be found in spite of a slip.
#[derive(Debug, Clone, Default)]
pub(super) struct Spelling {
    by_deletion: HashMap<String, BTreeSet<String>>,
}

impl Spelling {
    /// Adds a text's words.
    pub(super) fn learn(&mut self, text: &str) {
        for word in words(text) {
            let letters = word.chars().count();
            if (LETTERS_MIN - 1..=LETTERS_MAX).contains(&letters) && !word.chars().any(|c| c.is_ascii_digit()) {
                for key in deletions(&word) {
                    self.by_deletion.entry(key).or_default().insert(word.clone());
                }
            }
        }
    }

    /// The known words that are one letter away from `word`, in alphabetical order.
    pub(super) fn near(&self, word: &str) -> BTreeSet<String> {
        if !(LETTERS_MIN..=LETTERS_MAX).contains(&word.chars().count()) {
            return BTreeSet::new();
        }
        let candidates = deletions(word).into_iter().filter_map(|key| self.by_deletion.get(&key)).flatten();
        candidates.filter(|known| is_one_apart(known, word)).cloned().collect()
    }
}

/// The word, and the word without each of its letters.
fn deletions(word: &str) -> BTreeSet<String> {
    let without = word.char_indices().map(|(at, c)| [&word[..at], &word[at + c.len_utf8()..]].concat());
    without.chain([word.to_owned()]).collect()
}

fn is_one_apart(a: &str, b: &str) -> bool {
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
        spelling.learn("delivery sourdough parking gluten");
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
            let near: Vec<String> = spelling.near(slip).into_iter().collect();
            assert_eq!(near.join(" "), meant, "{slip}");
        }
    }
}
