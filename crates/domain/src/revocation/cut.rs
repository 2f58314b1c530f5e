//! A text, cut into sentences and their words.

use crate::keyword::letters;

/// What comes after so many bytes is not looked at: the longest text of a phone is shorter.
const BYTES_MAX: usize = 8_000;
const SENTENCES_MAX: usize = 40;
/// Words of a sentence that are looked at; places in it are bits of a number.
const WORDS_MAX: usize = 48;

/// A sentence of a text.
pub(super) struct Sentence<'a> {
    /// As it was written.
    pub text: &'a str,
    /// Folded, so that case, accents and signs do not matter; a Chinese character is a word.
    pub words: Vec<String>,
    /// Where a comma, a dash or the like parts it: a bit for the word after it.
    pub clauses: u64,
    /// It ends in a question mark.
    pub asks: bool,
    /// It is longer than is looked at, or all or part of it is another's words.
    pub is_strange: bool,
}

/// The sentences with words in them.
pub(super) fn sentences(body: &str) -> Vec<Sentence<'_>> {
    let body = unquoted(&body[..body.floor_char_boundary(BYTES_MAX)]);
    let (mut sentences, mut from, mut is_inside) = (Vec::new(), 0, false);
    let ends = body.char_indices().filter(|(_, c)| is_end(*c)).map(|(at, c)| (at, c.len_utf8(), c));
    for (at, len, end) in ends.chain([(body.len(), 0, '\n')]) {
        let text = &body[from..at];
        let quotes = text.chars().filter(|c| is_quote(*c)).count();
        let is_quoted = is_inside || quotes > 0;
        is_inside ^= quotes % 2 == 1;
        let (words, clauses, is_cut) = words(text);
        if !words.is_empty() {
            let asks = matches!(end, '?' | '？' | '؟');
            sentences.push(Sentence { text: text.trim(), words, clauses, asks, is_strange: is_quoted || is_cut });
        } else if matches!(end, '?' | '？' | '؟')
            && let Some(before) = sentences.last_mut()
        {
            before.asks |= text.is_empty();
        }
        from = at + len;
        if sentences.len() == SENTENCES_MAX {
            break;
        }
    }
    sentences
}

/// Who puts all they say into quotes says it themselves.
fn unquoted(body: &str) -> &str {
    let body = body.trim();
    let inside = body.strip_prefix(is_quote).and_then(|body| body.strip_suffix(is_quote));
    inside.filter(|inside| !inside.contains(is_quote)).unwrap_or(body)
}

fn words(text: &str) -> (Vec<String>, u64, bool) {
    let (mut words, mut clauses, mut word) = (Vec::new(), 0_u64, String::new());
    let mut before = ' ';
    let end = |word: &mut String, words: &mut Vec<String>| {
        let folded: String = letters(word).collect();
        word.clear();
        if !folded.is_empty() {
            words.push(folded);
        }
    };
    for c in text.chars() {
        if is_of_a_word(c) {
            // Chinese has no spaces between words.
            if is_han(c) || is_han(before) {
                end(&mut word, &mut words);
            }
            word.push(c);
        } else {
            end(&mut word, &mut words);
            let joins = c.is_whitespace() || (matches!(c, '-' | '‐' | '‑') && !before.is_whitespace());
            if !joins && words.len() < WORDS_MAX {
                clauses |= 1 << words.len();
            }
        }
        if words.len() > WORDS_MAX {
            words.truncate(WORDS_MAX);
            return (words, clauses, true);
        }
        before = c;
    }
    end(&mut word, &mut words);
    let is_cut = words.len() > WORDS_MAX;
    words.truncate(WORDS_MAX);
    (words, clauses, is_cut)
}

/// The words of a piece of a pattern.
pub(super) fn words_of(piece: &str) -> Vec<String> {
    words(piece).0
}

fn is_end(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '\n' | '\r' | '。' | '！' | '？' | '．' | '؟' | '۔' | '।' | '॥' | '¡' | '¿')
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»' | '「' | '」' | '『' | '』' | '＂')
}

/// Letters, digits, the marks on them, and what joins them within a word.
fn is_of_a_word(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(c, '\'' | '’' | '‘' | 'ʼ' | '´' | '`' | '\u{AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{640}')
        || matches!(c, '\u{300}'..='\u{36F}' | '\u{64B}'..='\u{65F}' | '\u{670}')
        || matches!(c, '\u{93C}' | '\u{94D}' | '\u{9BC}' | '\u{9CD}')
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3134F}')
}
