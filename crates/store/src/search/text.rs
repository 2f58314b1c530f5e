//! Words of a text: as they are indexed, as they are looked for, and where they stand. Pure.
//!
//! Scripts that write no spaces between words (Chinese, Japanese, Thai …) are taken letter by letter and in pairs; whoever is
//! found by these is held against the text itself.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use utoipa::ToSchema;

/// So many words of a question count: the first.
const WORDS_MAX: usize = 8;
/// So many letters of a word are indexed. Of a longer one the text itself says the rest.
const LETTERS_MAX: usize = 32;
/// Words lie together that begin with the same letters. A word of a question that has as many may be the beginning of one.
const KEY_LETTERS: usize = 3;
/// A snippet has about so many letters,
const SNIPPET_CHARS: usize = 180;
/// of which so many stand before what was found.
const SNIPPET_BEFORE: usize = 48;
/// So far a snippet looks for a space to be cut at.
const SNIPPET_SLACK: usize = 16;

/// What is looked for: all of these words.
#[derive(Clone, PartialEq, Eq)]
pub struct Words(Vec<Word>);

#[derive(Clone, PartialEq, Eq)]
struct Word {
    letters: Vec<char>,
    is_dense: bool,
}

/// What a word is indexed by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Token {
    pub(crate) key: String,
    pub(crate) word: String,
}

/// A piece of a text, and what in it was looked for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SearchSnippet)]
pub struct Snippet {
    /// The piece; where the text goes on there is an ellipsis.
    pub text: String,
    /// What was looked for, in order.
    pub matches: Vec<Span>,
}

/// A part of a text, counted in characters (Unicode code points) from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SearchSpan)]
pub struct Span {
    /// Its first character.
    pub from: usize,
    /// The one behind its last.
    pub until: usize,
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Words").field("words", &self.0.len()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Snippet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snippet").field("matches", &self.matches.len()).finish_non_exhaustive()
    }
}

impl Words {
    /// `None`: there is no word in it. Whatever else was typed, quotes and operators too, only parts words.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let mut words: Vec<Word> = Vec::new();
        for run in runs(typed) {
            let word =
                Word { letters: run.letters.iter().map(|(letter, _)| *letter).collect(), is_dense: run.is_dense };
            if words.len() < WORDS_MAX && !words.contains(&word) {
                words.push(word);
            }
        }
        (!words.is_empty()).then_some(Self(words))
    }

    /// What each word must be indexed by, and whether as the beginning of a word.
    pub(crate) fn sought(&self) -> Vec<(Token, bool)> {
        let mut sought = Vec::new();
        for word in &self.0 {
            match (word.is_dense, word.letters.len()) {
                (false, length) => sought.push((token(&word.letters), length >= KEY_LETTERS)),
                (true, 1) => sought.push((token(&word.letters), false)),
                (true, _) => sought.extend(word.letters.windows(2).map(|pair| (token(pair), false))),
            }
        }
        sought
    }

    /// Where in a text the words stand, in order; `None`: not all of them do.
    #[must_use]
    pub fn found_in(&self, text: &str) -> Option<Vec<Range<usize>>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        let mut is_missing = vec![true; self.0.len()];
        for run in runs(text) {
            for (word, is_missing) in self.0.iter().zip(&mut is_missing) {
                for place in word.places(&run) {
                    found.push(place);
                    *is_missing = false;
                }
            }
        }
        if is_missing.contains(&true) {
            return None;
        }
        found.sort_unstable_by_key(|range| (range.start, range.end));
        let mut apart: Vec<Range<usize>> = Vec::with_capacity(found.len());
        for range in found {
            match apart.last_mut() {
                Some(last) if range.start < last.end => last.end = last.end.max(range.end),
                _ => apart.push(range),
            }
        }
        Some(apart)
    }

    /// The piece of a text where the words begin to stand; `None`: not all of them do.
    #[must_use]
    pub fn snippet(&self, text: &str) -> Option<Snippet> {
        let found = self.found_in(text)?;
        let letters: Vec<char> = text.chars().collect();
        let first = found.first().map_or(0, |range| range.start);
        let start = cut_before(&letters, first);
        let end = cut_behind(&letters, start, found.first().map_or(0, |range| range.end));
        let (before, behind) = (if start > 0 { "…" } else { "" }, if end < letters.len() { "…" } else { "" });
        let shift = before.chars().count();
        let matches = found
            .iter()
            .filter(|range| range.start < end)
            .map(|range| Span { from: range.start - start + shift, until: range.end.min(end) - start + shift });
        let piece: String = letters[start..end].iter().collect();
        Some(Snippet { matches: matches.collect(), text: format!("{before}{piece}{behind}") })
    }
}

impl Word {
    fn places(&self, run: &Run) -> Vec<Range<usize>> {
        let length = self.letters.len();
        let is_here = |letters: &[(char, usize)]| letters.iter().map(|(letter, _)| letter).eq(&self.letters);
        let place = |letters: &[(char, usize)]| {
            let (first, last) = (letters.first()?, letters.last()?);
            Some(first.1..last.1 + 1)
        };
        match (self.is_dense, run.is_dense) {
            (true, true) => run.letters.windows(length).filter(|letters| is_here(letters)).filter_map(place).collect(),
            (false, false) if length <= run.letters.len() && (length >= KEY_LETTERS || length == run.letters.len()) => {
                let beginning = &run.letters[..length];
                if is_here(beginning) { place(beginning).into_iter().collect() } else { Vec::new() }
            }
            _ => Vec::new(),
        }
    }
}

/// What a text is indexed by.
pub(crate) fn tokens(text: &str) -> BTreeSet<Token> {
    let mut tokens = BTreeSet::new();
    for run in runs(text) {
        let letters: Vec<char> = run.letters.iter().map(|(letter, _)| *letter).collect();
        if run.is_dense {
            tokens.extend(letters.windows(1).chain(letters.windows(2)).map(token));
        } else {
            tokens.insert(token(&letters));
        }
    }
    tokens
}

fn token(letters: &[char]) -> Token {
    Token { key: letters.iter().take(KEY_LETTERS).collect(), word: letters.iter().take(LETTERS_MAX).collect() }
}

/// A word, or a run of a script that parts none: its letters in one spelling, each with the place of the character that it
/// comes from.
struct Run {
    letters: Vec<(char, usize)>,
    is_dense: bool,
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut is_open = false;
    for (place, character) in text.chars().enumerate() {
        if is_dropped(character) {
            continue;
        }
        for letter in std::iter::once(character).nfkd().flat_map(char::to_lowercase).filter(|c| !is_dropped(*c)) {
            if !letter.is_alphanumeric() {
                is_open = false;
                continue;
            }
            let is_dense = is_dense(letter);
            match runs.last_mut() {
                Some(run) if is_open && run.is_dense == is_dense => run.letters.push((letter, place)),
                _ => runs.push(Run { letters: vec![(letter, place)], is_dense }),
            }
            is_open = true;
        }
    }
    runs
}

/// O'Neil is one word, however the apostrophe is written or left out; and nobody types what cannot be seen: marks of
/// direction, joiners, soft hyphens.
fn is_dropped(c: char) -> bool {
    is_combining_mark(c)
        || matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | 'ـ' | '\u{AD}' | '\u{61C}' | '\u{FEFF}')
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}')
}

/// Whether it is of a script that writes no spaces between words.
fn is_dense(c: char) -> bool {
    matches!(c,
        '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}')
}

/// Where a snippet begins, so that `first` is in it.
fn cut_before(letters: &[char], first: usize) -> usize {
    let start = first.saturating_sub(SNIPPET_BEFORE);
    if start == 0 {
        return 0;
    }
    let slack = &letters[start..first.min(start + SNIPPET_SLACK)];
    slack.iter().position(|c| c.is_whitespace()).map_or(start, |space| start + space + 1)
}

/// Where a snippet that begins at `start` ends, so that what was found up to `found` is in it.
fn cut_behind(letters: &[char], start: usize, found: usize) -> usize {
    let end = (start + SNIPPET_CHARS).max(found);
    if end >= letters.len() {
        return letters.len();
    }
    let from = end.saturating_sub(SNIPPET_SLACK).max(found);
    letters[from..end].iter().rposition(|c| c.is_whitespace()).map_or(end, |space| from + space)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(typed: &str, text: &str) -> Option<String> {
        let snippet = Words::parse(typed)?.snippet(text)?;
        let mut marked = String::new();
        for (place, letter) in snippet.text.chars().enumerate() {
            if snippet.matches.iter().any(|span| span.from == place) {
                marked.push('[');
            }
            marked.push(letter);
            if snippet.matches.iter().any(|span| span.until == place + 1) {
                marked.push(']');
            }
        }
        Some(marked)
    }

    /// As the index would answer.
    fn is_indexed(typed: &str, text: &str) -> bool {
        let Some(words) = Words::parse(typed) else { return false };
        let tokens = tokens(text);
        words.sought().iter().all(|(sought, begins)| {
            tokens.iter().any(|token| {
                token.key == sought.key
                    && (token.word == sought.word || *begins && token.word.starts_with(&sought.word))
            })
        })
    }

    #[test]
    fn what_is_typed_finds() {
        for (typed, text, expected) in [
            ("creme", "A Crème brûlée, please", Some("A [Crème] brûlée, please")),
            ("BRULEE creme", "A Crème brûlée, please", Some("A [Crème] [brûlée], please")),
            ("brul", "A Crème brûlée", Some("A Crème [brûl]ée")),
            ("ulee", "A Crème brûlée", None),
            ("no", "Noon? No.", Some("Noon? [No].")),
            ("oneill", "O’Neill's", Some("[O’Neill]'s")),
            ("\"order 4711\"", "Order #4711-B", Some("[Order] #[4711]-B")),
            ("rye AND wheat", "rye and wheat", Some("[rye] [and] [wheat]")),
            ("rye OR wheat", "rye", None),
            ("-rye* (x:y)", "rye x y", Some("[rye] [x] [y]")),
            ("доставк", "Когда доставка?", Some("Когда [доставк]а?")),
            ("面包", "你们有黑面包吗", Some("你们有黑[面包]吗")),
            ("包", "你们有黑面包吗", Some("你们有黑面[包]吗")),
            ("面吗", "你们有黑面包吗", None),
            ("iphone手机", "新iPhone手机", Some("新[iPhone][手机]")),
            ("パン", "黒パンください", Some("黒[パン]ください")),
            ("ضمان", "هل عليه ضَمان؟", Some("هل عليه [ضَمان]؟")),
            ("שלום", "\u{202B}שלום\u{202C} לכולם", Some("\u{202B}[שלום]\u{202C} לכולם")),
            ("zero", "ze\u{200B}ro", Some("[ze\u{200B}ro]")),
            ("½", "½ loaf", Some("[½] loaf")),
            ("   ", "x", None),
            ("%_*", "%_*", None),
        ] {
            assert_eq!(marked(typed, text).as_deref(), expected, "{typed} in {text}");
            // The index may promise more than the text keeps, never less.
            assert!(expected.is_none() || is_indexed(typed, text), "{typed} in {text}: not indexed");
        }
    }

    #[test]
    fn a_snippet_is_short_and_holds_the_match() {
        let text = format!("{}needle{}", "hay ".repeat(1_000), " straw".repeat(1_000));
        let snippet = Words::parse("needle").unwrap().snippet(&text).unwrap();
        assert!(snippet.text.chars().count() <= SNIPPET_CHARS + 2, "{}", snippet.text.chars().count());
        assert!(snippet.text.starts_with("…hay ") && snippet.text.ends_with(" straw…"), "{}", snippet.text);
        let [span] = snippet.matches[..] else { panic!("one match") };
        let found: String = snippet.text.chars().skip(span.from).take(span.until - span.from).collect();
        assert_eq!(found, "needle");
        let endless = format!("{}needle{}", "x".repeat(500), "y".repeat(500));
        assert!(Words::parse("needle").unwrap().snippet(&endless).is_none());
        let long = "z".repeat(500);
        assert_eq!(Words::parse(&long).unwrap().snippet(&long).unwrap().text, long);
    }

    proptest::proptest! {
        #[test]
        fn whatever_stands_in_a_text_is_found_in_it(text in "\\PC{0,60}", typed in "\\PC{0,12}") {
            if let Some(words) = Words::parse(&text).filter(|words| words.0.len() < WORDS_MAX) {
                proptest::prop_assert!(words.found_in(&text).is_some());
                proptest::prop_assert!(is_indexed(&text, &text));
            }
            if let Some(snippet) = Words::parse(&typed).and_then(|words| words.snippet(&text)) {
                let length = snippet.text.chars().count();
                proptest::prop_assert!(snippet.matches.iter().all(|span| span.from < span.until && span.until <= length));
                proptest::prop_assert!(is_indexed(&typed, &text));
            }
        }
    }
}
