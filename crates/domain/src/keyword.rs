//! The words by which people stop, start again, or ask for help: the carriers' own, and the usual ones in fourteen
//! languages.
//!
//! Only a message that is nothing but such a word counts. Case, accents, punctuation, quotes, emoji around it and spaces
//! within it do not matter: `«Stop all!»` is one, "stop by at noon?" is none.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

mod table;
#[cfg(test)]
mod tests;

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
    if body.len() > MESSAGE_BYTES_MAX {
        return None;
    }
    WORDS.get(&folded(body)).copied()
}

static WORDS: LazyLock<BTreeMap<String, Match>> = LazyLock::new(|| {
    let mut words = BTreeMap::new();
    for (language, keyword, list) in table::WORDS {
        for word in list.split(", ") {
            words.entry(folded(word)).or_insert(Match { keyword: *keyword, word, language });
        }
    }
    words
});

/// What is compared: letters, digits and their marks in one form, everything between them gone.
fn folded(text: &str) -> String {
    // Compatibility forms first (full-width letters, ligatures); decomposed, so that accents can be told from letters.
    text.nfkd().filter(|c| !is_ornament(*c)).flat_map(char::to_lowercase).map(same_letter).collect()
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
