//! Which language a text is in, and what its words are reduced to when they are compared.
//!
//! Made for texts as short as an SMS: a handful of words tell a language by the small ones that hold its sentences together
//! and by its own letters. Where nothing tells, nothing is said.

mod english;
mod stem;
#[cfg(test)]
mod tests;
mod words;

use unicode_normalization::UnicodeNormalization;

pub use stem::stem;
pub use words::is_small;

/// The languages that are told apart: those whose words for stopping are known, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// `ar`
    Arabic,
    /// `bn`
    Bengali,
    /// `zh`
    Chinese,
    /// `nl`
    Dutch,
    /// `en`
    English,
    /// `fr`
    French,
    /// `de`
    German,
    /// `hi`
    Hindi,
    /// `it`
    Italian,
    /// `pl`
    Polish,
    /// `pt`
    Portuguese,
    /// `ru`
    Russian,
    /// `es`
    Spanish,
    /// `ur`
    Urdu,
}

impl Language {
    /// Its code (ISO 639-1).
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Arabic => "ar",
            Self::Bengali => "bn",
            Self::Chinese => "zh",
            Self::Dutch => "nl",
            Self::English => "en",
            Self::French => "fr",
            Self::German => "de",
            Self::Hindi => "hi",
            Self::Italian => "it",
            Self::Polish => "pl",
            Self::Portuguese => "pt",
            Self::Russian => "ru",
            Self::Spanish => "es",
            Self::Urdu => "ur",
        }
    }
}

/// The language of a text; `None` if nothing in it tells, as in `parking?` or `10:30`.
#[must_use]
pub fn detect(text: &str) -> Option<Language> {
    by_script(text).or_else(|| words::by_words(text))
}

/// Whether a text is best taken for English: it is, or nothing tells and its letters would do.
#[must_use]
pub fn is_english(text: &str) -> bool {
    match detect(text) {
        Some(language) => language == Language::English,
        None => text.chars().filter(|c| c.is_alphabetic()).all(|c| c.is_ascii()),
    }
}

/// A letter's base and case do not matter when words are compared; Arabic vowel marks and lengthening neither.
#[must_use]
pub fn folded(text: &str) -> String {
    text.nfkd()
        .filter(|c| !matches!(c, '\u{300}'..='\u{36F}' | '\u{640}' | '\u{64B}'..='\u{65F}' | '\u{670}'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Scripts that few languages share. Whichever most letters are of decides.
fn by_script(text: &str) -> Option<Language> {
    let (mut letters, mut urdu) = (0_usize, false);
    let mut counts = [
        (Language::Arabic, 0_usize),
        (Language::Bengali, 0),
        (Language::Chinese, 0),
        (Language::Hindi, 0),
        (Language::Russian, 0),
    ];
    let mut kana = false;
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        letters += 1;
        let place = match c {
            '\u{600}'..='\u{6FF}' | '\u{750}'..='\u{77F}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}' => 0,
            '\u{980}'..='\u{9FF}' => 1,
            '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3134F}' => 2,
            '\u{900}'..='\u{97F}' => 3,
            '\u{400}'..='\u{52F}' => 4,
            _ => {
                kana |= matches!(c, '\u{3040}'..='\u{30FF}');
                continue;
            }
        };
        counts[place].1 += 1;
        // Letters that Urdu has and Arabic has not.
        urdu |= matches!(c, 'ٹ' | 'ڈ' | 'ڑ' | 'ں' | 'ے' | 'ہ' | 'ھ' | 'گ' | 'چ' | 'پ');
    }
    let (language, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    // Japanese is written with Chinese characters too, and is none of ours.
    if count * 2 <= letters || (kana && language == Language::Chinese) {
        return None;
    }
    Some(if language == Language::Arabic && urdu { Language::Urdu } else { language })
}
