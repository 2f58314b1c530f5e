//! What is left of a word without its endings: it need not be a word, only the same for words that belong together.

use rust_stemmers::{Algorithm, Stemmer};

use crate::{Language, english};

/// A longer word is none, in bytes: it stays as it is.
const WORD_BYTES_MAX: usize = 64;

/// The stem of a [`crate::folded`] word. Words of languages without known endings stay as they are.
#[must_use]
pub fn stem(language: Language, word: &str) -> String {
    let algorithm = match language {
        _ if word.len() > WORD_BYTES_MAX => return word.to_owned(),
        Language::English => return english::stem(word),
        Language::German => return snowball(Algorithm::German, &without_e(word)),
        Language::Arabic => Algorithm::Arabic,
        Language::Dutch => Algorithm::Dutch,
        Language::French => Algorithm::French,
        Language::Italian => Algorithm::Italian,
        Language::Portuguese => Algorithm::Portuguese,
        Language::Russian => Algorithm::Russian,
        Language::Spanish => return snowball(Algorithm::Spanish, &with_accent(word)),
        Language::Bengali | Language::Chinese | Language::Hindi | Language::Polish | Language::Urdu => {
            return word.to_owned();
        }
    };
    snowball(algorithm, word)
}

fn snowball(algorithm: Algorithm, word: &str) -> String {
    Stemmer::create(algorithm).stem(word).into_owned()
}

/// Phones without umlauts write them with an e. Folding has taken the dots, so this takes the e.
fn without_e(word: &str) -> String {
    word.replace("ae", "a").replace("oe", "o").replace("ue", "u").replace('ß', "ss")
}

/// The endings that are known by their accent, which folding has taken.
fn with_accent(word: &str) -> String {
    word.strip_suffix("ion").map_or_else(|| word.to_owned(), |base| format!("{base}ión"))
}
