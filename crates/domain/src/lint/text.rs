//! A campaign's text as it is looked at: its places are blanked, so that what is found stands where it was written.

use std::ops::Range;

use crate::keyword::keyword;

/// A text by its characters.
pub(super) struct Text {
    /// With places such as `{first_name|there}` blanked; what blanks them is no letter, no mark and no space.
    chars: Vec<char>,
    words: Vec<Range<usize>>,
}

/// Stands where a place is.
const BLANK: char = '\u{FFFC}';

impl Text {
    pub(super) fn read(body: &str) -> Self {
        let mut chars: Vec<char> = body.chars().take(crate::template::CHARS_MAX).collect();
        let mut at = 0;
        while let Some(&c) = chars.get(at) {
            let is_doubled = chars.get(at + 1) == Some(&c);
            if c == '{' && !is_doubled {
                let end = chars[at..].iter().position(|c| *c == '}').map_or(chars.len(), |end| at + end + 1);
                chars[at..end].fill(BLANK);
                at = end;
            } else {
                at += if matches!(c, '{' | '}') && is_doubled { 2 } else { 1 };
            }
        }
        let mut words: Vec<Range<usize>> = Vec::new();
        for (at, _) in chars.iter().enumerate().filter(|(_, c)| is_of_a_word(**c)) {
            match words.last_mut() {
                Some(last) if last.end == at => last.end = at + 1,
                _ => words.push(at..at + 1),
            }
        }
        Self { chars, words }
    }

    /// What is left of it for a reader, places left out.
    pub(super) fn shown(&self) -> String {
        self.chars.iter().filter(|c| **c != BLANK).collect()
    }

    /// Every character with its place, places left out.
    pub(super) fn all(&self) -> impl Iterator<Item = (usize, char)> + Clone {
        self.chars.iter().copied().enumerate().filter(|(_, c)| *c != BLANK)
    }

    pub(super) fn chars(&self, span: Range<usize>) -> impl Iterator<Item = char> + '_ {
        self.chars.get(span).unwrap_or_default().iter().copied()
    }

    pub(super) fn slice(&self, span: &Range<usize>) -> String {
        self.chars(span.clone()).collect()
    }

    pub(super) fn words(&self) -> impl Iterator<Item = Range<usize>> + Clone {
        self.words.iter().cloned()
    }

    /// A word that people are told to text is in capitals for that.
    pub(super) fn is_keyword(&self, word: &Range<usize>) -> bool {
        keyword(&self.slice(word)).is_some()
    }

    /// A quotation mark stands before and after it.
    pub(super) fn is_quoted(&self, span: &Range<usize>) -> bool {
        let is_mark = |at: Option<usize>| {
            let c = at.and_then(|at| self.chars.get(at));
            c.is_some_and(|c| matches!(c, '"' | '“' | '”' | '„' | '«' | '»' | '\'' | '‘' | '’'))
        };
        is_mark(span.start.checked_sub(1)) && is_mark(Some(span.end))
    }

    /// Where these words stand one after the other, first.
    pub(super) fn find(&self, phrase: &str) -> Option<Range<usize>> {
        let wanted: Vec<&str> = phrase.split(' ').collect();
        self.words.windows(wanted.len()).find_map(|some| {
            let is_it = some.iter().zip(&wanted).all(|(word, wanted)| folded(&self.slice(word)) == *wanted);
            let (first, last) = (some.first()?, some.last()?);
            is_it.then_some(first.start..last.end)
        })
    }

    /// Parted by full stops, marks and line breaks; without the space around them.
    pub(super) fn sentences(&self) -> Vec<Range<usize>> {
        let mut sentences: Vec<Range<usize>> = Vec::new();
        let mut from = None;
        for (at, c) in self.chars.iter().enumerate() {
            let is_end = matches!(c, '.' | '!' | '?' | '\n' | '。' | '！' | '？' | '।' | '؟');
            match (from, is_end) {
                (None, false) if !c.is_whitespace() => from = Some(at),
                (Some(start), true) => {
                    sentences.push(start..at);
                    from = None;
                }
                _ => {}
            }
        }
        sentences.extend(from.map(|start| start..self.chars.len()));
        sentences
    }
}

/// Words in one form: small letters without accents, one space between them.
pub(super) fn folded(text: &str) -> String {
    let plain = language::folded(text);
    let words = plain.split(|c: char| !is_of_a_word(c)).filter(|word| !word.is_empty());
    words.map(|word| word.replace(['\'', '’'], "")).collect::<Vec<_>>().join(" ")
}

fn is_of_a_word(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(c, '\'' | '’' | '\u{93C}' | '\u{94D}' | '\u{9BC}' | '\u{9CD}' | '\u{300}'..='\u{36F}')
}
