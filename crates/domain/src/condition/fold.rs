//! When two letters count as the same.

/// The text with its letters in one case: two texts that differ in case alone are the same then.
///
/// Letter by letter: a capital becomes its small letter if that letter's one capital is this one. So the length in
/// characters stays, the beginning of a text folds to the beginning of the folded text, and the database can be asked with
/// [`spellings`]. The Kelvin sign is no `k`, and `ß` stays as it is.
#[must_use]
pub fn fold(text: &str) -> String {
    text.chars().map(fold_letter).collect()
}

/// Every letter that folds to what this one folds to: one or two.
#[must_use]
pub fn spellings(letter: char) -> (char, Option<char>) {
    let small = fold_letter(letter);
    (small, only(small.to_uppercase()).filter(|capital| *capital != small && fold_letter(*capital) == small))
}

fn fold_letter(letter: char) -> char {
    match only(letter.to_lowercase()) {
        Some(small) if only(small.to_uppercase()) == Some(letter) => small,
        _ => letter,
    }
}

fn only(mut letters: impl Iterator<Item = char>) -> Option<char> {
    letters.next().filter(|_| letters.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_does_not_count_and_accents_do() {
        for (a, b, same) in [
            ("ÅRHUS", "århus", true),
            ("ΣΑΣ", "σασ", true),
            ("Москва", "МОСКВА", true),
            ("Zoë", "zoe", false),
            ("\u{212A}", "k", false),
            ("STRASSE", "straße", false),
            ("İ", "i", false),
        ] {
            assert_eq!(fold(a) == fold(b), same, "{a} {b}");
        }
    }

    /// What the database is asked with names exactly the letters that Rust takes for the same.
    #[test]
    fn spellings_are_all_letters_that_fold_alike() {
        for letter in '\0'..=char::MAX {
            let (small, capital) = spellings(letter);
            assert!(letter == small || Some(letter) == capital, "{letter}");
            assert!(fold_letter(small) == small && fold_letter(letter) == small, "{letter}");
            assert!(capital.is_none_or(|capital| spellings(capital) == (small, Some(capital))), "{letter}");
            assert_eq!(spellings(small), (small, capital), "{letter}");
        }
    }
}
