//! WordPiece: a text as the numbers of the word pieces that the model knows.
//!
//! As BERT's own tokenizer for lower-case models does it: accents and case are taken off, marks stand alone, and a word
//! is the longest known piece at its beginning, then the longest that can follow (written `##…`), and so on.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::file::{POSITIONS, WORDS};

/// A longer word is none, in characters.
const WORD_MAX: usize = 100;
/// No text has more to say within [`POSITIONS`] word pieces: what is behind it is not even looked at. In bytes.
const TEXT_MAX: usize = 16_384;

/// The word pieces by their text.
pub(crate) struct Vocabulary {
    pieces: String,
    /// Where each piece stands, in alphabetical order, with its number.
    places: Vec<(u32, u32, u16)>,
    unknown: u16,
    begin: u16,
    end: u16,
}

impl Vocabulary {
    /// From the pieces, one a line; a piece's number is its line's. `None` if they are not the model's.
    pub(crate) fn of(pieces: String) -> Option<Self> {
        let mut places = Vec::with_capacity(WORDS);
        let mut start = 0;
        for (number, piece) in pieces.split('\n').enumerate() {
            let end = start + piece.len();
            places.push((u32::try_from(start).ok()?, u32::try_from(end).ok()?, u16::try_from(number).ok()?));
            start = end + 1;
        }
        if places.len() != WORDS {
            return None;
        }
        let text = |place: &(u32, u32, u16)| &pieces[place.0 as usize..place.1 as usize];
        places.sort_unstable_by(|a, b| text(a).cmp(text(b)));
        let mut vocabulary = Self { pieces, places, unknown: 0, begin: 0, end: 0 };
        vocabulary.unknown = vocabulary.number("[UNK]")?;
        vocabulary.begin = vocabulary.number("[CLS]")?;
        vocabulary.end = vocabulary.number("[SEP]")?;
        Some(vocabulary)
    }

    /// The numbers of the text's pieces between the marks for its beginning and its end.
    pub(crate) fn ids(&self, text: &str) -> Vec<u16> {
        let mut ids = vec![self.begin];
        let text = &text[..text.floor_char_boundary(TEXT_MAX)];
        for word in words(text) {
            self.pieces_of(&word, &mut ids);
            if ids.len() >= POSITIONS {
                break;
            }
        }
        ids.truncate(POSITIONS - 1);
        ids.push(self.end);
        ids
    }

    fn pieces_of(&self, word: &str, ids: &mut Vec<u16>) {
        let known = ids.len();
        if word.chars().count() > WORD_MAX {
            ids.push(self.unknown);
            return;
        }
        let (mut start, mut key) = (0, String::new());
        while start < word.len() {
            let ends = word[start..].char_indices().rev().map(|(at, c)| start + at + c.len_utf8());
            let found = ends.into_iter().find_map(|end| {
                key.clear();
                if start > 0 {
                    key.push_str("##");
                }
                key.push_str(&word[start..end]);
                Some((end, self.number(&key)?))
            });
            let Some((end, id)) = found else {
                // One unknown piece makes the whole word unknown.
                ids.truncate(known);
                ids.push(self.unknown);
                return;
            };
            ids.push(id);
            start = end;
        }
    }

    fn number(&self, piece: &str) -> Option<u16> {
        let text = |place: &(u32, u32, u16)| &self.pieces[place.0 as usize..place.1 as usize];
        self.places.binary_search_by(|place| text(place).cmp(piece)).ok().map(|at| self.places[at].2)
    }
}

/// Words, marks and ideographs, each by itself.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let plain = text.chars().flat_map(char::to_lowercase).nfd().filter(|c| !is_combining_mark(*c));
    for c in plain {
        if is_nothing(c) {
            continue;
        }
        let alone = stands_alone(c);
        if !(alone || c.is_whitespace() || is_picture(c)) {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if alone {
            words.push(c.into());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Characters that are as if they were not there.
fn is_nothing(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(c, '\u{FFFD}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}')
}

/// Emoji part words and say nothing. The original takes them for letters, and a word with one for unknown.
fn is_picture(c: char) -> bool {
    matches!(c, '\u{2600}'..='\u{27BF}' | '\u{2B00}'..='\u{2BFF}' | '\u{FE0F}' | '\u{1F000}'..='\u{1FAFF}')
}

/// Marks, also those of ASCII that Unicode has for symbols, and ideographs.
fn stands_alone(c: char) -> bool {
    c.is_ascii_punctuation()
        || matches!(c, '\u{A1}' | '\u{A7}' | '\u{AB}' | '\u{B6}' | '\u{B7}' | '\u{BB}' | '\u{BF}')
        || matches!(c, '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205E}' | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}')
        || matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{2FA1F}')
        || matches!(c, '\u{FF01}'..='\u{FF0F}' | '\u{FF1A}'..='\u{FF20}')
}
