//! The words by which people stop, start again, or ask for help: the carriers' own, and the usual ones in fourteen
//! languages.
//!
//! Only a message that is nothing but such a word counts. Case, accents, punctuation, quotes, emoji around it and spaces
//! within it do not matter: `«Stop all!»` is one, "stop by at noon?" is none.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

mod own;
mod table;
#[cfg(test)]
mod tests;

pub use own::{OwnWords, WordFault};

/// A longer message is no keyword, in bytes; decorations included.
const MESSAGE_BYTES_MAX: usize = 200;

/// What a keyword asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Keyword {
    /// No more texts.
    Stop,
    /// Who is this, and how do I get out.
    Help,
    /// Texts again.
    Start,
}

impl Keyword {
    /// `stop`, `help` or `start`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Help => "help",
            Self::Start => "start",
        }
    }
}

/// A keyword and how it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Match {
    /// What it asks for.
    pub keyword: Keyword,
    /// The word of our list.
    pub word: &'static str,
    /// The language that we list it under (ISO 639-1); the first one, if several share the word.
    pub language: &'static str,
}

/// The keyword that this message is, if it is one.
#[must_use]
pub fn keyword(body: &str) -> Option<Keyword> {
    matched(body).map(|found| found.keyword)
}

/// As [`keyword`], with the word and its language.
#[must_use]
pub fn matched(body: &str) -> Option<Match> {
    if body.len() > MESSAGE_BYTES_MAX || is_plainly_longer(body) {
        return None;
    }
    // One letter more than the longest word has: it is none of them, however it goes on.
    WORDS.words.get(&letters(body).take(WORDS.longest + 1).collect::<String>()).copied()
}

/// Most texts are: they have more letters than any word, without any in need of another form.
fn is_plainly_longer(body: &str) -> bool {
    body.is_ascii() && body.bytes().filter(u8::is_ascii_alphanumeric).nth(WORDS.longest).is_some()
}

struct Words {
    words: BTreeMap<String, Match>,
    /// Letters of the longest.
    longest: usize,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let mut words = BTreeMap::new();
    for (language, keyword, list) in table::WORDS {
        for word in list.split(", ") {
            words.entry(letters(word).collect()).or_insert(Match { keyword: *keyword, word, language });
        }
    }
    let longest = words.keys().map(|word: &String| word.chars().count()).max().unwrap_or(0);
    Words { words, longest }
});

/// What is compared: letters, digits and their marks in one form, everything between them gone.
pub(crate) fn letters(text: &str) -> impl Iterator<Item = char> {
    // Compatibility forms first (full-width letters, ligatures); decomposed, so that accents can be told from letters.
    text.nfkd().filter(|c| !is_ornament(*c)).flat_map(char::to_lowercase).map(same_letter)
}

/// Accents of the Latin, Greek and Cyrillic scripts, Arabic vowel marks and lengthening, and all that is no letter. The
/// vowel signs of Indic scripts are letters here.
fn is_ornament(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{640}' | '\u{64B}'..='\u{65F}' | '\u{670}')
        || !(c.is_alphanumeric() || is_indic_mark(c))
}

/// Viramas and nuktas, which Unicode does not count as letters.
fn is_indic_mark(c: char) -> bool {
    matches!(c, '\u{93C}' | '\u{94D}' | '\u{9BC}' | '\u{9CD}')
}

/// Arabic keyboards and Urdu ones write the same letters with other code points.
fn same_letter(c: char) -> char {
    match c {
        'ي' | 'ى' => 'ی',
        'ك' => 'ک',
        'ه' | 'ة' => 'ہ',
        other => other,
    }
}
